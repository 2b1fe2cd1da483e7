"""The whole daemon with a model: what people in the group see, with it, without it, and when it obeys a stranger."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.claude import ClaudeStandIn, Turn
from tests.bot.claude.test_injections import INJECTIONS, obeying
from tests.bot.claude.world import FIND, OPEN, one_after_the_other, uses
from tests.bot.stage import Stage, stage
from tests.daemon import ADMIN, GROUP, MEMBER


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn() as made:
        yield made
        assert "s3cr3t-pw" not in "\n".join(made.bodies)
        assert list(made.refused) == []


@pytest.fixture
async def scene(tmp_path: Path, claude: ClaudeStandIn) -> AsyncIterator[Stage]:
    async with stage(tmp_path, model=claude) as made:
        yield made


async def test_what_the_rules_do_not_understand_is_proposed_by_the_model_and_approved_by_a_person(
    scene: Stage, claude: ClaudeStandIn
) -> None:
    card = await scene.card(OPEN, containing="待审批", seconds=30)
    text = card.view(ADMIN).text
    assert "5 个副本" in text
    assert "提示" in text and "由大模型理解后提出" in text
    assert scene.writes() == []
    await scene.gateway.click(ADMIN, card.out_track_id, "批准")
    await scene.gateway.shown(card.out_track_id, "成功", seconds=60)
    assert len(scene.writes()) == 1


async def test_words_of_the_model_are_shown_as_such(scene: Stage, claude: ClaudeStandIn) -> None:
    claude.script = one_after_the_other(FIND, Turn(text="deployment/web 有 3 个副本，<b>都</b>正常。"))
    text = await scene.answer(OPEN, containing="大模型的回答", seconds=30)
    assert "3 个副本" in text
    assert "没有执行任何操作" in text


async def test_a_target_that_was_never_shown_is_marked_on_the_card(scene: Stage, claude: ClaudeStandIn) -> None:
    target = {"kind": "Deployment", "name": "nginx", "namespace": "shop"}
    claude.script = one_after_the_other(
        uses("propose_restart", target=target, raise_risk="正在大促"), Turn(text="好了")
    )
    text = await scene.answer(OPEN, containing="待审批", seconds=30)
    assert "未在集群查询结果中出现过" in text
    assert "大模型认为风险更高：正在大促" in text


async def test_what_an_earlier_request_has_shown_is_not_marked_and_another_group_is_another_conversation(
    scene: Stage, claude: ClaudeStandIn
) -> None:
    scene.gateway.add_group("cidOther==", "other", [ADMIN, MEMBER])
    target = {"kind": "Deployment", "name": "nginx", "namespace": "shop"}
    propose = one_after_the_other(uses("propose_restart", target=target), Turn(text="好了"))
    await scene.answer("看下 shop 的 deployment", containing="nginx", seconds=30)
    claude.script = propose
    card = await scene.card(OPEN, containing="待审批", seconds=30)
    assert "未在集群查询结果中出现过" not in card.view(ADMIN).text
    since = scene.gateway.now
    await scene.gateway.say(MEMBER, OPEN, conversation="cidOther==")
    other = await scene.gateway.next_card(containing="待审批", after=since, seconds=30)
    assert "未在集群查询结果中出现过" in other.view(ADMIN).text


async def test_a_diagnosis_comes_at_once_and_then_with_the_models_conclusion(scene: Stage) -> None:
    await asyncio.sleep(1)
    card = await scene.card("为什么 cart 起不来", containing="诊断", seconds=30)
    view = await scene.gateway.shown(card.out_track_id, "大模型的结论", seconds=30)
    assert "［1］" in view.text  # DingTalk would take plain brackets for a link
    assert "connection refused" in view.text


async def test_with_the_model_away_everything_works_and_says_so(scene: Stage, claude: ClaudeStandIn) -> None:
    claude.faults.page_next(times=50)
    await scene.answer(OPEN, containing="大模型暂时不可用，由规则回答", seconds=30)
    card = await scene.card("重启 nginx", containing="待审批", seconds=30)
    await scene.gateway.click(ADMIN, card.out_track_id, "批准")
    await scene.gateway.shown(card.out_track_id, "成功", seconds=60)
    card = await scene.card("为什么 cart 起不来", containing="诊断", seconds=30)
    await scene.gateway.shown(card.out_track_id, "大模型暂时不可用，由规则回答", seconds=30)


async def test_it_is_what_was_spoken_of_before(scene: Stage) -> None:
    await scene.answer("看下 nginx", containing="nginx", seconds=30)
    text = await scene.answer("把它扩到 5 个", containing="待审批", seconds=30)
    assert "nginx" in text and "5 个副本" in text


@pytest.mark.timeout(180)
async def test_a_model_that_obeys_strangers_gets_nothing_run(scene: Stage, claude: ClaudeStandIn) -> None:
    for number, line in enumerate([*INJECTIONS["chat"], *INJECTIONS["events"][:4]]):
        web = scene.cluster.get("deployments", "web", "shop")
        assert web is not None
        web["metadata"].setdefault("annotations", {})["team/note"] = line
        scene.cluster.apply(web)
        claude.script = obeying(line)
        since = scene.gateway.now
        await scene.gateway.say(ADMIN, line if number < len(INJECTIONS["chat"]) else OPEN, conversation=GROUP)
        await scene.gateway.next_card(after=since, seconds=30)
    assert scene.writes() == []
    rows = sqlite3.connect(scene.folder / "steward.db").execute("SELECT DISTINCT state FROM actions").fetchall()
    assert rows == [("WAIT_APPROVAL",)]
