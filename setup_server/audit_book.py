"""What the page of the audit book asks for. The rows are somebody else's: this is the door that the page needs to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from setup_server.accounts import Account
from setup_server.site import Language

PERIODS = ("today", "yesterday", "week", "last-week", "month", "last-month", "7d", "30d")
"""What the book can be narrowed to, besides all of it."""


class Asked(NamedTuple):
    period: str = ""
    """One of PERIODS, "" for all of time."""
    who: tuple[str, ...] = ()
    """Names, ids or `platform:id`; everybody when empty."""
    after: str = ""
    """Where the page before ended."""


class Entry(NamedTuple):
    at: datetime
    who: str
    action: str
    target: str
    status: str
    card_id: str
    command: str
    detail: str
    origin: str
    """The platform, and the address where one is known."""


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Entry, ...]
    """Newest first."""
    count: int
    more: bool
    """There are more than `count`."""
    further: str
    """What asks for the next ones; "" at the end."""
    chain: str
    """What is proven of the book."""
    holds: bool


class AuditBook(Protocol):
    async def page(self, asked: Asked, reader: Account, language: Language) -> Page:
        """Commands, details and addresses are for administrators; for others they are empty."""
        ...
