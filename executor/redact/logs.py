"""Logs, which may be longer than what is masked at once: in pieces that begin where a record begins, so that nothing is torn
apart."""

import asyncio
import re
from collections.abc import Sequence

from executor.redact.text import MAX_TEXT, mask

SHORT = 16 * 1024
"""Characters that are masked without leaving the loop."""
_BEGINS = re.compile(r"\S{0,40}?\d{4}[-/]\d{2}[-/]\d{2}[T ]|[IWEF]\d{4} \d{2}:|\{\"")
_BACK = 200
"""Lines that are looked through for the beginning of a record."""


async def mask_log(said: str) -> tuple[tuple[str, ...], int]:
    """Its lines, masked, and how many secrets were hidden; where nothing tells the beginning of a record, as many of the newest as
    are masked at once. A long one in a thread, since whoever writes a log decides how long that takes."""
    lines = said.splitlines()
    return _in_pieces(lines) if len(said) <= SHORT else await asyncio.to_thread(_in_pieces, lines)


def _in_pieces(lines: Sequence[str]) -> tuple[tuple[str, ...], int]:
    masked: list[str] = []
    count = start = 0
    while start < len(lines):
        end = _within(lines, start)
        if end < len(lines):
            records = (at for at in range(end, max(start, end - _BACK), -1) if _BEGINS.match(lines[at]))
            end = next(records, start)
        if end == start:
            whole = mask("\n".join(lines))
            return tuple(whole.text.split("\n")), whole.count
        piece = mask("\n".join(lines[start:end]))
        masked += piece.text.split("\n")
        count += piece.count
        start = end
    return tuple(masked), count


def _within(lines: Sequence[str], start: int) -> int:
    """The end of what is masked at once from there on."""
    size = 0
    for end in range(start, len(lines)):
        size += len(lines[end]) + 1
        if size > MAX_TEXT:
            return end
    return len(lines)
