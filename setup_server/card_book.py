"""What is kept of cards and what happened to them. The rows are somebody else's: this is the door that the pages need to them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple, Protocol

from cards.model import Card, Tone
from setup_server.accounts import Account

STATES: dict[str, tuple[Tone, ...]] = {
    "all": (),
    "waiting": (Tone.WAITING,),
    "running": (Tone.RUNNING, Tone.VERIFYING),
    "success": (Tone.SUCCESS,),
    "failed": (Tone.FAILURE, Tone.WARNING),
    "over": (Tone.MUTED,),
    "told": (Tone.NEUTRAL,),
}
"""What the list can be narrowed to."""


class Version(NamedTuple):
    number: int
    at: datetime
    tone: Tone
    tag: str
    step: bool
    """Only how far it was; not every one of these is kept."""


class Happening(NamedTuple):
    """A row of the audit book."""

    at: datetime
    who: str
    platform: str
    verb: str
    """`propose`, `approve`, `deny`, `cancel`, `expire`, `execute`, `choose`…"""
    status: str
    target: str
    command: str
    detail: str
    address: str
    version: int | None
    """Of the card that was clicked."""


class Story(NamedTuple):
    card: Card
    newest: int
    """The version that the card has now, where `card` is an older one."""
    versions: tuple[Version, ...]
    """Oldest first."""
    happenings: tuple[Happening, ...]
    """Oldest first."""
    left_out: int
    """Clicks that came to nothing and are too many to show."""


class Listed(NamedTuple):
    id: str
    at: datetime
    tone: Tone
    tag: str
    title: str
    summary: str
    language: str


class Shelf(NamedTuple):
    cards: tuple[Listed, ...]
    """Newest first."""
    further: str
    """What asks for the next ones; "" at the end."""


class CardBook(Protocol):
    async def story(self, card_id: str, reader: Account, version: int | None = None) -> Story | None:
        """None for a card or a version that is not there, and for one that this reader may not see."""

    async def shelf(self, reader: Account, tones: tuple[Tone, ...], after: str) -> Shelf:
        """A page of the cards that this reader may see, of some tones or of all. What `after` does not say begins at the newest."""

    def watch(self, card_id: str) -> AsyncIterator[Card]:
        """A card as it is and then each newer version, until the final one."""
