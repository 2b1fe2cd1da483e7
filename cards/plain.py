"""Text as it may be shown: no escape sequences, nothing that reorders or hides characters, nothing that cannot be encoded."""

import re
import unicodedata
from collections.abc import Sequence

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_NEWLINES = re.compile(r"\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
_HIDDEN = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff]")
"""Zero-width and soft-hyphen characters: gone. The joiner and the variation selectors stay, emoji are made with them."""
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)
"""Controls, bidirectional overrides (they can make one name read as another) and lone surrogates: shown as what they are."""


def clean(text: str) -> str:
    """Lines end in a bare newline, tabs are spaces."""
    if text.isascii() and text.isprintable():
        return text
    text = _NEWLINES.sub("\n", _ANSI.sub("", text)).replace("\t", "    ")
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", _HIDDEN.sub("", text))


def one_line(text: str) -> str:
    """All white space runs become one space."""
    return " ".join(clean(text).split())


_SIGN = re.compile("^[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]\ufe0f? +(?=.)")


def without_sign(text: str) -> str:
    """Without the picture at its start: `❌ 拒绝` is `拒绝`."""
    return _SIGN.sub("", text)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode("utf-8", "replace"))


def width(text: str) -> int:
    """Columns in a terminal: East Asian wide characters and emoji take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char == "\N{VARIATION SELECTOR-16}":
        return 1  # asks for the emoji form of the character before it, which then takes two columns
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def pad(text: str, columns: int) -> str:
    return text + " " * max(columns - width(text), 0)


def crop(text: str, columns: int) -> str:
    """At most so many columns, ending in an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    return _head(text, columns - 1) + "…"


def _head(text: str, columns: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += _columns(char)
        if taken > columns:
            return text[:index]
    return text


def aligned(rows: Sequence[Sequence[str]], most: int) -> list[str]:
    """Rows one below the other, each column as wide as its widest cell that is not overlong."""
    widths = [min(max(map(width, cells)), most) for cells in zip(*rows, strict=False)]
    lines = ["  ".join(pad(crop(cell, room), room) for cell, room in zip(row, widths, strict=False)) for row in rows]
    return [line.rstrip() for line in lines]


_NO_LINE_START = frozenset("，。、；：！？）】》」』”’,.;:!?)]}…%")
"""Punctuation that never begins a line (kinsoku)."""


def wrap(text: str, columns: int) -> list[str]:
    """Broken at spaces, between wide characters, and anywhere when a word alone is longer than the line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph.rstrip()
        while len(head := _head(rest, columns)) < len(rest):
            cut = _break(rest, len(head)) or 1
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        lines.append(rest)
    return lines


def _break(text: str, most: int) -> int:
    for cut in range(most, max(most // 2, 0), -1):
        before, after = text[cut - 1], text[cut]
        if after in _NO_LINE_START:
            continue
        if before == " " or after == " " or _columns(before) == 2 or _columns(after) == 2:
            return cut
    return most
