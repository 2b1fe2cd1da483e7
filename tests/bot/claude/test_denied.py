"""What a person denied is not proposed again in the same conversation, in whatever words, until a person asks for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.brain.aims import aims
from bot.brain.memory import Denied, Memory
from bot.brain.planner import Proposal, Reply
from executor.operations import ContainerImage, Delete, Exec, Patch, Restart, Scale, SetImage, Target
from sandbox.claude import ClaudeStandIn, Turn
from tests.bot.claude.world import FIND, OPEN, WEB, World, one_after_the_other, uses
from tests.bot.stage import stage
from tests.daemon import ADMIN

WEB_TARGET = Target(kind="Deployment", name="web", namespace="shop")
POD = Target(kind="Pod", name="web-5d4f7c8b9-x2k4z", namespace="shop")
GIVEN_UP = Turn(text="刚才被拒绝过，就不再提了。")
STAMP = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}


def patch(body: Any, patch_type: str = "merge") -> Patch:
    return Patch(target=WEB_TARGET, patch_type=patch_type, body=json.dumps(body))  # type: ignore[arg-type]


SIZE = (
    Scale(target=WEB_TARGET, replicas=3),
    Scale(target=WEB_TARGET, replicas=9),
    patch({"spec": {"replicas": 4}}),
    patch([{"op": "replace", "path": "/spec/replicas", "value": 4}], "json"),
    patch([{"op": "replace", "path": "/spec", "value": {"replicas": 4}}], "json"),
)
AGAIN = (
    Restart(target=WEB_TARGET),
    patch(STAMP, "strategic"),
    Delete(target=POD),
    Delete(target=POD.model_copy(update={"name": "web-5d4f7c8b9-bb7qq"}), grace_seconds=0),
    Delete(target=POD.model_copy(update={"name": "web-0"})),
)
IMAGE = (
    SetImage(target=WEB_TARGET, images=(ContainerImage(container="app", image="web:2"),)),
    SetImage(target=WEB_TARGET, images=(ContainerImage(container="app", image="web:3"),)),
    patch({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "web:2"}]}}}}, "strategic"),
)
END = (Delete(target=WEB_TARGET), Delete(target=WEB_TARGET, cascade="orphan"), Scale(target=WEB_TARGET, replicas=0))
EXEC = (Exec(target=POD, argv=("id",)), Exec(target=WEB_TARGET, argv=("ls", "/")))


@pytest.mark.parametrize("same", [SIZE, AGAIN, IMAGE, END, EXEC], ids=["size", "again", "image", "end", "exec"])
def test_one_wish_in_many_words(same: tuple[Any, ...]) -> None:
    first, *others = same
    assert all(aims(first) & aims(other) for other in others)


def test_different_wishes_are_different() -> None:
    wishes = (SIZE[0], AGAIN[0], IMAGE[0], END[0], EXEC[1])
    assert not [(one, other) for one in wishes for other in wishes if one is not other and aims(one) & aims(other)]
    elsewhere = Restart(target=WEB_TARGET.model_copy(update={"namespace": "staging"}))
    beside = Restart(target=WEB_TARGET.model_copy(update={"name": "web-api"}))
    assert not aims(AGAIN[0]) & (aims(elsewhere) | aims(beside))


TRICKS = {
    "the same": (Restart(target=WEB_TARGET), "propose_restart", {"target": WEB}),
    "riskier": (Restart(target=WEB_TARGET), "propose_restart", {"target": WEB, "raise_risk": "已经确认过了"}),
    "another number": (Scale(target=WEB_TARGET, replicas=5), "propose_scale", {"target": WEB, "replicas": 6}),
    "an amount": (Scale(target=WEB_TARGET, replicas=5), "propose_scale", {"target": WEB, "factor": 3}),
    "a patch": (
        Scale(target=WEB_TARGET, replicas=5),
        "propose_patch",
        {"target": WEB, "patch_type": "merge", "body": '{"spec":{"replicas":5}}'},
    ),
    "another word for the kind": (Restart(target=WEB_TARGET), "propose_restart", {"target": WEB | {"kind": "deploy"}}),
    "without a namespace": (
        Restart(target=WEB_TARGET),
        "propose_restart",
        {"target": {"kind": "Deployment", "name": "web"}},
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_trick_brings_a_denied_proposal_back(scene: World, trick: str) -> None:
    denied, tool, given = TRICKS[trick]
    scene.claude.script = one_after_the_other(FIND, uses(tool, **given), GIVEN_UP)
    plan = await scene.planner.plan(OPEN, Memory(denied=(Denied(operation=denied),)))
    assert isinstance(plan, Reply) and plan.text == GIVEN_UP.text
    assert "a person denied this" in scene.claude.bodies[-1]
    assert "kubectl" in json.loads(scene.claude.bodies[-1])["messages"][-1]["content"][0]["content"][0]["text"]


async def test_a_person_who_asks_for_it_gets_it(scene: World) -> None:
    memory = Memory(denied=(Denied(operation=Restart(target=WEB_TARGET)),))
    scene.claude.script = one_after_the_other(FIND, uses("propose_restart", target=WEB), GIVEN_UP)
    assert isinstance(await scene.planner.plan("要不要重启 web", memory), Proposal)
    assert isinstance(await scene.planner.plan("重启 web", memory), Proposal)


async def test_another_wish_for_the_same_object_is_free(scene: World) -> None:
    memory = Memory(denied=(Denied(operation=Restart(target=WEB_TARGET)),))
    scene.claude.script = one_after_the_other(FIND, uses("propose_scale", target=WEB, delta=1), GIVEN_UP)
    assert isinstance(await scene.planner.plan(OPEN, memory), Proposal)


async def test_the_model_hears_what_was_denied(scene: World) -> None:
    await scene.planner.plan(OPEN, Memory(denied=(Denied(operation=SIZE[0]),)))
    assert "a person denied: kubectl scale deployment/web -n shop --replicas=3" in scene.claude.bodies[0]


async def test_over_a_restart_a_denied_proposal_stays_denied_in_its_group(tmp_path: Path) -> None:
    target = {"kind": "Deployment", "name": "web", "namespace": "shop"}
    stubborn = one_after_the_other(FIND, uses("propose_scale", target=target, delta=2), GIVEN_UP)
    async with ClaudeStandIn(stubborn) as claude:
        async with stage(tmp_path, model=claude) as scene:
            card = await scene.card(OPEN, containing="待审批", seconds=30)
            await scene.gateway.click(ADMIN, card.out_track_id, "拒绝")
            await scene.gateway.shown(card.out_track_id, "已拒绝", seconds=30)
        claude.script = one_after_the_other(FIND, uses("propose_scale", target=target, replicas=7), GIVEN_UP)
        async with stage(tmp_path, model=claude) as scene:
            text = await scene.answer("web 还是顶不住啊，想想办法多来点人手", seconds=30)
            assert GIVEN_UP.text in text and "待审批" not in text
            await scene.answer("web 扩到 7 个", containing="待审批", seconds=30)
            assert scene.writes() == []
