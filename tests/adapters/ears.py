"""Somebody who listens at a door: what was heard, and what is done about it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from adapters.types import Acknowledge, Adapter, Answer, CardAction, Message, Person, nobody_left


class Gateway(Protocol):
    async def connected(self) -> None: ...


def answering(answer: Answer) -> Callable[[CardAction, Acknowledge], Awaitable[None]]:
    """A listener who gives each click this answer."""

    async def click(_: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(answer)

    return click


_accept = answering(Answer())


@dataclass
class Ears:
    """What was heard; `on_message` and `on_click` say what is done about it."""

    messages: list[Message] = field(default_factory=list)
    clicks: list[CardAction] = field(default_factory=list)
    left: list[Person] = field(default_factory=list)
    on_message: Callable[[Message], Awaitable[None]] | None = None
    on_click: Callable[[CardAction, Acknowledge], Awaitable[None]] = _accept
    on_left: Callable[[Person], Awaitable[None]] = nobody_left
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

    async def leaver(self, person: Person) -> None:
        self.left.append(person)
        await self.on_left(person)


@asynccontextmanager
async def listening(door: Adapter, ears: Ears, gateway: Gateway) -> AsyncIterator[asyncio.Task[None]]:
    """Connected; at the end the line is cancelled and waited for."""
    line = asyncio.create_task(door.listen(ears.message, ears.click, on_left=ears.leaver))
    try:
        await gateway.connected()
        yield line
    finally:
        line.cancel()
        await asyncio.wait([line])
