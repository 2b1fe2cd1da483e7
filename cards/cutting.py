"""What goes first when a card does not fit; the same on every platform."""

from collections.abc import Callable
from dataclasses import dataclass

from cards.model import Card
from cards.parts import Part, facts_part, log_part, section_part, squeeze
from cards.phrases import phrases


@dataclass(slots=True)
class Kept:
    """What is left of a card's body; `dropped` sections are gone with their titles."""

    facts: Part
    log: Part
    sections: list[Part]
    dropped: int = 0

    @property
    def opened(self) -> list[Part]:
        return [part for part in self.sections if not part.folded]

    @property
    def folded(self) -> list[Part]:
        return [part for part in self.sections if part.folded]


def cut(card: Card, *, folded_lines: int, open_lines: int, log_lines: int, fits: Callable[[Kept], bool]) -> Kept:
    """Cut until it fits, the least important first: log, folded sections, what is left of the log, open sections, then sections
    with their titles. The summary and the facts stay; only facts that alone burst the budget are cut.
    """
    words = phrases(card)
    kept = Kept(
        facts=facts_part(card),
        log=log_part(card, most=log_lines),
        sections=[
            section_part(section, words, folded_lines=folded_lines, open_lines=open_lines) for section in card.sections
        ],
    )
    folded, opened = kept.folded[::-1], kept.opened[::-1]
    cuts = [(kept.log, 3), *((part, 0) for part in folded), (kept.log, 0), *((part, 1) for part in opened)]
    squeeze([*cuts, *((part, 0) for part in opened)], lambda: fits(kept))
    while kept.sections and not fits(kept):
        kept.sections.pop()
        kept.dropped += 1
    squeeze([(kept.facts, 0)], lambda: fits(kept))
    return kept
