"""Two texts as people compare them: line by line, cut to where they differ, and masked.

A line whose secret changed reads the same on both sides; that it changed is said all the same (I2: what is approved was shown).
"""

import difflib
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

MAX_VALUE = 200
_MAX_TEXT_LINES = 400
"""Longer texts are compared only between their common beginning and end, and shown as a count beyond this."""
BEFORE, AFTER = " (before)", " (after)"
"""Behind what reads the same and is not; kubectl says it like this, too."""

Changed = tuple[int, str | None, str | None]
"""The number of a line and its two sides, None where there is none. Number 0: somewhere in what is hidden."""


class Side(NamedTuple):
    """A text as it is, and masked."""

    raw: Any
    shown: str


def changed_lines(old: Side, new: Side) -> Iterator[Changed]:
    lines = [side.shown.splitlines() for side in (old, new)]
    raws = [
        side.raw.splitlines() if isinstance(side.raw, str) else shown
        for side, shown in zip((old, new), lines, strict=True)
    ]
    if all(len(raw) == len(shown) for raw, shown in zip(raws, lines, strict=True)):
        yield from _compared(*raws, *lines)
        return
    yield from _compared(*lines, *lines)  # a key over several lines is one line now
    hidden = [[line for line in raw if line not in kept] for raw, kept in zip(raws, map(frozenset, lines), strict=True)]
    if hidden[0] != hidden[1]:
        yield 0, "***" + BEFORE, "***" + AFTER


def _compared(before: list[str], after: list[str], old: list[str], new: list[str]) -> Iterator[Changed]:
    """`before` and `after` say where the difference is, `old` and `new` what of it may be seen."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(left), len(right)) > _MAX_TEXT_LINES:
        yield head + 1, f"… ({len(left)})", f"… ({len(right)})"
        return
    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = old[head + i1 : head + i2], new[head + j1 : head + j2]
        for place, (one, other) in enumerate(zip_longest(gone, come)):
            number = head + (i1 if what != "insert" else j1) + place + 1
            if one is not None and one == other:
                if before[head + i1 + place] != after[head + j1 + place]:
                    yield number, cut(one) + BEFORE, cut(one) + AFTER
                continue
            yield (number, *beside(one, other))


def beside(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Both cut to where they differ."""
    start = _first_difference(old or "", new or "")
    return None if old is None else cut(old, start), None if new is None else cut(new, start)


def cut(text: str, around: int = 0) -> str:
    """At most MAX_VALUE characters, those where the two sides differ among them."""
    if len(text) <= MAX_VALUE:
        return text
    start = max(0, min(around - MAX_VALUE // 4, len(text) - MAX_VALUE + 2))
    end = start + MAX_VALUE - 2
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _first_difference(before: str, after: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)


def _common(left: list[str], right: list[str]) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
