from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.dingtalk import Clock, DingTalkStandIn
from tests.sandbox.dingtalk.line import Client, client

GROUP = "cidops=="
LI = "manager4220"
HAN = "user77"


def populate(gateway: DingTalkStandIn) -> None:
    gateway.add_user(LI, "李雷", mobile="13800000000", admin=True)
    gateway.add_user(HAN, "韩梅梅")
    gateway.add_user("guest", "客人", outside=True)
    gateway.add_group(GROUP, "k8s-ops", [LI, HAN, "guest"])


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Frozen: nothing happens by itself, limits by the second can be counted."""
    clock = Clock(frozen=True, start=1_769_851_697.0)
    yield clock
    clock.close()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[DingTalkStandIn]:
    async with DingTalkStandIn(clock=clock, seed=7) as gateway:
        populate(gateway)
        yield gateway


@pytest.fixture
async def sdk(gateway: DingTalkStandIn) -> AsyncIterator[Client]:
    async with client(gateway) as one:
        await one.log_in()
        yield one
