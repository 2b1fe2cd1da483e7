"""One daemon in DingTalk and in Feishu: an action has a card in both, is decided in either, and both end right."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster.bench import Bench
from tests.cluster.test_main_job import chain_holds, code_of, generation, statuses
from tests.daemon import FEISHU_GROUP, GROUP
from tests.sides import House, Side, house


@pytest.fixture
async def both(tmp_path: Path, kubeconfig: str) -> AsyncIterator[House]:
    ops = f"dingtalk:{GROUP},feishu:{FEISHU_GROUP}"
    async with house(tmp_path, Path(kubeconfig), "dingtalk", "feishu", STEWARD_OPS_CONVERSATIONS=ops) as started:
        yield started


@pytest.fixture(params=["dingtalk", "feishu"])
def asked(request: pytest.FixtureRequest, both: House) -> Side:
    """Where it is asked; the other is where it is decided."""
    return next(side for side in both.sides if side.platform == request.param)


@pytest.fixture
def other(asked: Side, both: House) -> Side:
    return next(side for side in both.sides if side is not asked)


async def cards(asked: Side, other: Side, text: str) -> tuple[str, str]:
    """The action's card where it was asked for, and the one on the other platform."""
    since = other.gateway.now
    here = await asked.ask(text)
    return here, await other.next_card("待审批", after=since)


def no_violations(both: House) -> None:
    for side in both.sides:
        assert side.gateway.violations.rules() == set(), list(side.gateway.violations)


async def test_asked_in_one_approved_in_the_other_and_right_in_both_to_the_end(
    both: House, asked: Side, other: Side, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    here, there = await cards(asked, other, f"帮我重启下 {bench.namespace} 的 nginx")
    for side, card in ((asked, here), (other, there)):
        assert "deployment/nginx" in side.text(card)
        assert bench.namespace in side.text(card)

    assert (await other.press(other.admin, there, "批准")).ok
    for side, card in ((asked, here), (other, there)):
        await side.headed(card, "成功")
        assert not side.offers(card), "nothing is left to press"
        assert "王伟" in side.text(card), "who approved"
    assert await generation(bench, "nginx") == before + 1
    assert statuses(both.daemon) == [
        (asked.member, "propose_restart", "PENDING"),
        (other.admin, "approve_restart", "APPROVED"),
        (other.admin, "execute_restart", "SUCCESS"),
    ]
    assert await both.daemon.stop() == 0
    await chain_holds(both.daemon)
    no_violations(both)


async def test_twenty_clicks_on_both_cards_at_once_are_one_restart(both: House, bench: Bench) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    asked, other = both.sides
    here, there = await cards(asked, other, f"重启 {bench.namespace} 的 nginx")
    presses = [side.press(side.admin, card, "批准", stale=True) for side, card in ((asked, here), (other, there)) * 10]
    assert all(click.ok for click in await asyncio.gather(*presses))
    await asked.headed(here, "成功")
    await other.headed(there, "成功")
    assert await generation(bench, "nginx") == before + 1
    decided = [row[2] for row in statuses(both.daemon) if row[1] == "approve_restart"]
    assert sorted(decided) == ["APPROVED"] + ["LATE"] * 19
    no_violations(both)


async def test_a_reason_in_feishus_form_is_on_both_cards_and_in_the_audit(both: House, bench: Bench) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    dingtalk, feishu = both.sides
    here, there = await cards(dingtalk, feishu, f"重启 {bench.namespace} 的 nginx")
    assert (await feishu.press(feishu.admin, there, "拒绝", reason="今天封网，明早再来")).ok
    for side, card in ((dingtalk, here), (feishu, there)):
        assert "今天封网，明早再来" in await side.headed(card, "已拒绝", seconds=20)
        assert not side.offers(card)
    (row,) = both.daemon.rows("SELECT detail, status FROM audit_logs WHERE action_type = 'deny_restart'")
    assert row["status"] == "DENIED"
    assert re.fullmatch(r"card v\d+ · 今天封网，明早再来", row["detail"]), "what was seen, and why not"
    assert await generation(bench, "nginx") == before
    no_violations(both)


async def test_a_typed_answer_on_one_platform_decides_the_card_on_both(
    both: House, asked: Side, other: Side, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    here, there = await cards(asked, other, f"重启 {bench.namespace} 的 nginx")
    await other.say(other.admin, f"拒绝 {code_of(both.daemon)} 等扩容之后")
    for side, card in ((asked, here), (other, there)):
        assert "等扩容之后" in await side.headed(card, "已拒绝", seconds=20)
    no_violations(both)


async def test_a_member_of_one_platform_is_refused_while_the_administrator_of_the_other_approves(
    both: House, asked: Side, other: Side, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    before = await generation(bench, "nginx")
    here, there = await cards(asked, other, f"重启 {bench.namespace} 的 nginx")
    assert "不是管理员" in asked.told(await asked.press(asked.member, here, "批准"))
    assert await generation(bench, "nginx") == before
    await other.press(other.admin, there, "批准")
    await asked.headed(here, "成功")
    await other.headed(there, "成功")
    assert await generation(bench, "nginx") == before + 1


async def test_an_administrator_of_one_platform_is_none_on_the_other(
    tmp_path: Path, kubeconfig: str, bench: Bench
) -> None:
    await bench.workload(name="nginx", replicas=1)
    only_feishu = f"feishu:{FEISHU_GROUP}"
    async with house(
        tmp_path,
        Path(kubeconfig),
        "dingtalk",
        "feishu",
        STEWARD_OPS_CONVERSATIONS=only_feishu,
        STEWARD_ADMINS="feishu:ou_wangwei0000001",
    ) as started:
        dingtalk, feishu = started.sides
        here, there = await cards(dingtalk, feishu, f"重启 {bench.namespace} 的 nginx")
        assert "不是管理员" in dingtalk.told(await dingtalk.press(dingtalk.admin, here, "批准"))
        await feishu.press(feishu.admin, there, "批准")
        await dingtalk.headed(here, "成功")


async def test_undo_is_asked_for_on_one_platform_and_approved_on_the_other(
    both: House, asked: Side, other: Side, bench: Bench
) -> None:
    await bench.workload(name="web", replicas=1)
    here, there = await cards(asked, other, f"把 {bench.namespace} 的 web 扩到 2 个副本")
    await other.press(other.admin, there, "批准")
    await asked.headed(here, "成功")
    await other.headed(there, "成功")
    marks = [asked.gateway.now, other.gateway.now]
    await asked.press(asked.member, here, "撤销")
    here = await asked.next_card("待审批", after=marks[0])
    there = await other.next_card("待审批", after=marks[1])
    await other.press(other.admin, there, "批准")
    await asked.headed(here, "成功")
    await other.headed(there, "成功")
    assert (await bench.get("Deployment", "web"))["spec"]["replicas"] == 1
    no_violations(both)
