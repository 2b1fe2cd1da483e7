"""The wall between Steward and an IM platform: what comes in, what goes out."""

from collections.abc import Awaitable, Callable
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
    """`id` is what a message can be sent to: DingTalk openConversationId, or the userId of a single chat."""

    platform: Platform
    id: str
    kind: Literal["group", "single"]
    title: str = ""


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
    """The answer to a click: the card as it should now look (None keeps it) and a short toast for the clicker."""

    card: Card | None = None
    toast: str = ""
    tone: Literal["info", "success", "warning", "error"] = "info"


class Sent(Frozen):
    """Where a card went: enough to update it after a restart."""

    platform: Platform
    conversation: Conversation
    message_id: str


Acknowledge = Callable[[Answer], Awaitable[None]]
"""Writes the answer to the line; raises `Unreachable` when the line is gone. May be called once."""

OnMessage = Callable[[Message], Awaitable[None]]
"""Returns when the message is persisted; the adapter then acknowledges it. Raising leaves it unacknowledged: it comes again."""

OnAction = Callable[[CardAction, Acknowledge], Awaitable[None]]
"""Acknowledges within the platform's budget, then goes on."""


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

    async def listen(self, on_message: OnMessage, on_action: OnAction) -> None:
        """Connect and hear until the line drops: returns when the platform asked for a reconnect, raises Unreachable or
        CredentialsRejected otherwise. Never reconnects by itself. Cancelled: says goodbye (close frame) and lets handlers end."""
        ...

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        """Post a card. `key` (≤ 50 characters) makes it idempotent: the same key never gives two cards."""
        ...

    async def update(self, sent: Sent, card: Card) -> None:
        """Replace the card in place."""
        ...

    async def say(self, conversation: Conversation, words: str | Card) -> None:
        """A message that is no card and never changes: plain text, or a card's content with its buttons as typed twins, when
        the card itself is refused. Not idempotent."""
        ...

    async def person(self, user_id: str) -> Person:
        """Who that is, remembered for clicks, which carry no name. Raises MessageGone for nobody, Refused without permission."""
        ...

    async def close(self) -> None:
        """Give back connections. Idempotent."""
        ...
