"""What a conversation was about is remembered: bounded, per conversation, over restarts, for both planners."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.types import Conversation, Message
from bot.brain.memory import Memory
from bot.brain.planner import Clarify, Diagnose, Proposal
from bot.brain.rules import RulesPlanner
from bot.brain.shown import MOST_KEPT
from bot.recollection import MOST_TURNS, Recollection
from bot.store import Store, open_store
from executor.operations import Restart, Scale, Target
from tests.bot.claude.world import OPEN, World
from tests.bot.stand import FEISHU_GROUP, GROUP, MEMBER, Clock

WEB = Target(kind="Deployment", name="web", namespace="shop")
API = Target(kind="Deployment", name="api", namespace="staging")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "steward.db") as made:
        yield made


def message(clock: Clock, text: str, number: int, where: Conversation = GROUP) -> Message:
    return Message(id=f"m{number}", conversation=where, sender=MEMBER, text=text, sent_at=clock.now)


async def test_a_conversation_is_remembered_apart_from_the_others_and_over_a_restart(
    store: Store, tmp_path: Path
) -> None:
    clock = Clock()
    await Recollection(store, clock).keep(message(clock, "看下 web", 1), "web: Ready", (WEB,))
    await Recollection(store, clock).keep(message(clock, "看下 api", 2, FEISHU_GROUP), "", (API,))
    async with open_store(tmp_path / "steward.db") as again:
        known = await Recollection(again, clock).of(GROUP)
        assert known.latest == (WEB,)
        assert [(turn.asked, turn.told) for turn in known.turns] == [("看下 web", "web: Ready")]
        assert (await Recollection(again, clock).of(FEISHU_GROUP)).latest == (API,)


async def test_what_was_shown_is_remembered_as_well_and_bounded(store: Store, tmp_path: Path) -> None:
    clock = Clock()
    many = tuple(WEB.model_copy(update={"name": f"web-{number}"}) for number in range(MOST_KEPT + 50))
    await Recollection(store, clock).keep(message(clock, "看下 shop", 1), "", (WEB,), (*many, API))
    async with open_store(tmp_path / "steward.db") as again:
        known = await Recollection(again, clock).of(GROUP)
        assert known.latest == (WEB,), "what `it` means is not what merely stood in a list"
        assert len(known.turns[0].shown) == MOST_KEPT
        assert API in known.turns[0].shown


async def test_memory_is_bounded_in_turns_time_and_length(store: Store) -> None:
    clock = Clock()
    recollection = Recollection(store, clock)
    for number in range(MOST_TURNS + 8):
        clock.advance(1)
        await recollection.keep(message(clock, f"{number} " + "长" * 3000, number), "", ())
    known = await recollection.of(GROUP)
    assert [turn.asked.split()[0] for turn in known.turns] == [str(number) for number in range(8, MOST_TURNS + 8)]
    assert all(len(turn.asked) <= 400 for turn in known.turns)
    assert len(await store.rows("SELECT * FROM turns")) == MOST_TURNS
    clock.advance(25 * 3600)
    assert (await recollection.of(GROUP)).turns == ()
    await recollection.keep(message(clock, "早", 99), "", ())
    assert len(await store.rows("SELECT * FROM turns")) == 1


async def test_a_secret_is_not_remembered_and_a_message_handled_twice_is_one_turn(store: Store) -> None:
    clock = Clock()
    recollection = Recollection(store, clock)
    for _ in range(2):
        await recollection.keep(message(clock, "密码是 password=Xy12345678zz", 1), "token=abcdefgh12345678", ())
    (turn,) = (await recollection.of(GROUP)).turns
    assert "Xy12345678zz" not in turn.asked
    assert "abcdefgh12345678" not in turn.told


@pytest.mark.parametrize("text", ["把它扩到 5 个", "它扩到5个副本", "scale it to 5"])
async def test_it_is_what_was_spoken_of_before(text: str) -> None:
    memory = Memory.model_validate({"turns": [{"asked": "看下 web", "targets": [WEB]}, {"asked": "谢谢"}]})
    plan = await RulesPlanner().plan(text, memory)
    assert plan == Proposal(operations=(Scale(target=WEB, replicas=5),))
    assert isinstance(await RulesPlanner().plan(text), Clarify)


async def test_a_name_in_the_message_beats_what_was_spoken_of_before() -> None:
    memory = Memory.model_validate({"turns": [{"asked": "看下 web", "targets": [WEB]}]})
    plan = await RulesPlanner().plan("nginx 挂了，帮我重启它", memory)
    assert isinstance(plan, Proposal)
    assert plan.operations == (Restart(target=Target(kind="", name="nginx")),)
    assert isinstance(await RulesPlanner().plan("它为什么起不来", memory), Diagnose)


async def test_of_two_that_were_spoken_of_nobody_guesses_one_to_delete() -> None:
    memory = Memory.model_validate({"turns": [{"asked": "看下 web 和 api", "targets": [WEB, API]}]})
    plan = await RulesPlanner().plan("删除它", memory)
    assert not isinstance(plan, Proposal) or {op.target for op in plan.operations} <= {WEB, API}  # type: ignore[union-attr]


async def test_the_model_hears_what_was_said_before_as_data(scene: World) -> None:
    memory = Memory.model_validate({"turns": [{"asked": "看下 web", "told": "web: 2 个 Pod", "targets": [WEB]}]})
    await scene.planner.plan(OPEN, memory)
    first = scene.claude.bodies[0]
    assert 'from=\\"this conversation, earlier\\"' in first
    assert "web: 2 个 Pod" in first or "2 \\u4e2a Pod" in first
