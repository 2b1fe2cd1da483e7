"""Quantities in the canonical form in which the API server gives them back (`0.5` CPU is `500m`)."""

import re
from decimal import Decimal

_QUANTITY = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<unit>(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


def amount(text: str | int) -> Decimal | None:
    """What the quantity is worth in its base unit; None when it is not a quantity."""
    found = _QUANTITY.fullmatch(str(text))
    if found is None:
        return None
    number, unit = Decimal(found["number"]), found["unit"]
    if unit in _BINARY:
        return number * Decimal(1024) ** _BINARY[unit]
    return number.scaleb(_DECIMAL[unit] if unit in _DECIMAL else int(unit[1:]))


def canonical(text: str | int) -> str:
    """The same quantity with the largest unit that leaves no fraction. What is no quantity comes back as it is."""
    value = amount(text)
    if value is None:
        return str(text)
    if value == 0:
        return "0"
    binary = str(text)[-1:] == "i"
    if binary and value == value.to_integral_value():
        for unit, power in reversed(_BINARY.items()):
            if value % 1024**power == 0:
                return f"{int(value / 1024**power)}{unit}"
        return str(int(value))
    for unit, power in reversed(_DECIMAL.items()):
        scaled = value.scaleb(-power)
        if scaled == scaled.to_integral_value():
            return f"{int(scaled)}{unit}"
    return str(text)
