"""What a card's body is made of once it must fit: parts that can lose lines, honestly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cards.model import Card, Code, Diff, DiffLine, LogLines, Prose, Role, Section, Table
from cards.moments import clock_times
from cards.phrases import Phrases, heading, phrases
from cards.plain import clean, clip, one_line
from cards.states import signed

Unit = tuple[str, ...]
"""What is shown whole or not at all: one line; a fact's label and value; a changed field's path, `- before` and `+ after`;
the cells of a row."""

SUMMARY_CHARS = 400
STEP_CHARS = 200
FOOTER_CHARS = 300
LABEL_CHARS = 40
TITLE_CHARS = 80
VALUE_CHARS = 300
PROSE_CHARS = 600
CODE_CHARS = 1200
LOG_CHARS = 240


def shortened(text: str, limit: int, words: Phrases) -> str:
    """Says how much there was when it had to be cut."""
    return text if len(text) <= limit else text[:limit].rstrip() + words.cut.format(count=len(text))


def summary(card: Card) -> str:
    return shortened(one_line(card.summary), SUMMARY_CHARS, phrases(card))


def step(card: Card) -> str:
    return shortened(one_line(card.progress.step), STEP_CHARS, phrases(card)) if card.progress else ""


def title(card: Card) -> str:
    return shortened(heading(card), TITLE_CHARS + LABEL_CHARS, phrases(card))


def preview_text(card: Card, most: int) -> str:
    """For lists of chats and notifications: the state first, then the sentence."""
    return clip(f"{heading(card)}{phrases(card).colon}{one_line(card.summary)}", most)


def small_print(card: Card) -> str:
    return shortened(" · ".join(filter(None, map(one_line, card.footer))), FOOTER_CHARS, phrases(card))


@dataclass(slots=True)
class Part:
    """`shown` of the units that may be shown, out of `total`; with `newest` the last ones, else the first ones."""

    kind: Literal["facts", "prose", "code", "log", "diff", "table"]
    units: Sequence[Unit]
    total: int
    title: str = ""
    columns: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    """One for each column, where they are known."""
    unseen: tuple[str, ...] = ()
    """Columns that were left out."""
    alarms: frozenset[str] = frozenset()
    """Labels of facts that must not be missed."""
    folded: bool = False
    newest: bool = False
    name: str = ""
    """Unique on the card: `facts`, `log`, `section_0`."""
    shown: int = field(init=False)

    def __post_init__(self) -> None:
        self.shown = len(self.units)

    @property
    def hidden(self) -> int:
        return self.total - self.shown

    def visible(self) -> Sequence[Unit]:
        return self.units[len(self.units) - self.shown :] if self.newest else self.units[: self.shown]

    def signed(self) -> Sequence[Unit]:
        """The visible rows, states with a coloured dot before them."""
        if not self.roles:
            return self.visible()
        return [
            tuple(signed(cell, role) for cell, role in zip(row, self.roles, strict=False)) for row in self.visible()
        ]

    def note(self, words: Phrases) -> str:
        """What is missing, or nothing."""
        columns = words.more_columns.format(names=words.comma.join(self.unseen)) if self.unseen else ""
        return " · ".join(filter(None, (self._missing(words), columns)))

    def _missing(self, words: Phrases) -> str:
        if not self.hidden:
            return ""
        if self.newest:
            return words.earlier_lines.format(count=self.hidden)
        if self.kind == "facts":
            return words.more_facts.format(count=self.hidden)
        return (words.more_rows if self.kind in {"table", "diff"} else words.more_lines).format(count=self.hidden)

    def lines(self, words: Phrases) -> list[str]:
        """The visible units one below the other, with the note where the missing ones were."""
        lines = [line for unit in self.visible() for line in unit]
        note = self.note(words)
        if not note:
            return lines
        return [note, *lines] if self.newest else [*lines, note]


def _prose(text: str) -> list[str]:
    return [line for line in map(str.strip, clean(text).split("\n")) if line]


def _line(line: str, limit: int, words: Phrases) -> Unit:
    return (shortened(clean(line).replace("\n", " ").rstrip(), limit, words),)


def _changed(line: DiffLine, words: Phrases) -> Unit:
    sides = (("-", line.before), ("+", line.after))
    changes = (f"{sign} {_value(value, words)}" for sign, value in sides if value is not None)
    return (_value(line.path, words), *changes)


def _value(text: str, words: Phrases) -> str:
    return shortened(one_line(text), VALUE_CHARS, words)


def _arranged(table: Table, *, narrow: bool) -> tuple[list[int], list[int]]:
    """The columns in the order that they are shown in, the name and the state first, and those left out."""
    places = list(range(len(table.columns)))
    if len(table.roles) != len(places):
        return places, []
    roles = table.roles
    head = next((place for place in places if roles[place] == "name"), 0)
    first = [place for place in places if place <= head]
    first += [place for role in ("state", "ready") for place in places if roles[place] == role and place not in first]
    out = [place for place in places if narrow and roles[place] == "detail" and place not in first]
    return [*first, *(place for place in places if place not in first and place not in out)], out


def section_part(
    section: Section, words: Phrases, *, folded_lines: int, open_lines: int, name: str = "", narrow: bool = True
) -> Part:
    """A folded section starts short, an open one only ends somewhere. What can never be seen is not looked at. `narrow`: for a
    card in a chat, where a table's details would push the rest out of sight."""
    body, most = section.body, folded_lines if section.folded else open_lines
    units: list[Unit]
    columns: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    unseen: tuple[str, ...] = ()
    match body:
        case Prose():
            lines = _prose(body.text)
            total, units = len(lines), [(shortened(line, PROSE_CHARS, words),) for line in lines[:most]]
        case Code():
            lines = clean(body.text).rstrip().split("\n")
            total, units = len(lines), [_line(line, CODE_CHARS, words) for line in lines[:most]]
        case LogLines():
            total, units = len(body.lines), [_line(line, LOG_CHARS, words) for line in clock_times(body.lines[:most])]
        case Diff():
            total, units = len(body.lines), [_changed(line, words) for line in body.lines[:most]]
        case Table():
            total = len(body.rows)
            places, out = _arranged(body, narrow=narrow)
            heads = [shortened(one_line(head), LABEL_CHARS, words) for head in body.columns]
            units = [
                tuple(_value(row[place], words) for place in places if place < len(row)) for row in body.rows[:most]
            ]
            columns, unseen = tuple(heads[place] for place in places), tuple(heads[place] for place in out)
            roles = tuple(body.roles[place] for place in places) if len(body.roles) == len(heads) else ()
    title = shortened(one_line(section.title), TITLE_CHARS, words)
    return Part(
        kind=body.type,
        units=units,
        total=total,
        title=title,
        columns=columns,
        roles=roles,
        unseen=unseen,
        folded=section.folded,
        name=name,
    )


def log_part(card: Card, *, most: int) -> Part:
    """The newest lines."""
    words = phrases(card)
    units = [_line(line, LOG_CHARS, words) for line in clock_times(card.log[-most:])]
    return Part(kind="log", units=units, total=len(card.log), title=words.log, newest=True, name="log")


def facts_part(card: Card) -> Part:
    words = phrases(card)
    units = [(shortened(one_line(fact.label), LABEL_CHARS, words), _value(fact.text, words)) for fact in card.facts]
    alarms = frozenset(label for fact, (label, _) in zip(card.facts, units, strict=True) if fact.alarm)
    return Part(kind="facts", units=units, total=len(units), alarms=alarms, name="facts")


def squeeze(cuts: Iterable[tuple[Part, int]], fits: Callable[[], bool]) -> bool:
    """Take units away in the order given, each part down to its floor, until it fits; whether it does.

    Each part keeps as much as it can, found by bisection: drawing is what costs.
    """
    for part, floor in cuts:
        if fits():
            return True
        low, high = min(floor, part.shown), part.shown
        while low < high:
            part.shown = (low + high + 1) // 2
            if fits():
                low = part.shown
            else:
                high = part.shown - 1
        part.shown = low
    return fits()
