from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.claude.world import World, world


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made
