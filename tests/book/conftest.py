from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store, open_store
from tests.bot.stand import Clock


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "steward.db") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()
