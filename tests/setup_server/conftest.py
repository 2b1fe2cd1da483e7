from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.stand import Clock
from tests.setup_server.gatehouse import Browser, Gatehouse, browser, open_gatehouse


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(tmp_path: Path, clock: Clock) -> AsyncIterator[Gatehouse]:
    async with open_gatehouse(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Gatehouse) -> AsyncIterator[Browser]:
    async with browser(house.url) as opened:
        yield opened
