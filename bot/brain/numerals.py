"""Numbers as people write them: `5`, `５`, `三`, `十二`, `两百`."""

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = 10_000

NUMERALS = frozenset(_DIGITS) | frozenset(_UNITS) | {"万"}


def number_of(text: str) -> int | None:
    """The whole number that a Chinese numeral or digits (full-width ones too) stand for; None when it is not one.

    >>> [number_of(numeral) for numeral in ("十二", "两百零五", "一万二千", "５", "一二三", "十百")]
    [12, 205, 12000, 5, 123, None]
    """
    if text.isdecimal():
        return int(text) if len(text) <= 9 else None
    if text and all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text)) if len(text) <= 9 else None
    head, myriad, tail = text.partition("万")
    if not myriad:
        return _below_myriad(text)
    high, low = _below_myriad(head), _below_myriad(tail) if tail else 0
    return None if high is None or low is None else high * _MYRIAD + low


def _below_myriad(text: str) -> int | None:
    total, digit, last = 0, None, _MYRIAD
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        elif (unit := _UNITS.get(character, _MYRIAD)) < last:
            total += (1 if digit is None else digit) * unit
            digit, last = None, unit
        else:
            return None
    return total + (digit or 0) if text else None
