"""Each platform behind the same wall: its stand-in, and doors to it, for tests of what every adapter owes its caller."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from adapters.types import Adapter, Conversation
from sandbox.dingtalk import Clock as DingTalkClock
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import Clock as FeishuClock
from sandbox.feishu import FeishuStandIn
from tests.adapters.dingtalk import conftest as dingtalk
from tests.adapters.feishu import conftest as feishu
from tests.adapters.feishu.wire import BRISK as FEISHU_BRISK

LI, HAN, GROUP = "ou_li", "ou_han", "oc_ops"
_START = 1_769_851_697.0


@dataclass(frozen=True)
class Wall:
    """`again`: the seconds after which the platform brings a message again that was not acknowledged. `overdue`: those after which
    it gives a click up, and what it then says. `door` takes changes of the adapter's Patience."""

    platform: str
    gateway: Any
    door: Callable[..., Adapter]
    again: float
    overdue: tuple[float, str]

    @property
    def ops(self) -> Conversation:
        return Conversation(platform=self.platform, id=GROUP, kind="group")  # type: ignore[arg-type]


@asynccontextmanager
async def wall_of(platform: str) -> AsyncIterator[Wall]:
    """With a frozen clock: nothing happens by itself."""
    clock: Any
    if platform == "dingtalk":
        clock = DingTalkClock(frozen=True, start=_START)
        async with DingTalkStandIn(clock=clock, seed=7) as gateway:
            _people(gateway)
            yield Wall(
                platform,
                gateway,
                lambda **patience: dingtalk.door_to(gateway, patience=replace(dingtalk.BRISK, **patience)),
                again=60,
                overdue=(5, "timeout"),
            )
    else:
        clock = FeishuClock(frozen=True, start=_START)
        async with FeishuStandIn(clock=clock, seed=7) as gateway:
            _people(gateway)
            yield Wall(
                platform,
                gateway,
                lambda **patience: feishu.door_to(gateway, patience=replace(FEISHU_BRISK, **patience)),
                again=15,
                overdue=(3, "200341"),
            )
    clock.close()


def _people(gateway: Any) -> None:
    gateway.add_user(LI, "李雷")
    gateway.add_user(HAN, "韩梅梅")
    gateway.add_group(GROUP, "k8s-ops", [LI, HAN])
