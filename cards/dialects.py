"""The two markdowns of DingTalk: that of cards (fences, tables) and the documented subset of messages, which has neither.

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
                lines = [f"- {bold(label)}{words.colon}{phrase(value)}" for label, value in part.visible()]
                note = part.note(words)
                return ["\n".join([*lines, *([f"- {note}"] if note else [])])]
            case "prose":
                return [escape(line) for line in part.lines(words)]
            case "table":
                return [self.table(part), phrase(part.note(words))]
            case _:
                return [self.fixed(part.lines(words), "diff" if part.kind == "diff" else "")]


def _grid(part: Part) -> str:
    return table(part.columns, part.visible())


def _list(part: Part) -> str:
    rows = "\n".join(f"- {bold(head)} {_joined(rest)}" for head, *rest in part.visible())
    return f"{_joined(part.columns)}\n\n{rows}"


def _joined(cells: Sequence[str]) -> str:
    return " · ".join(filter(None, map(phrase, cells)))


def _quote(lines: list[str], _language: str) -> str:
    return "\n>\n".join(f"> {escape(line) or '…'}" for line in lines)


CARD = Dialect(fixed=fence, table=_grid)
MESSAGE = Dialect(fixed=_quote, table=_list)
