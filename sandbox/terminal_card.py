"""A card as a person sees it, drawn for a terminal."""

import itertools
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

WIDEST = 92
"""Columns inside the frame, where the terminal has as many."""
NARROWEST = 38
_TAGS = re.compile(r"</?(?:font|a|span)\b[^>]*>")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~&])")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&quot;": '"', "&#124;": "|", "&amp;": "&"}
_INDENT = re.compile(r"\s*(?:│\s*|- |▏\s*)?")
_EMOJI = "\ufe0f"
"""Makes the character before it an emoji, which is wide."""


class Labelled(Protocol):
    @property
    def text(self) -> str: ...


class Drawn(Protocol):
    """What of a card can be drawn, whichever platform it is on."""

    @property
    def title(self) -> str: ...
    @property
    def markdown(self) -> str: ...
    @property
    def tips(self) -> str: ...
    @property
    def buttons(self) -> Sequence[Labelled]: ...


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters and emoji take two."""
    columns = 0
    for before, char in itertools.pairwise("\0" + text):
        if char == _EMOJI:
            columns += unicodedata.east_asian_width(before) not in "WF"
        elif not unicodedata.combining(char) and unicodedata.category(char) != "Cf":
            columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return columns


def draw(view: Drawn, room: int | None = None) -> str:
    """The card in a frame with `room` columns inside, by default as many as the terminal has; its buttons numbered."""
    room = room or max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST + 2, 24)).columns - 2))
    text = [view.title], plain(view.markdown, room - 1), plain(view.tips, room - 1), _buttons(view, room - 1)
    parts = [[f" {line}" for line in lines] for lines in text if lines]
    rows = [[row for line in lines for row in wrapped(line, room)] for lines in parts]
    return "\n".join(_framed(rows, room))


def plain(markdown: str, room: int = WIDEST) -> list[str]:
    """Markdown as lines of text: what a client would draw, without the marks. Tables are made to fit."""
    return _aligned(_unmarked(markdown), room)


def wrapped(line: str, room: int) -> list[str]:
    """In rows of at most `room` columns, between words where that is possible; later rows keep the indent."""
    opening = _INDENT.match(line)
    indent = "" if opening is None else opening[0].replace("-", " ")
    rows, rest = [], line
    while width(rest) > room:
        cut = next(end for end in range(len(rest), 0, -1) if width(rest[:end]) <= room)
        space = rest.rfind(" ", 0, cut + 1)
        if space > max(cut // 2, len(indent)) and rest[cut - 1].isascii():
            cut = space
        rows.append(rest[:cut].rstrip())
        rest = indent + rest[cut:].lstrip(" ")
    return [*rows, rest]


def _buttons(view: Drawn, room: int) -> list[str]:
    """As many in a row as fit."""
    rows: list[str] = []
    for number, button in enumerate(view.buttons, start=1):
        shown = f"[{number}] {button.text.removeprefix(f'{number}. ')}"
        if rows and width(f"{rows[-1]}   {shown}") <= room:
            rows[-1] += f"   {shown}"
        else:
            rows.append(shown)
    return rows


def _aligned(lines: list[str], room: int) -> list[str]:
    """Tables in columns; what does not fit of the last column goes on below itself."""
    out: list[str] = []
    for is_table, group in itertools.groupby(lines, lambda line: line.startswith("|") and line.endswith("|")):
        found = list(group)
        out += _table(found, room) if is_table else found
    return out


def _table(lines: Iterable[str], room: int) -> list[str]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    widths = [max(width(cell) for cell in column) for column in itertools.zip_longest(*rows, fillvalue="")]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    out = []
    for row in rows:
        cells = [cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=False)]
        last = wrapped(cells[-1].rstrip(), room - before) if room - before >= NARROWEST // 2 else [cells[-1]]
        out.append("  ".join([*cells[:-1], last[0]]).rstrip())
        out += [" " * before + more for more in last[1:]]
    return out


def _unmarked(markdown: str) -> list[str]:
    out: list[str] = []
    fenced = False
    for line in markdown.replace("<br>", "\n").replace("<br/>", "\n").split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            out.append(f"  │ {line}")
            continue
        text = _TAGS.sub("", line).strip()
        text = re.sub(r"^#{1,6}\s+", "", text)
        text = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"\1", text)
        text = re.sub(r"(?<!\\)`([^`]*)`", r"\1", text)
        text = re.sub(r"^>\s?", "▏", text)
        text = _ESCAPED.sub(r"\1", text)
        for entity, char in _ENTITIES.items():
            text = text.replace(entity, char)
        if not re.fullmatch(r"-{3,}|", text):
            out.append(text)
    return out


def _framed(parts: list[list[str]], room: int) -> list[str]:
    rows = [[f"│{row}{' ' * (room - width(row))}│" for row in part] for part in parts]
    between = [f"├{'─' * room}┤"]
    inside = [line for part in rows for line in (*between, *part)][1:]
    return [f"╭{'─' * room}╮", *inside, f"╰{'─' * room}╯"]
