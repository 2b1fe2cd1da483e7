"""What a conclusion cites: `[1]`, `[2][3]`, and what models make of it (`[2, 3]`, `[1-3]`, `［1］`, `【1】`)."""

import re
from collections.abc import Iterator

_CITED = re.compile(r"[\[［【]\s*(\d{1,3}(?:\s*[-–~,，、]\s*\d{1,3})*)\s*[\]］】]")
_RANGE = re.compile(r"(\d{1,3})\s*[-–~]\s*(\d{1,3})")
_FIELD = re.compile(r"[A-Za-z_][\w.]*\Z", re.ASCII)
_GOES_ON = re.compile(r"\.[A-Za-z]")
_MOST = 20
"""Pieces of evidence in one range."""


def cited(text: str) -> tuple[str, frozenset[int]]:
    """The text with its citations as `[1][2]`, and their numbers."""
    numbers: set[int] = set()

    def plain(found: re.Match[str]) -> str:
        if _is_index(text, found):
            return found[0]
        here = list(dict.fromkeys(_numbers(found[1])))
        numbers.update(here)
        return "".join(f"[{number}]" for number in here)

    return _CITED.sub(plain, text), frozenset(numbers)


def _is_index(text: str, found: re.Match[str]) -> bool:
    """`spec.containers[1].image` and `containers[0]` cite nothing; `killed[2]` does."""
    field = _FIELD.search(text[max(0, found.start() - 80) : found.start()])
    if field is None:
        return False
    return "." in field[0] or found[1] == "0" or _GOES_ON.match(text, found.end()) is not None


def _numbers(words: str) -> Iterator[int]:
    for part in re.split(r"[,，、]", words):
        if span := _RANGE.fullmatch(part.strip()):
            first, last = int(span[1]), int(span[2])
            yield from range(first, min(last, first + _MOST) + 1) if last >= first else (first, last)
        else:
            yield int(part)
