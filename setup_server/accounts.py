"""Who may sign in, and what has to be kept of it. The rows are somebody else's: these are the doors that we need to them."""

import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

Clock = Callable[[], datetime]
NAME_LENGTH = 64


def spelled(username: str) -> str:
    """The one way a user name is kept and looked up: full-width letters, capitals and spaces around it make no other name. '' for
    what can be nobody's."""
    name = unicodedata.normalize("NFKC", username).strip().casefold()
    return name if len(name) <= NAME_LENGTH and name.isprintable() else ""


class Role(StrEnum):
    ADMINISTRATOR = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Account(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    name: str
    """What to call this person on a page: the user name, or what the identity provider calls them."""
    role: Role
    password_hash: str = Field(default="", repr=False)
    """'' for somebody who signs in at the identity provider only."""


class Session(BaseModel):
    """Somebody signed in, on one browser."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(repr=False)
    account: Account
    way: str
    """`password` or `oidc`."""
    address: str
    opened_at: datetime
    until: datetime
    """When it ends by itself unless it is used."""
    ends_at: datetime
    """When it ends however much it is used."""


class Visitor(NamedTuple):
    """Somebody at the identity provider: the pair is for ever one person, and names are not."""

    issuer: str
    subject: str
    name: str
    role: Role
    """By their group."""


class PendingLogin(NamedTuple):
    """What we must remember while somebody is at the identity provider."""

    visit: str
    """A fingerprint of the browser's visit cookie: the answer has to come back by the same browser."""
    nonce: str
    verifier: str
    destination: str
    expires_at: datetime


class Attempt(NamedTuple):
    """One try to get in or out, for the audit book. A name that nobody has is not in it: people type passwords there."""

    action: str
    """`login`, `login_oidc`, `logout`, `logout_everywhere`."""
    status: str
    """SUCCESS DENIED REFUSED; REFUSED was not even looked at, it came too fast or from a foreign page."""
    address: str
    account_id: str = ""
    detail: str = ""


Audit = Callable[[Attempt], Awaitable[None]]


class Accounts(Protocol):
    async def by_username(self, username: str) -> Account | None:
        """`username` as `spelled` writes it."""

    async def replace_hash(self, account_id: str, old: str, new: str) -> None:
        """The same password, kept in a stronger way. Does nothing when `old` is no longer what is kept."""

    async def of_visitor(self, visitor: Visitor) -> Account:
        """The account of somebody who comes from the identity provider, made at the first time. It has the visitor's role until
        somebody decides about it here; a role that changed ends every session of theirs in the same breath."""


class SessionBook(Protocol):
    async def open(self, session: Session) -> None: ...

    async def find(self, session_id: str) -> Session | None:
        """As it is on disk: with the role that the account has now; None once it was ended."""

    async def extend(self, session_id: str, until: datetime) -> bool:
        """False when it was ended in the meantime, which stays so."""

    async def end(self, session_id: str) -> None: ...

    async def end_all(self, account_id: str) -> int:
        """How many were alive."""


class LaneBook(Protocol):
    """How full each lane of the brake is: a moment for each name."""

    async def change(
        self, names: Sequence[str], alter: Callable[[Mapping[str, float]], Mapping[str, float]], now: float
    ) -> None:
        """Read, alter and write in one step that nobody else comes between; what `alter` raises undoes it and is raised. Lanes
        that are not in the book are missing from the mapping; those whose moment is over may be forgotten."""


class Haunts(Protocol):
    """Addresses from which a name has signed in before."""

    async def known(self, name: str, address: str, since: datetime) -> bool: ...

    async def remember(self, name: str, address: str, at: datetime) -> None: ...


class PendingBook(Protocol):
    async def put(self, state: str, pending: PendingLogin, now: datetime) -> None:
        """What expired is forgotten, and the oldest beyond a bound."""

    async def take(self, state: str) -> PendingLogin | None:
        """Each only once."""
