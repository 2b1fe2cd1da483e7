"""What both platforms' tests share; `door` and `gateway` are each platform's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from structlog.typing import EventDict

from adapters.types import Adapter
from cards.model import Card
from tests.adapters.ears import Ears, Gateway, listening
from tests.cards.samples import sample


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
