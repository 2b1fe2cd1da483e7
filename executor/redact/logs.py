"""Logs longer than what is masked at once: in pieces that begin where a record begins, so that nothing is torn apart."""

import re
from collections.abc import Sequence

from executor.redact.text import MAX_TEXT, mask_lines

_BEGINS = re.compile(r"\S{0,40}?\d{4}[-/]\d{2}[-/]\d{2}[T ]|[IWEF]\d{4} \d{2}:|\{\"")
_BACK = 200
"""Lines that are looked through for the beginning of a record."""


def mask_log(lines: Sequence[str]) -> tuple[str, ...]:
    """All of them, masked; where nothing tells the beginning of a record, as many of the newest as are masked at once."""
    masked: list[str] = []
    start = 0
    while start < len(lines):
        end = _within(lines, start)
        if end < len(lines):
            records = (at for at in range(end, max(start, end - _BACK), -1) if _BEGINS.match(lines[at]))
            end = next(records, start)
        if end == start:
            return mask_lines(lines)
        masked += mask_lines(lines[start:end])
        start = end
    return tuple(masked)


def _within(lines: Sequence[str], start: int) -> int:
    """The end of what is masked at once from there on."""
    size = 0
    for end in range(start, len(lines)):
        size += len(lines[end]) + 1
        if size > MAX_TEXT:
            return end
    return len(lines)
