from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.approvals import Approvals
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.store import Store, open_store
from bot.views import Views
from bot.words import Words
from tests.bot.stand import ADMIN, Clock, Door


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "steward.db") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def router(store: Store, door: Door, clock: Clock) -> NotificationRouter:
    return NotificationRouter(store, {"dingtalk": door}, clock)


@pytest.fixture
def identities(store: Store, clock: Clock) -> Identities:
    return Identities(store, clock, fixed=frozenset({(ADMIN.platform, ADMIN.id)}))


@pytest.fixture
def approvals(store: Store, router: NotificationRouter, identities: Identities, clock: Clock) -> Approvals:
    return Approvals(store, router, identities, Views(Words("zh")), clock)
