"""The feed of what became visible in the chat, numbered, for a terminal or a test that follows along."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from sandbox.pulse import Pulse

KEPT = 20_000
M = TypeVar("M", bound="Said")


class Said(BaseModel):
    """A message of the bot's, as far as every platform has it."""

    model_config = ConfigDict(frozen=True)

    title: str
    text: str


class Change(BaseModel, Generic[M]):
    """`card` is a card newly visible in a conversation, `update` a new version of it (`cause` says by what), `message`
    a message of the bot's. `card` is the card's id by which the stand-in holds it; what a person sees is asked of the card."""

    model_config = ConfigDict(frozen=True)

    number: int
    kind: Literal["card", "update", "message"]
    at: float
    conversations: tuple[str, ...]
    card: str = ""
    cause: str = ""
    message: M | None = None


class Changes(Generic[M]):
    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._kept: deque[Change[M]] = deque(maxlen=KEPT)
        self.last = 0

    def add(
        self,
        kind: Literal["card", "update", "message"],
        at: float,
        conversations: tuple[str, ...],
        *,
        card: str = "",
        cause: str = "",
        message: M | None = None,
    ) -> None:
        self.last += 1
        self._kept.append(
            Change(
                number=self.last,
                kind=kind,
                at=at,
                conversations=conversations,
                card=card,
                cause=cause,
                message=message,
            )
        )
        self._pulse.beat()

    def after(self, number: int) -> list[Change[M]]:
        news = []
        for change in reversed(self._kept):
            if change.number <= number:
                break
            news.append(change)
        return news[::-1]

    async def wait_after(self, number: int, seconds: float) -> list[Change[M]]:
        """The changes after `number`, waiting for the first at most `seconds`; empty when none came."""
        try:
            return await self._pulse.until(lambda: self.after(number), seconds)
        except TimeoutError:
            return []

    async def follow(self, number: int) -> AsyncIterator[Change[M]]:
        """Every change after `number`, for ever."""
        while True:
            for change in await self.wait_after(number, 3600):
                number = change.number
                yield change
