from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.dingtalk import DingTalk, Patience
from adapters.types import Conversation
from sandbox.dingtalk import Clock, DingTalkStandIn

GROUP = "cidops=="
LI = "manager4220"
HAN = "user77"
OPS = Conversation(platform="dingtalk", id=GROUP, kind="group")

BRISK = Patience(silence=5.0, click=0.2, message=1.0, drain=0.3, moment=0.1, request=5.0)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Frozen: nothing happens by itself."""
    clock = Clock(frozen=True, start=1_769_851_697.0)
    yield clock
    clock.close()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[DingTalkStandIn]:
    async with DingTalkStandIn(clock=clock, seed=7) as gateway:
        gateway.add_user(LI, "李雷")
        gateway.add_user(HAN, "韩梅梅")
        gateway.add_user("guest", "客人", outside=True)
        gateway.add_group(GROUP, "k8s-ops", [LI, HAN, "guest"])
        yield gateway


def door_to(gateway: DingTalkStandIn, *, secret: str = "", patience: Patience = BRISK) -> DingTalk:
    return DingTalk(
        gateway.client_id,
        secret or gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        patience=patience,
    )


@pytest.fixture
async def door(gateway: DingTalkStandIn) -> AsyncIterator[DingTalk]:
    door = door_to(gateway)
    yield door
    await door.close()
