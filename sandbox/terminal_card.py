"""A DingTalk card as a person sees it, drawn for a terminal."""

import itertools
import re
import unicodedata

from sandbox.dingtalk.card_view import CardView

WIDTH = 92
_TAGS = re.compile(r"</?(?:font|a|span)\b[^>]*>")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~&])")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&quot;": '"', "&#124;": "|", "&amp;": "&"}


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(char) or char == "\ufe0f" else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def draw(view: CardView, *, buttons_from: int = 1) -> str:
    """The card in a frame, its buttons numbered."""
    lines = [f" {view.title}", None, *(f" {line}" for line in plain(view.markdown))]
    if view.tips:
        lines += [None, *(f" {line}" for line in plain(view.tips))]
    shown = [f"[{number}] {button.text}" for number, button in enumerate(view.buttons, start=buttons_from)]
    if shown:
        lines += [None, " " + "   ".join(shown)]
    return "\n".join(_framed([piece for line in lines for piece in ([None] if line is None else _wrapped(line))]))


def plain(markdown: str) -> list[str]:
    """Markdown as lines of text: what a client would draw, without the marks."""
    return _aligned(_unmarked(markdown))


def _aligned(lines: list[str]) -> list[str]:
    """Tables in columns."""
    out: list[str] = []
    for is_table, group in itertools.groupby(lines, lambda line: line.startswith("| ") and line.endswith("|")):
        if not is_table:
            out += group
            continue
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in group]
        rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
        widths = [max(width(cell) for cell in column) for column in itertools.zip_longest(*rows, fillvalue="")]
        for row in rows:
            cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=False))
            out.append("  ".join(cells).rstrip())
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


def _wrapped(line: str) -> list[str]:
    pieces, current = [], ""
    for char in line:
        if width(current + char) > WIDTH:
            pieces.append(current)
            current = "   "
        current += char
    return [*pieces, current]


def _framed(lines: list[str | None]) -> list[str]:
    rows = [f"├{'─' * WIDTH}┤" if line is None else f"│{line}{' ' * (WIDTH - width(line))}│" for line in lines]
    return [f"╭{'─' * WIDTH}╮", *rows, f"╰{'─' * WIDTH}╯"]
