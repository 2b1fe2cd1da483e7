"""Unified diffs inside text (`diff -u`, `git diff`, `helm diff`): the mark before a line must not hide what the line is.

Each side of a diff is masked as the file it was: the unchanged lines with those that went, and with those that came.
"""

import re
from collections.abc import Callable
from itertools import groupby

from executor.redact.keys import MASK

_MARKED = re.compile(r"^[+-](?!(?:--|\+\+) |----(?:BEGIN|END) )", re.MULTILINE)
"""Neither the names of the files nor the frame of a key."""

Hide = Callable[[str], tuple[str, int]]
"""Text with its secrets hidden, and how many there were."""


def mask_diffs(text: str, hide: Hide) -> tuple[str, int]:
    if _MARKED.search(text) is None:
        return text, 0
    lines, count = _runs(text.split("\n"), hide)
    for mark in "-+":
        lines, hidden = _side(lines, mark, hide)
        count += hidden
    return "\n".join(lines), count


def _mark(line: str) -> str:
    return line[0] if _MARKED.match(line) else ""


def _runs(lines: list[str], hide: Hide) -> tuple[list[str], int]:
    """Lines that came or went together. A key among them becomes one line."""
    shown: list[str] = []
    count = 0
    for mark, run in groupby(lines, _mark):
        if not mark:
            shown.extend(run)
            continue
        text, hidden = hide("\n".join(line[1:] for line in run))
        shown.extend(mark + line for line in text.split("\n"))
        count += hidden
    return shown, count


def _side(lines: list[str], mark: str, hide: Hide) -> tuple[list[str], int]:
    """What lies across unchanged and changed lines. Where their number changes, those that did not come through go."""
    at = [number for number, line in enumerate(lines) if _mark(line) in ("", mark)]
    if not any(_mark(lines[number]) for number in at):
        return lines, 0
    bare = [lines[number][1:] if lines[number].startswith((mark, " ")) else lines[number] for number in at]
    text, count = hide("\n".join(bare))
    masked = text.split("\n")
    if masked == bare:
        return lines, 0
    if len(masked) != len(bare):
        kept = frozenset(masked)
        masked = [line if line in kept else MASK for line in bare]
    shown = list(lines)
    for number, before, after in zip(at, bare, masked, strict=True):
        if after != before:
            shown[number] = lines[number][: len(lines[number]) - len(before)] + after
    return shown, count
