"""The wall between Steward and an IM platform: what comes in, what goes out."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from cards.model import Card

Platform = Literal["dingtalk", "feishu"]


class Frozen(BaseModel):
    """A value: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Person(Frozen):
    """`id` is the platform's id that roles are bound to (DingTalk userId, Feishu open_id); "" for people from outside the
    organisation, who have no privileges. `name` can be edited by its owner: for display only."""

    platform: Platform
    id: str
    name: str


class Conversation(Frozen):
    """`id` is what a message can be sent to: DingTalk openConversationId, or the userId of a single chat; Feishu chat_id.
    `thread` is a message of a Feishu topic (话题) below which answers belong, "" outside of topics."""

    platform: Platform
    id: str
    kind: Literal["group", "single"]
    title: str = ""
    thread: str = ""


class Message(Frozen):
    """What somebody said to the bot. `id` is stable over redeliveries. `text` has the bot's own mention removed and is stripped;
    it is "" where the platform sent none, and `problem` then says why."""

    id: str
    conversation: Conversation
    sender: Person
    text: str
    mentions: tuple[Person, ...] = ()
    problem: Literal["", "over-quota", "not-text", "too-long"] = ""
    sent_at: datetime


class CardAction(Frozen):
    """A click. Everything here but `operator` came through somebody's client: `key` and `button` are looked up, never believed.

    `key` is the delivery key that `send` was given; `digest` is the digest prefix that the card on screen was made with.
    """

    key: str
    button: str
    digest: str = ""
    reason: str = ""
    operator: Person
    conversation: Conversation | None = None
    received_at: datetime


class Answer(Frozen):
    """The answer to a click: the card as it should now look (None keeps it) and a short toast for the clicker. `form` is the
    `Sent.form` of the copy that was clicked."""

    card: Card | None = None
    toast: str = ""
    tone: Literal["info", "success", "warning", "error"] = "info"
    form: str = ""


class Sent(Frozen):
    """Where a card went: enough to update it after a restart. `form` is the adapter's own note of what the copy was made with (a
    DingTalk template cannot be changed after the card was made); it is kept and given back as it is. `key` is what `send` got."""

    platform: Platform
    conversation: Conversation
    message_id: str
    key: str = ""
    form: str = ""


class Rate(Frozen):
    """What a platform bears, in calls per second, already with a margin: who keeps to it is never throttled by us alone."""

    sends: float
    """New cards, all together."""
    updates: float
    """Changes of cards, all together."""
    conversation: float
    """New cards in one conversation."""
    message: float
    """Changes of one card."""


class Finding(Frozen):
    """What was found about how the application is configured on its platform. `well` is None where that could not be read;
    `said` is a code such as `feishu.callback_missing`, which the caller has words for, with `values` to put into them."""

    name: str
    well: bool | None
    said: str
    values: Mapping[str, str] = {}


Acknowledge = Callable[[Answer], Awaitable[None]]
"""Writes the answer to the line; raises `Unreachable` when the line is gone. May be called once."""

OnMessage = Callable[[Message], Awaitable[None]]
"""Returns when the message is persisted; the adapter then acknowledges it. Raising leaves it unacknowledged: it comes again."""

OnAction = Callable[[CardAction, Acknowledge], Awaitable[None]]
"""Acknowledges within the platform's budget, then goes on."""

OnLeft = Callable[[Person], Awaitable[None]]
"""Somebody left the organisation. Returns when that is noted, and the adapter acknowledges the event; raising makes it come
again."""


async def nobody_left(_: Person) -> None:
    """For whoever keeps no roles."""


OnChange = Callable[[Literal["up", "retiring"]], None]
"""`up`: the first frame was heard, the line works. `retiring`: the platform wants a new connection instead of this one."""


def unheeded(_: Literal["up", "retiring"]) -> None:
    """For whoever does not care how the line is."""


class Meter(Protocol):
    """Counts the calls of a platform's month, where they are counted there."""

    def left(self) -> bool:
        """Whether one more call may be made."""
        ...

    def spend(self, api: str) -> None:
        """One was made: its method and path."""
        ...


class Unmetered:
    """For whoever keeps no budget."""

    def left(self) -> bool:
        return True

    def spend(self, api: str) -> None:
        """Nobody counts."""


UNMETERED = Unmetered()


class Adapter(Protocol):
    """One platform."""

    platform: Platform

    @property
    def last_heard(self) -> datetime | None:
        """When a frame last came in on the line; None before the first."""
        ...

    async def check(self) -> None:
        """Try the credentials. Raises CredentialsRejected, Refused (permission, with its name) or Unreachable."""
        ...

    async def audit(self) -> tuple[Finding, ...]:
        """How the application is configured, as far as that may be read: a missing permission is a finding, no error."""
        ...

    @property
    def rate(self) -> Rate: ...

    def use(self, identifier: str, secret: str) -> None:
        """Other credentials (client id or app id, and its secret) from now on: the next line and token are asked for with them."""
        ...

    async def listen(
        self,
        on_message: OnMessage,
        on_action: OnAction,
        on_change: OnChange = unheeded,
        on_left: OnLeft = nobody_left,
    ) -> None:
        """Connect and hear until the line drops: returns when the platform closed it politely, raises Unreachable or
        CredentialsRejected otherwise. Never reconnects by itself. `on_change` hears `up` once, and `retiring` when the platform
        asks for a new connection: this one still answers what it has heard, and the next call of `listen` may run beside it.
        `on_left` hears who left the organisation, where the platform tells the application.
        Cancelled: sends the close frame first, handles what was already on its way, then lets go."""
        ...

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        """Post a card. `key` (≤ 50 characters) makes it idempotent: the same key never gives two cards."""
        ...

    async def update(self, sent: Sent, card: Card) -> None:
        """Replace the card in place."""
        ...

    async def say(self, conversation: Conversation, words: str | Card, *, key: str = "") -> None:
        """A message that is no card and never changes: plain text, or a card's content with its buttons as typed twins, when
        the card itself is refused. `key` (≤ 50 characters) makes it idempotent where the platform can do that (Feishu)."""
        ...

    async def person(self, user_id: str) -> Person:
        """Who that is, remembered for clicks, which carry no name. Raises MessageGone for nobody, Refused without permission."""
        ...

    async def close(self) -> None:
        """Give back connections. Idempotent."""
        ...
