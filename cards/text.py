"""A card as plain text: for terminals, logs of a demo, and wherever nothing better can be shown.

No line is wider than `COLUMNS`, with East Asian characters counted as two. A bar on the left holds the card together; there is
none on the right, as no two terminals agree on how wide an emoji is.
"""

from collections.abc import Iterator

from cards.model import Button, Card
from cards.parts import (
    LABEL_CHARS,
    TITLE_CHARS,
    Part,
    facts_part,
    log_part,
    section_part,
    small_print,
    step,
    summary,
    title,
)
from cards.phrases import Phrases, bar, phrases
from cards.plain import aligned, clip, crop, one_line, pad, width, wrap

COLUMNS = 100

_FOLDED_LINES = 8
_OPEN_LINES = 60
_LOG_LINES = 15
_LABEL_COLUMNS = 18
_CELL_COLUMNS = 48


def render_text(card: Card, *, columns: int = COLUMNS) -> str:
    """`columns` is at least 40."""
    inner = columns - 2
    words = phrases(card)
    first, *more = wrap(title(card), inner)
    lines = [f"┌ {first}", *_block(more)]
    for number, block in enumerate(block for block in _blocks(card, words, inner) if block):
        lines += [*(["│"] if number else []), *_block(block)]
    return "\n".join([*lines, "└" + "─" * 12])


def _block(lines: list[str]) -> list[str]:
    return [f"│ {line}".rstrip() for line in lines]


def _blocks(card: Card, words: Phrases, columns: int) -> Iterator[list[str]]:
    yield wrap(summary(card), columns)
    yield _progress(card, columns)
    yield _facts(facts_part(card), columns)
    sections = [
        section_part(part, words, folded_lines=_FOLDED_LINES, open_lines=_OPEN_LINES, narrow=False)
        for part in card.sections
    ]
    for part in sections:
        if not part.folded:
            yield _part(part, words, columns)
    yield _part(log_part(card, most=_LOG_LINES), words, columns)
    for part in sections:
        if part.folded:
            yield _part(part, words, columns)
    yield [line for number, button in enumerate(card.choices, 1) for line in _button(number, button, words, columns)]
    yield [line for text in (small_print(card), one_line(card.link or "")) if text for line in wrap(text, columns)]


def _progress(card: Card, columns: int) -> list[str]:
    if card.progress is None:
        return []
    percent = card.progress.percent
    return wrap(f"{'⏳' if percent is None else f'{bar(percent, 20)} {percent}% '} {step(card)}", columns)


def _facts(part: Part, columns: int) -> list[str]:
    """Labels in a column of their own, as wide as the widest that is not overlong."""
    room = min(max((width(unit[0]) for unit in part.units), default=0), _LABEL_COLUMNS)
    lines: list[str] = []
    for label, value in part.visible():
        first, *rest = wrap(f"🔴 {value}" if label in part.alarms else value, columns - room - 2)
        lines += [f"{pad(crop(label, room), room)}  {first}", *(f"{' ' * room}  {line}" for line in rest)]
    return lines


def _part(part: Part, words: Phrases, columns: int) -> list[str]:
    if not part.units:
        return []
    body = _table(part, words, columns - 2) if part.kind == "table" else _lines(part, words, columns - 2)
    return [*(wrap(part.title, columns) if part.title else []), *(f"  {line}" for line in body)]


def _lines(part: Part, words: Phrases, columns: int) -> list[str]:
    hanging = "" if part.kind == "prose" else "    "
    lines: list[str] = []
    for line in part.lines(words):
        inset = "  " if part.kind == "diff" and line[:2] in {"- ", "+ "} else ""
        first, *rest = wrap(line, columns - len(inset) - len(hanging))
        lines += [inset + first, *(inset + hanging + more for more in rest)]
    return lines


def _table(part: Part, words: Phrases, columns: int) -> list[str]:
    lines = aligned([part.columns, *part.signed()], _CELL_COLUMNS)
    note = part.note(words)
    return [crop(line, columns) for line in [*lines, *([note] if note else [])]]


def _button(number: int, button: Button, words: Phrases, columns: int) -> list[str]:
    shown = f"[{number}] {clip(one_line(button.text), LABEL_CHARS)}"
    twin = clip(one_line(button.twin or ""), TITLE_CHARS)
    also = one_line(button.url) if button.url else words.typed.format(twin=twin) if twin else ""
    return wrap(f"{shown}  {also}", columns)
