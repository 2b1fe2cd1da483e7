import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.typing import EventDict

from adapters.types import Acknowledge, Answer, CardAction, Message
from cards.model import Card
from tests.cards.samples import sample


async def _accept(_: CardAction, acknowledge: Acknowledge) -> None:
    await acknowledge(Answer())


@dataclass
class Ears:
    """What was heard; `on_message` and `on_click` say what is done about it."""

    messages: list[Message] = field(default_factory=list)
    clicks: list[CardAction] = field(default_factory=list)
    on_message: Callable[[Message], Awaitable[None]] | None = None
    on_click: Callable[[CardAction, Acknowledge], Awaitable[None]] = _accept
    arrived: asyncio.Queue[Message | CardAction] = field(default_factory=asyncio.Queue)

    async def next(self) -> None:
        """Until one more has arrived, before anything is done about it."""
        async with asyncio.timeout(5):
            await self.arrived.get()

    async def message(self, message: Message) -> None:
        self.messages.append(message)
        self.arrived.put_nowait(message)
        if self.on_message is not None:
            await self.on_message(message)

    async def click(self, action: CardAction, acknowledge: Acknowledge) -> None:
        self.clicks.append(action)
        self.arrived.put_nowait(action)
        await self.on_click(action, acknowledge)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def waiting() -> Card:
    return sample("approval_waiting", "zh")
