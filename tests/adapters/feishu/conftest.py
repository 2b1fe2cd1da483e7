from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.feishu import Feishu, Patience
from adapters.types import Conversation
from sandbox.feishu import Clock, FeishuStandIn
from tests.adapters.feishu.wire import BRISK

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
