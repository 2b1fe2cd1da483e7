from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.feishu import Clock, FeishuStandIn
from tests.sandbox.feishu.line import Client, client

GROUP = "oc_ops"
TOPICS = "oc_topics"
LI = "ou_li"
HAN = "ou_han"


def populate(gateway: FeishuStandIn) -> None:
    gateway.add_user(LI, "李雷", admin=True)
    gateway.add_user(HAN, "韩梅梅")
    gateway.add_user("ou_far", "远方", available=False)
    gateway.add_group(GROUP, "k8s-ops", [LI, HAN])
    gateway.add_group(TOPICS, "k8s-topics", [LI, HAN], topics=True)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Frozen: nothing happens by itself, limits by the second can be counted."""
    clock = Clock(frozen=True, start=1_769_851_697.0)
    yield clock
    clock.close()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[FeishuStandIn]:
    async with FeishuStandIn(clock=clock, seed=7) as gateway:
        populate(gateway)
        yield gateway


@pytest.fixture
async def sdk(gateway: FeishuStandIn) -> AsyncIterator[Client]:
    async with client(gateway) as one:
        await one.log_in()
        yield one
