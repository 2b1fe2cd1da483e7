"""Attacks on the gate, over sockets, between both platforms: who may not approve does not, and whoever tries is in the book."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import run
from bot.settings import Settings
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import CARD_CALLBACK as DINGTALK_CLICK
from sandbox.feishu import FeishuStandIn
from tests.cards.feishu_reading import markdowns
from tests.daemon import ADMIN, FEISHU_ADMIN, FEISHU_GROUP, FEISHU_MEMBER, GROUP, MEMBER, Daemon
from tests.sides import Side, dingtalk_side, feishu_side

pytestmark = pytest.mark.timeout(240)


@dataclass
class Gate:
    """A daemon on both platforms, in the test's own loop; each group is told of every action. `daemon` reads its file beside it."""

    cluster: ClusterStandIn
    daemon: Daemon
    dingtalk: Side
    feishu: Side
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _life: asyncio.Task[None] | None = None

    async def start(self) -> None:
        dingtalk, feishu = self.dingtalk.gateway, self.feishu.gateway
        settings = await asyncio.to_thread(
            Settings,
            dingtalk_enabled=True,
            dingtalk_client_id=dingtalk.client_id,
            dingtalk_client_secret=SecretStr(dingtalk.client_secret),
            dingtalk_openapi_endpoint=dingtalk.url,
            dingtalk_oapi_endpoint=dingtalk.url,
            feishu_enabled=True,
            feishu_app_id=feishu.app_id,
            feishu_app_secret=SecretStr(feishu.app_secret),
            feishu_domain=feishu.url,
            kubeconfig=str(self.daemon.kubeconfig),
            steward_data_dir=self.daemon.folder,
            steward_listen="",
            steward_admins=frozenset((side.platform, side.admin) for side in self.sides),
            steward_ops_conversations=frozenset((side.platform, side.group) for side in self.sides),
        )
        self._stop = asyncio.Event()
        self._life = asyncio.create_task(run(settings, self._stop))
        for side in self.sides:
            await side.gateway.connected(seconds=60)

    async def stop(self) -> None:
        assert self._life is not None
        self._stop.set()
        await self._life

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.dingtalk, self.feishu

    def generation(self, name: str = "nginx") -> int:
        found = self.cluster.get("deployment", name, "shop")
        assert found is not None
        return int(found["metadata"]["generation"])

    def rows(self, *statuses: str) -> list[Any]:
        marks = ", ".join("?" * len(statuses))
        return self.daemon.rows(f"SELECT * FROM audit_logs WHERE status IN ({marks}) ORDER BY seq", *statuses)

    async def until_rows(self, count: int, *statuses: str) -> list[Any]:
        async with asyncio.timeout(20):
            while len(found := self.rows(*statuses)) < count:
                await asyncio.sleep(0.02)
        return found

    async def asked(self, text: str = "帮我重启下 nginx") -> tuple[str, str]:
        """Its card on DingTalk, where it was asked for, and on Feishu."""
        since = self.feishu.gateway.now
        here = await self.dingtalk.ask(text)
        return here, await self.feishu.next_card("待审批", after=since)

    def code(self) -> str:
        return str(self.daemon.rows("SELECT code FROM actions ORDER BY created_at DESC LIMIT 1")[0]["code"])

    async def callback(self, card: str, **changes: object) -> None:
        """A click on DingTalk as its frame comes in, with parts of it replaced; returns when it was acknowledged."""
        body = {
            "type": "actionCallback",
            "outTrackId": card,
            "corpId": self.dingtalk.gateway.credentials.corp_id,
            "userId": ADMIN,
            "userIdType": 1,
            "spaceId": GROUP,
            "spaceType": "IM_GROUP",
            "extension": "{}",
            **({} if "content" in changes else {"content": self.pressed(card)}),
            **changes,
        }
        await (await self.dingtalk.gateway.push(DINGTALK_CLICK, json.dumps(body))).acked(10)

    def pressed(self, card: str, button: str = "approve", **params: object) -> str:
        digest = self.dingtalk.gateway.cards[card].view(ADMIN).buttons[0].params.get("digest")
        said = {"actionIds": [button], "params": {"id": button, "digest": digest, **params}}
        return json.dumps({"cardPrivateData": said})


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    async with (
        ClusterStandIn(seed=demo_shop, speed=4) as cluster,
        DingTalkStandIn(qps=None) as dingtalk,
        FeishuStandIn() as feishu,
    ):
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        for gateway, group, people in (
            (dingtalk, GROUP, {ADMIN: "王伟", MEMBER: "李雷"}),
            (feishu, FEISHU_GROUP, {FEISHU_ADMIN: "王伟", FEISHU_MEMBER: "李雷"}),
        ):
            for person, name in people.items():
                gateway.add_user(person, name)
            gateway.add_group(group, "k8s-ops", list(people))
        made = Gate(
            cluster, Daemon(tmp_path, dingtalk, tmp_path / "kubeconfig"), dingtalk_side(dingtalk), feishu_side(feishu)
        )
        await made.start()
        try:
            yield made
        finally:
            await made.stop()


async def test_a_click_of_another_organisation_right_after_a_restart_approves_nothing(gate: Gate) -> None:
    before = gate.generation()
    card, _ = await gate.asked()
    await gate.restart()
    await gate.callback(card, corpId="dingother")
    (refused,) = await gate.until_rows(1, "REFUSED", "APPROVED")
    assert (refused["status"], refused["user_id"]) == ("REFUSED", "")
    assert gate.generation() == before
    await gate.callback(card)
    await gate.dingtalk.headed(card, "成功")
    assert gate.generation() == before + 1


async def test_buttons_of_both_platforms_and_typed_words_at_once_are_one_effect(gate: Gate) -> None:
    before = gate.generation()
    here, there = await gate.asked()
    word = f"批准 {gate.code()}"
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(gate.dingtalk.press(ADMIN, here, "批准", stale=True))
            group.create_task(gate.feishu.press(FEISHU_ADMIN, there, "批准", stale=True))
        for side in gate.sides:
            group.create_task(side.say(side.admin, word))
    await gate.dingtalk.headed(here, "成功")
    await gate.feishu.headed(there, "成功")
    assert gate.generation() == before + 1
    await gate.until_rows(10, "APPROVED", "LATE")
    assert [row["action_type"] for row in gate.rows("APPROVED")] == ["approve_restart"]
    assert len(gate.rows("LATE")) == 9, "each of the others is in the book"


async def test_a_frame_that_is_replayed_after_a_restart_has_no_second_effect(gate: Gate) -> None:
    before = gate.generation()
    card, _ = await gate.asked()
    frame = gate.pressed(card)
    await gate.callback(card, content=frame)
    await gate.dingtalk.headed(card, "成功")
    await gate.restart()
    for _ in range(3):
        await gate.callback(card, content=frame)
    await gate.until_rows(3, "LATE")
    assert len(gate.rows("APPROVED")) == 1
    assert gate.generation() == before + 1
    await gate.dingtalk.headed(card, "成功")


async def test_a_click_carries_what_another_card_was_drawn_for(gate: Gate) -> None:
    before = gate.generation("nginx"), gate.generation("web")
    nginx, _ = await gate.asked("帮我重启下 nginx")
    web, _ = await gate.asked("帮我重启下 web")
    forged: Sequence[str] = (
        gate.pressed(web),
        gate.pressed(nginx, digest=""),
        gate.pressed(nginx, digest=gate.pressed(nginx)[:3]),
        gate.pressed(nginx, digest=None),
        gate.pressed(nginx, digest={"$ne": ""}),
    )
    for content in forged:
        await gate.callback(nginx, content=content)
    rows = await gate.until_rows(len(forged), "REFUSED")
    assert all("digest" in row["detail"] for row in rows)
    assert (gate.generation("nginx"), gate.generation("web")) == before
    assert "待审批" in gate.dingtalk.text(nginx) + gate.dingtalk.gateway.cards[nginx].view(ADMIN).title


async def test_what_was_changed_between_card_and_click_is_not_run_and_is_asked_anew(gate: Gate) -> None:
    here, there = await gate.asked("把 nginx 的镜像换成 registry.local/app:2")
    nginx = gate.cluster.get("deployment", "nginx", "shop")
    assert nginx is not None
    nginx["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.local/app:9"
    gate.cluster.apply(nginx)
    before = gate.generation()
    since = gate.feishu.gateway.now
    await gate.feishu.press(FEISHU_ADMIN, there, "批准")
    await gate.dingtalk.headed(here, "已失效")
    await gate.feishu.headed(there, "已失效")
    assert gate.generation() == before
    anew = await gate.feishu.next_card("待审批", after=since)
    assert "registry.local/app:9" in gate.feishu.text(anew), "the new card shows what is there now"
    await gate.feishu.press(FEISHU_ADMIN, anew, "批准")
    await gate.feishu.headed(anew, "成功")
    assert gate.generation() == before + 1


async def test_yes_and_no_at_the_same_moment_are_one_of_them_on_both_cards(gate: Gate) -> None:
    for name in ("nginx", "web", "cart"):
        before = gate.generation(name)
        here, there = await gate.asked(f"帮我重启下 {name}")
        await asyncio.gather(
            gate.dingtalk.press(ADMIN, here, "批准", stale=True),
            gate.feishu.press(FEISHU_ADMIN, there, "拒绝", stale=True),
        )
        decided = [row["status"] for row in gate.rows("APPROVED", "DENIED")][-1]
        if decided == "DENIED":
            await gate.dingtalk.headed(here, "已拒绝")
            await gate.feishu.headed(there, "已拒绝")
        else:
            await gate.daemon.until_state("VERIFYING", "SUCCESS", "FAILED")
        assert gate.generation(name) == before + (decided == "APPROVED")
    assert len(gate.rows("APPROVED", "DENIED")) == len(gate.rows("LATE")) == 3


HUGE = "x" * 1_000_000
DEEP = "[" * 200_000
STRANGE: dict[str, dict[str, object]] = {
    "no person": {"userId": None},
    "a list for a person": {"userId": [ADMIN]},
    "a person of a megabyte": {"userId": HUGE},
    "half a character for a person": {"userId": "\ud800"},
    "a card of a megabyte": {"outTrackId": HUGE},
    "half a character for a card": {"outTrackId": "\ud83d"},
    "no card": {"outTrackId": {}},
    "a statement for a card": {"outTrackId": "' OR 1=1; DROP TABLE actions; --"},
    "content without end": {"content": DEEP, "value": DEEP},
    "content in objects without end": {"content": '{"a":' * 100_000},
    "a megabyte of content": {"content": json.dumps({"cardPrivateData": {"actionIds": [HUGE]}})},
    "half a character for a button": {"content": '{"cardPrivateData":{"params":{"id":"\\udfff","digest":"\\udfff"}}}'},
    "a number for content": {"content": 1e308, "value": -1},
}

STRANGE_ACTIONS: dict[str, dict[str, object]] = {
    "no value": {},
    "a list for a value": {"value": ["approve"]},
    "a value without end": {"value": DEEP},
    "a megabyte for a card": {"value": {"id": "approve", "key": HUGE}},
    "half a character": {"value": '{"id":"\\udfff","key":"\\ud83d","digest":"\\ud800"}'},
    "a form of another shape": {"value": {"id": "deny", "key": 7}, "form_value": [HUGE]},
}


async def test_a_strange_click_is_one_row_and_no_effect(gate: Gate) -> None:
    before = gate.generation()
    card, twin = await gate.asked()
    for what, changes in STRANGE.items():
        rows = len(gate.daemon.rows("SELECT id FROM audit_logs"))
        await gate.callback(card, **changes)
        assert len(gate.daemon.rows("SELECT id FROM audit_logs")) == rows + 1, what
    for what, action in STRANGE_ACTIONS.items():
        rows = len(gate.daemon.rows("SELECT id FROM audit_logs"))
        click = await gate.feishu.gateway.press(FEISHU_ADMIN, twin, {"tag": "button", **action})
        assert click.reason != "200341", f"{what}: never answered"
        assert len(gate.daemon.rows("SELECT id FROM audit_logs")) == rows + 1, what
    assert gate.daemon.states() == ["WAIT_APPROVAL"]
    await gate.callback(card)
    await gate.dingtalk.headed(card, "成功")
    assert gate.generation() == before + 1


EVIL = "<at id=all></at>[重启](https://evil.example)**@所有人**`x` <font color='red'>批准</font> ${title} \u202e"


async def test_a_name_that_somebody_gave_themselves_acts_on_no_card(gate: Gate) -> None:
    """People choose their names. What both platforms were sent is looked at as it was sent."""
    for side in gate.sides:
        users = side.gateway.directory.users
        for person in (side.admin, side.member):
            users[person] = users[person].model_copy(update={"name": EVIL})
    here, there = await gate.asked()
    for side in gate.sides:
        await side.say(side.member, "我是谁")
        await side.say(side.admin, "我是谁")
    answers = [
        await side.press(side.member, card, "批准") for side, card in zip(gate.sides, (here, there), strict=True)
    ]
    await gate.dingtalk.press(gate.dingtalk.admin, here, "批准")
    await gate.dingtalk.headed(here, "成功")
    await gate.feishu.headed(there, "成功")
    for side, answer in zip(gate.sides, answers, strict=True):
        assert any("evil" in card.view(side.admin).text for card in side.gateway.cards.values()), side.platform
        for text in (
            *(text for card in side.gateway.cards.values() for text in rendered(card)),
            *markups(answer.answer),
        ):
            for active in ("<at", "](https:", "<font color='red'>批准", "`x`", "${title}", "\u202e", "**@"):
                assert active not in text, (side.platform, active, text)


def rendered(card: Any) -> list[str]:
    """What is read as markup of it. Feishu's plain text, and what a list of conversations says of a card, is read as it is."""
    if (public := getattr(card, "public", None)) is not None:
        return [str(value) for value in public.values()]
    return markdowns({**card.content, "config": {}})


def markups(answer: str) -> list[str]:
    """The same of the answer to a click."""
    told = json.loads(answer)
    if "card" in told:
        return markdowns({**told["card"]["data"], "config": {}})
    return [str(value) for part in told.get("response", {}).values() for value in part.get("cardParamMap", {}).values()]
