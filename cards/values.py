"""Text spread over values of a kilobyte, whole lines at a time and each value a block of markdown of its own."""

from collections.abc import Callable

from cards.dialects import OWN
from cards.markdown import phrase
from cards.parts import Part, Unit
from cards.phrases import Phrases
from cards.plain import clip, size

VALUE_BYTES = 1024

_CODE_COLUMNS = 160


def fit(text: str, draw: Callable[[str], str]) -> str:
    """The text as it is drawn, with as many characters as fit."""
    if size(draw(text)) <= VALUE_BYTES:
        return draw(text)
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(draw(clip(text, middle))) <= VALUE_BYTES else (low, middle - 1)
    return draw(clip(text, low))


def split(part: Part, words: Phrases, most: int) -> list[str]:
    """The part over at most so many values, whole units in each; the last one says what is missing."""
    units = [unit for whole in part.visible() for unit in _narrow(whole, part, words)]
    if part.newest:
        return [value for value in [_newest(part, units, words)] if value]
    values: list[str] = []
    done = 0
    while done < len(units) and len(values) < most:
        last = len(values) == most - 1
        count = len(units) - done
        while count > 1 and size(_drawn(part, units, done, count, words, last=last)) > VALUE_BYTES:
            count -= 1
        values.append(_bounded(_drawn(part, units, done, count, words, last=last), part, words))
        done += count
    return values or ([OWN.draw(part, words)] if part.units else [])


def _drawn(part: Part, units: list[Unit], start: int, count: int, words: Phrases, *, last: bool) -> str:
    rest = len(units) - start - count
    unseen = part.total - len(part.units)
    hidden = (rest if last else 0) + (unseen if last or not rest else 0)
    piece = _piece(part, units[start : start + count], hidden, part.title if not start else "")
    piece.unseen = part.unseen if last or not rest else ()
    return OWN.draw(piece, words)


def _newest(part: Part, units: list[Unit], words: Phrases) -> str:
    for count in range(len(units), 0, -1):
        drawn = OWN.draw(_piece(part, units[-count:], part.total - count, part.title), words)
        if size(drawn) <= VALUE_BYTES:
            return drawn
    return ""


def _piece(part: Part, units: list[Unit], hidden: int, title: str) -> Part:
    return Part(
        kind=part.kind,
        units=units,
        total=len(units) + hidden,
        title=title,
        columns=part.columns,
        roles=part.roles,
        alarms=part.alarms,
        newest=part.newest,
    )


def _narrow(unit: Unit, part: Part, words: Phrases) -> list[Unit]:
    """A unit that would not fit alone: a command is broken into lines, as it must be read whole; anything else is cut."""
    if part.kind == "code" and len(unit[0]) > _CODE_COLUMNS:
        line = unit[0]
        return [(line[at : at + _CODE_COLUMNS],) for at in range(0, len(line), _CODE_COLUMNS)]
    limit = max(map(len, unit), default=0)
    while limit > 1 and size(_alone(part, unit, words)) > VALUE_BYTES * 5 // 6:
        limit = limit * 4 // 5
        unit = tuple(clip(text, limit) for text in unit)
    return [unit]


def _alone(part: Part, unit: Unit, words: Phrases) -> str:
    return OWN.draw(_piece(part, [unit], 0, part.title), words)


def _bounded(text: str, part: Part, words: Phrases) -> str:
    """For what cannot be made small, as a table's many long headings."""
    return text if size(text) <= VALUE_BYTES else phrase(words.hidden.format(count=part.total)).strip()
