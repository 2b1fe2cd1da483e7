import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.typing import EventDict

from adapters.feishu import Feishu, Patience
from adapters.types import Acknowledge, Answer, CardAction, Conversation, Message, Person, nobody_left
from cards.model import Card
from sandbox.feishu import Clock, FeishuStandIn
from tests.adapters.feishu.wire import BRISK
from tests.cards.samples import sample

GROUP = "oc_ops"
TOPICS = "oc_topics"
LI = "ou_84aad35d084aa403a838cf73ee18467"
HAN = "ou_han"
OPS = Conversation(platform="feishu", id=GROUP, kind="group")


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Frozen: nothing happens by itself."""
    clock = Clock(frozen=True, start=1_769_851_697.0)
    yield clock
    clock.close()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[FeishuStandIn]:
    async with FeishuStandIn(clock=clock, seed=7) as gateway:
        gateway.add_user(LI, "李雷")
        gateway.add_user(HAN, "韩梅梅")
        gateway.add_group(GROUP, "k8s-ops", [LI, HAN])
        gateway.add_group(TOPICS, "k8s-topics", [LI, HAN], topics=True)
        yield gateway


def door_to(gateway: FeishuStandIn, *, secret: str = "", patience: Patience = BRISK) -> Feishu:
    return Feishu(gateway.app_id, secret or gateway.app_secret, domain=gateway.url, patience=patience)


@pytest.fixture
async def door(gateway: FeishuStandIn) -> AsyncIterator[Feishu]:
    door = door_to(gateway)
    yield door
    await door.close()


async def _accept(_: CardAction, acknowledge: Acknowledge) -> None:
    await acknowledge(Answer())


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


@pytest.fixture
def ears() -> Ears:
    return Ears()


@asynccontextmanager
async def listening(door: Feishu, ears: Ears, gateway: FeishuStandIn) -> AsyncIterator[asyncio.Task[None]]:
    """Connected; at the end the line is cancelled and waited for."""
    line = asyncio.create_task(door.listen(ears.message, ears.click, on_left=ears.leaver))
    try:
        await gateway.connected()
        yield line
    finally:
        line.cancel()
        await asyncio.wait([line])


@pytest.fixture
async def line(door: Feishu, ears: Ears, gateway: FeishuStandIn) -> AsyncIterator[asyncio.Task[None]]:
    async with listening(door, ears, gateway) as task:
        yield task


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def waiting() -> Card:
    return sample("approval_waiting", "zh")
