"""The markdowns of DingTalk: that of cards (fences, tables), the same with colours, as templates of one's own have it, and the
documented subset of messages, which has neither.

A single newline breaks no line in either; lists, quotes and blank lines do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cards.markdown import bold, escape, fence, phrase, table
from cards.parts import Part
from cards.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Dialect:
    fixed: Callable[[list[str], str], str]
    """Lines in a fixed-width font, and the language they are in."""
    table: Callable[[Part], str]
    label: Callable[[str], str]
    """A fact's label with its colon: less than what it labels."""
    alarm: Callable[[str], str]
    """A value that must not be missed."""

    def draw(self, part: Part, words: Phrases) -> str:
        """With its title above it; a part of which nothing is left is one line that says so."""
        if not part.units:
            return ""
        if not part.shown:
            return f"{bold(part.title)}{phrase(words.hidden.format(count=part.hidden))}"
        return "\n\n".join(filter(None, [bold(part.title), *self._body(part, words)]))

    def _body(self, part: Part, words: Phrases) -> list[str]:
        match part.kind:
            case "facts":
                lines = [f"- {self._fact(label, value, part, words)}" for label, value in part.visible()]
                note = part.note(words)
                return ["\n".join([*lines, *([f"- {note}"] if note else [])])]
            case "prose":
                return [escape(line) for line in part.lines(words)]
            case "table":
                return [self.table(part), phrase(part.note(words))]
            case _:
                return [self.fixed(part.lines(words), "diff" if part.kind == "diff" else "")]

    def _fact(self, label: str, value: str, part: Part, words: Phrases) -> str:
        said = self.alarm(value) if label in part.alarms else phrase(value)
        return f"{self.label(label + words.colon.rstrip())}{' ' * words.colon.endswith(' ')}{said}"


def _grid(part: Part) -> str:
    return table(part.columns, part.signed())


def _list(part: Part) -> str:
    rows = "\n".join(f"- {bold(head)} {_joined(rest)}" for head, *rest in part.signed())
    return f"{_joined(part.columns)}\n\n{rows}"


def _joined(cells: Sequence[str]) -> str:
    return " · ".join(filter(None, map(phrase, cells)))


def _quote(lines: list[str], _language: str) -> str:
    return "\n>\n".join(f"> {escape(line) or '…'}" for line in lines)


def font(text: str, colour: str) -> str:
    """`text` is markdown. The colours are documented (markdown-variable-new) for the templates' own component and for nothing
    else: a client that did not know the tag would show it."""
    return f"<font colorTokenV2={colour}>{text}</font>" if text else ""


def _dotted(text: str) -> str:
    return f"🔴 {bold(text)}"


CARD = Dialect(fixed=fence, table=_grid, label=phrase, alarm=_dotted)
OWN = Dialect(
    fixed=fence,
    table=_grid,
    label=lambda text: font(phrase(text), "common_level2_base_color"),
    alarm=lambda text: font(bold(text), "common_red1_color"),
)
MESSAGE = Dialect(fixed=_quote, table=_list, label=phrase, alarm=_dotted)
