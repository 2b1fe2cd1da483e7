"""One request costs so much and no more: tools, bytes, tokens, rounds, seconds, and what leaves is said to be incomplete."""

import json
from dataclasses import replace
from typing import Any

from bot.brain.claude.patience import Limits, Patience
from bot.brain.planner import Reply
from sandbox.claude import Turn, Use
from tests.bot.claude.test_faults import noted
from tests.bot.claude.world import FIND, OPEN, QUICK, WEB, World, one_after_the_other, uses

DONE = Turn(text="看完了")


def results(scene: World) -> list[dict[str, Any]]:
    return [
        block
        for message in json.loads(scene.claude.bodies[-1])["messages"]
        for block in message["content"]
        if block["type"] == "tool_result"
    ]


def text_of(result: dict[str, Any]) -> str:
    return str(result["content"][0]["text"])


async def test_a_long_result_is_cut_and_says_so(scene: World) -> None:
    for number in range(400):
        shard = "".join("abcdefghij"[int(digit)] for digit in str(number))  # numbers would be folded into one
        scene.api.event(f"the disk of shard {shard} " + "is full " * 12, name=f"e{number}")
    planner = scene.another(limits=Limits(result=1500))
    scene.claude.script = one_after_the_other(uses("events", namespace="shop"), DONE)
    await planner.plan(OPEN)
    (result,) = results(scene)
    assert "Truncated: the first" in text_of(result)
    assert len(text_of(result).encode()) < 2200


async def test_a_log_is_ranked_before_it_is_cut(scene: World) -> None:
    dull = [f'10.0.0.{n % 250} "GET /healthz HTTP/1.1" 200' for n in range(1900)]
    scene.api.log = "\n".join([*dull[:900], "FATAL cannot open shard 7: no such file", *dull[900:]]) + "\n"
    scene.claude.script = one_after_the_other(uses("logs", target=WEB, tail=2000), DONE)
    await scene.planner.plan(OPEN)
    (result,) = results(scene)
    assert "FATAL cannot open shard 7" in text_of(result)
    assert len(text_of(result)) < 4000


async def test_all_results_together_have_a_room(scene: World) -> None:
    for number in range(300):
        scene.api.event(f"{chr(97 + number % 26) * 3}{chr(97 + number // 26) * 3} " + "x" * 200, name=f"e{number}")
    planner = scene.another(limits=Limits(result=2000, results=5000))
    many = Turn(uses=tuple(Use(name="events", input={"namespace": "shop"}) for _ in range(6)))
    scene.claude.script = one_after_the_other(many, DONE)
    await planner.plan(OPEN)
    found = results(scene)
    assert sum(len(text_of(each).encode()) for each in found) < 8000
    assert "room for results is used up" in text_of(found[-1])


async def test_tools_are_counted_and_the_model_is_told_to_answer(scene: World) -> None:
    planner = scene.another(limits=Limits(calls=3))
    scene.claude.script = one_after_the_other(Turn(uses=FIND.uses * 5), DONE)
    plan = await planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "看完了"
    assert ["no more tools" in text_of(each) for each in results(scene)] == [False] * 3 + [True] * 2


async def test_tools_of_one_turn_are_all_answered_in_their_order(scene: World) -> None:
    turn = Turn(uses=tuple(Use(name="find", input={"text": f"web{n}"}) for n in range(12)))
    scene.claude.script = one_after_the_other(turn, DONE)
    assert isinstance(await scene.planner.plan(OPEN), Reply)
    assert [text_of(each).split('"')[1] for each in results(scene)] == [f"find web{n}" for n in range(12)]


async def test_before_the_last_round_it_is_told_to_answer_and_what_it_says_is_shown(scene: World) -> None:
    scene.claude.script = lambda asked: DONE if "no more tools" in "".join(r.text for r in asked.results) else FIND
    plan = await scene.another(limits=Limits(rounds=4)).plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "看完了"
    assert len(scene.claude.bodies) == 4


async def test_before_the_last_tokens_and_the_last_seconds_it_is_told_as_well(scene: World) -> None:
    scene.claude.script = lambda asked: DONE if "no more tools" in "".join(r.text for r in asked.results) else FIND
    dear = await scene.another(limits=Limits(tokens=12_000)).plan(OPEN)
    assert isinstance(dear, Reply) and dear.text == "看完了"
    assert len(scene.claude.bodies) == 3
    slow = await scene.another(patience=replace(QUICK, reading=0.0)).plan(OPEN)
    assert isinstance(slow, Reply) and slow.text == "看完了"
    assert len(scene.claude.bodies) == 5


async def test_seconds_that_end_while_the_model_works_do_not_send_it_to_rest(scene: World) -> None:
    planner = scene.another(patience=Patience(silence=30.0, whole=1.0))
    scene.claude.script = lambda asked: (scene.claude.faults.stall_next(after=3), FIND)[1]
    assert "超时" in noted(await planner.plan(OPEN))
    assert scene.more[-1].breaker.reason is None


async def test_a_model_that_never_ends_is_ended(scene: World) -> None:
    planner = scene.another(limits=Limits(rounds=4))
    scene.claude.script = lambda _: FIND
    assert "用量上限" in noted(await planner.plan(OPEN))
    assert len(scene.claude.bodies) == 4


async def test_tokens_have_an_end(scene: World) -> None:
    planner = scene.another(limits=Limits(tokens=6000))
    scene.claude.script = lambda _: FIND
    assert "用量上限" in noted(await planner.plan(OPEN))
    assert len(scene.claude.bodies) == 2


async def test_seconds_have_an_end(scene: World) -> None:
    planner = scene.another(patience=Patience(silence=30.0, whole=0.3))
    scene.claude.faults.stall_next(after=3)
    assert "超时" in noted(await planner.plan(OPEN))


async def test_an_answer_is_shown_up_to_a_length(scene: World) -> None:
    scene.claude.script = one_after_the_other(Turn(text="啊" * 5000))
    plan = await scene.planner.plan(OPEN)
    assert isinstance(plan, Reply)
    assert len(plan.text) == 2000
    assert json.loads(scene.claude.bodies[-1])["max_tokens"] == Limits().output


async def test_what_was_spent_is_counted_by_what_it_was_for(scene: World) -> None:
    await scene.planner.plan(OPEN)
    scene.claude.script = one_after_the_other(DONE)
    await scene.planner.plan(OPEN)
    spent = scene.planner.spent
    assert (spent.requests["proposal"], spent.requests["plan"]) == (1, 1)
    assert spent.usage["proposal"].calls == 4
    said = [sum(each.values()) for each in scene.claude.usage]
    assert spent.usage["proposal"].total + spent.usage["plan"].total == sum(said)
    assert spent.usage["plan"].cached > 4000, "the stable prefix was read from the cache"


async def test_the_prefix_is_the_same_whoever_asks_what(scene: World) -> None:
    await scene.planner.plan(OPEN)
    await scene.planner.plan("web keeps dying on us, what on earth can be done about that")
    starts = {json.dumps([body["tools"], body["system"]]) for body in map(json.loads, scene.claude.bodies)}
    assert len(starts) == 1


async def test_patience_is_short_enough_for_a_chat() -> None:
    assert QUICK.whole < Patience().whole <= 60
    assert (Limits().calls, Limits().result, Limits().results, Limits().at_once) == (25, 12 * 1024, 60 * 1024, 4)
