"""A rollout of 25 minutes with a log line every second, on hurried time: within the platforms' limits, and right at its end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import run
from bot.settings import Settings
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn, read_template
from sandbox.dingtalk.api import STREAMING
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import PATCH
from tests.daemon import ADMIN, FEISHU_ADMIN, FEISHU_GROUP, FEISHU_MEMBER, GROUP, MEMBER
from tests.hurried import HurriedClusterClock, HurriedGatewayClock, HurriedLoop, tempo, utc_of
from tests.sides import Side, dingtalk_side, feishu_side

pytestmark = pytest.mark.timeout(240)

PODS, EACH = 10, 150
"""One pod after the other, each watched for so many seconds: 25 minutes."""
PACE = 40.0
TEMPLATES = Path(__file__).parents[2] / "deploy" / "dingtalk"


def on_hurried_time(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        runner.run(work)


@dataclass
class Long:
    dingtalk: Side
    feishu: Side | None

    async def rollout(self) -> tuple[str, int]:
        """Asked for, approved, and brought to its end in a hurry; DingTalk's card, and counted calls before the approval."""
        card = await self.dingtalk.ask("把 web 的镜像换成 registry.local/web:2.0")
        gateway = self.dingtalk.gateway
        assert isinstance(gateway, DingTalkStandIn)
        before = gateway.limits.calls.total()
        assert (await self.dingtalk.press(self.dingtalk.admin, card, "批准")).ok
        began = tempo().now()
        tempo().change(PACE)
        try:
            await self.dingtalk.headed(card, "成功", seconds=2400)
        finally:
            tempo().change(1)
        assert tempo().now() - began > PODS * EACH - 60, "it took 25 minutes"
        return card, before


@asynccontextmanager
async def long(folder: Path, *, both: bool, **settings: Any) -> AsyncIterator[Long]:
    time = tempo()
    async with (
        ClusterStandIn(seed=demo_shop, clock=HurriedClusterClock(time)) as cluster,
        DingTalkStandIn(clock=HurriedGatewayClock(time), month_pushes=None) as dingtalk,
        FeishuStandIn(clock=HurriedGatewayClock(time)) as feishu,
    ):
        dingtalk.add_user(ADMIN, "王伟")
        dingtalk.add_user(MEMBER, "李雷")
        dingtalk.add_group(GROUP, "k8s-ops", [ADMIN, MEMBER])
        feishu.add_user(FEISHU_ADMIN, "王伟")
        feishu.add_user(FEISHU_MEMBER, "李雷")
        feishu.add_group(FEISHU_GROUP, "k8s-ops", [FEISHU_ADMIN, FEISHU_MEMBER])
        for form in ("approval", "diagnosis", "status"):
            dingtalk.add_template(f"own-{form}.schema", read_template((TEMPLATES / f"{form}.json").read_text("utf-8")))
        await asyncio.to_thread(cluster.write_kubeconfig, folder / "kubeconfig")
        web = cluster.get("deployment", "web", "shop")
        assert web is not None
        web["spec"] |= {
            "replicas": PODS,
            "minReadySeconds": EACH,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        }
        web.pop("status", None)
        cluster.apply(web)
        tempo().change(PACE)
        await cluster.until(lambda: available(cluster) == PODS, 2 * EACH + 60)
        tempo().change(1)
        fields: dict[str, Any] = {
            "kubeconfig": str(folder / "kubeconfig"),
            "steward_data_dir": folder,
            "steward_listen": "",
            "steward_admins": frozenset({("dingtalk", ADMIN), ("feishu", FEISHU_ADMIN)}),
            "steward_ops_conversations": frozenset({("feishu", FEISHU_GROUP)} if both else ()),
            "dingtalk_enabled": True,
            "dingtalk_client_id": dingtalk.client_id,
            "dingtalk_client_secret": dingtalk.client_secret,
            "dingtalk_openapi_endpoint": dingtalk.url,
            "dingtalk_oapi_endpoint": dingtalk.url,
            "feishu_enabled": both,
            "feishu_app_id": feishu.app_id,
            "feishu_app_secret": feishu.app_secret,
            "feishu_domain": feishu.url,
            **settings,
        }
        stop = asyncio.Event()
        daemon = asyncio.create_task(run(await asyncio.to_thread(Settings, **fields), stop, clock=utc_of(time)))
        try:
            await dingtalk.connected()
            if both:
                await feishu.connected()
            yield Long(dingtalk_side(dingtalk), feishu_side(feishu) if both else None)
        finally:
            stop.set()
            await daemon


def available(cluster: ClusterStandIn) -> int:
    web = cluster.get("deployment", "web", "shop")
    assert web is not None
    return int(web.get("status", {}).get("availableReplicas", 0))


def test_on_both_platforms_with_a_free_organisations_calls(tmp_path: Path) -> None:
    async def play() -> None:
        async with long(tmp_path, both=True) as scene:
            feishu = scene.feishu
            assert feishu is not None
            card, before = await scene.rollout()
            there = next(iter(feishu.gateway.cards))  # the ops conversation hears of the cluster's warnings, too
            await feishu.headed(there, "成功", seconds=20)
            for side, shown in ((scene.dingtalk, card), (feishu, there)):
                assert f"{PODS} 个 Pod" in side.text(shown)
                assert not side.gateway.violations, list(side.gateway.violations)
                assert not side.gateway.calls.refused, "no limit was ever hit"
            dingtalk = scene.dingtalk.gateway
            assert isinstance(dingtalk, DingTalkStandIn)
            assert dingtalk.limits.calls.total() - before <= 4
            changes = feishu.gateway.calls.of(PATCH)
            assert 100 < len(changes) < 600, "shown as it went on"
            assert any("GET /healthz" in change.body for change in changes), "with its log"
            assert most_in_a_second([change.at for change in changes]) <= 5

    on_hurried_time(play())


def test_streamed_into_an_own_template_of_dingtalks(tmp_path: Path) -> None:
    async def play() -> None:
        templates = ",".join(f"{form}=own-{form}.schema" for form in ("approval", "diagnosis", "status"))
        free = {"dingtalk_monthly_calls": 0, "dingtalk_card_template_id": templates}
        async with long(tmp_path, both=False, **free) as scene:
            card, _ = await scene.rollout()
            dingtalk = scene.dingtalk.gateway
            assert isinstance(dingtalk, DingTalkStandIn)
            assert dingtalk.cards[card].template_id == "own-approval.schema"
            assert not dingtalk.violations, list(dingtalk.violations)
            assert not dingtalk.calls.refused, "no limit was ever hit"
            streamed = dingtalk.calls.of(STREAMING)
            assert 100 < len(streamed) < 1000
            assert any("GET /healthz" in call.body for call in streamed)
            assert most_in_a_second([call.at for call in streamed]) <= 20
            view = dingtalk.cards[card].view(ADMIN)
            assert view.status == "3", "nothing is said to be still coming in"
            assert f"{PODS} 个 Pod" in view.text

    on_hurried_time(play())


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments)
