"""What all platforms' tests share. `gateway` and `door` are each platform in turn; a platform's own tests have only its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from structlog.typing import EventDict

from adapters.types import Adapter
from cards.model import Card
from tests.adapters.ears import Ears, Gateway, listening
from tests.adapters.wall import Wall, wall_of
from tests.cards.samples import sample


@pytest.fixture(params=["dingtalk", "feishu"])
async def wall(request: pytest.FixtureRequest) -> AsyncIterator[Wall]:
    async with wall_of(request.param) as wall:
        yield wall


@pytest.fixture
def gateway(wall: Wall) -> Any:
    return wall.gateway


@pytest.fixture
async def door(wall: Wall) -> AsyncIterator[Adapter]:
    door = wall.door()
    yield door
    await door.close()


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def line(door: Adapter, ears: Ears, gateway: Gateway) -> AsyncIterator[asyncio.Task[None]]:
    async with listening(door, ears, gateway) as task:
        yield task


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def waiting() -> Card:
    return sample("approval_waiting", "zh")
