"""Names of namespaces, workloads, hosts and people stay at home where that is wanted, and come back in what people read."""

import json
import re

import pytest

from bot.brain.claude.aliases import Aliases
from bot.brain.memory import Memory
from bot.brain.memory import Turn as Said
from bot.brain.planner import Proposal, Reply
from executor import triage
from executor.operations import Scale, Target
from executor.search import MOST_OF_A_KIND
from sandbox.claude import Turn
from tests.bot.claude.world import OPEN, WEB, World, one_after_the_other, uses
from tests.executor.fake_api import deployment


async def test_no_name_leaves_and_what_comes_back_has_the_real_ones(scene: World) -> None:
    payments = deployment("payments", "acme-prod", uid="uid-pay")
    scene.api.put(payments)
    scene.api.put({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "acme-prod", "uid": "uid-acme"}})
    planner = scene.another(mask_names=True)
    plan = await planner.plan(
        "payments 快顶不住了，@王小明 说想想办法多来点人手，db.acme.internal 和 10.20.30.40 都正常"
    )
    assert isinstance(plan, Proposal)
    assert plan.operations == (
        Scale(target=Target(kind="Deployment", name="payments", namespace="acme-prod"), replicas=4),
    )
    heard = "\n".join(json.dumps(json.loads(body), ensure_ascii=False) for body in scene.claude.bodies)
    for name in ("payments", "acme-prod", "王小明", "acme.internal", "10.20.30.40"):
        assert name not in heard, name


async def test_words_come_back_with_the_real_names(scene: World) -> None:
    planner = scene.another(mask_names=True)
    await planner.plan("web 快顶不住了，想想办法多来点人手")
    assert planner._aliases is not None
    alias = planner._aliases.hide("web")
    scene.claude.script = one_after_the_other(Turn(text=f"deployment/{alias} 一切正常"))
    plan = await planner.plan("web 快顶不住了，想想办法多来点人手")
    assert isinstance(plan, Reply)
    assert plan.text == "deployment/web 一切正常"


async def test_names_that_cannot_be_learned_do_not_leave_at_all(scene: World) -> None:
    planner = scene.another(mask_names=True)
    scene.api.plan += [("GET", "/api/v1/namespaces?", "lose-before")] * 3
    plan = await planner.plan("web 快顶不住了，想想办法多来点人手")
    assert plan.notes
    assert not scene.claude.bodies


def test_aliases_are_stable_and_reversible_and_hide_parts_of_longer_names() -> None:
    aliases = Aliases()
    aliases.learn("app", ["checkout", "api", "api-gateway"])
    aliases.learn("ns", ["shop", "default"])
    said = "pod checkout-6d4f-x2 in shop: api-gateway and api, default, napi, ns-9"
    hidden = aliases.hide(said)
    assert hidden == "pod app-1-6d4f-x2 in ns-1: app-3 and app-2, default, napi, ns-9"
    assert aliases.restore(hidden) == said
    assert aliases.hide("checkout") == "app-1"


def test_names_are_hidden_in_capitals_and_in_variables() -> None:
    aliases = Aliases()
    aliases.learn("app", ["api-gateway", "payments"])
    hidden = aliases.hide("Payments 挂了，API_GATEWAY_SERVICE_HOST 和 payments_db 都在，api-gateway也在")
    assert hidden == "app-2 挂了，app-1_SERVICE_HOST 和 app-2_db 都在，app-1也在"


def test_what_a_stranger_calls_like_an_alias_does_not_come_back_as_a_name() -> None:
    aliases = Aliases()
    aliases.learn("app", ["payments"])
    hidden = aliases.hide("restart payments and not app-1")
    assert hidden == "restart app-1 and not app-2"
    assert aliases.restore(hidden) == "restart payments and not app-1"


@pytest.mark.parametrize("written", ["app-1", "App-1", "APP-1", "app_1", "app\u20111", "app\u20131", "app-01"])
def test_an_alias_comes_back_however_a_model_writes_it(written: str) -> None:
    aliases = Aliases()
    aliases.learn("app", ["payments"])
    for around in ("{}", "**{}**", "`{}`", "“{}”的", "deployment/{}（shop）", "{}'s", "重启{}吧", "{}."):
        assert aliases.restore(around.format(written)) == around.format("payments")
    assert aliases.restore("app-12 wrapp-1 app-1x") == "app-12 wrapp-1 app-1x"


async def test_an_alias_in_the_arguments_of_a_tool_is_the_real_object(scene: World) -> None:
    planner = scene.another(mask_names=True)
    await planner.plan(OPEN)
    hidden = {key: planner._aliases.hide(value) for key, value in WEB.items()}  # type: ignore[union-attr]
    assert hidden == {"kind": "Deployment", "name": "app-1", "namespace": "ns-1"}
    scene.claude.script = one_after_the_other(
        uses("describe", target=hidden),
        uses("propose_restart", target=hidden, raise_risk="app-1 在 ns-1 里很重要"),
        Turn(text="好"),
    )
    plan = await planner.plan(OPEN)
    assert isinstance(plan, Proposal)
    assert plan.operations[0].target.name == "web"  # type: ignore[union-attr]
    assert plan.cautions[0].raised is not None
    assert plan.cautions[0].raised.values["why"] == "web 在 shop 里很重要"
    no_real_name(scene)


async def test_errors_hide_names_on_their_way_out_and_show_them_on_their_way_back(scene: World) -> None:
    planner = scene.another(mask_names=True)
    await planner.plan(OPEN)
    wrong = {"kind": "Deployment", "name": "wep", "namespace": "ns-1"}
    scene.claude.script = one_after_the_other(uses("propose_restart", target=wrong), Turn(text="app-1 才对吧"))
    plan = await planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "web 才对吧"
    assert "Names like it: deployment/app-1 -n ns-1" in scene.claude.bodies[-1], scene.claude.bodies[-1][:3000]
    scene.claude.faults.fail_next(status=400, times=2, said="messages.0: I do not like deployment/app-1")
    plan = await planner.plan(OPEN)
    assert "deployment/web" in str(plan.notes[0].values["why"])
    no_real_name(scene)


async def test_an_answer_that_was_cut_within_an_alias_names_nobody_else(scene: World) -> None:
    planner = scene.another(mask_names=True)
    scene.api.put(*(deployment(f"w{n}x", uid=f"uid-{n}") for n in range(12)))
    await planner.plan(OPEN)
    scene.claude.script = one_after_the_other(Turn(text="要看的是 app-1", stop="max_tokens"))  # of app-12
    plan = await planner.plan(OPEN)
    assert isinstance(plan, Reply) and plan.text == "要看的是…"


async def test_people_of_earlier_turns_and_names_in_a_diagnosis_do_not_leave(scene: World) -> None:
    planner = scene.another(mask_names=True)
    memory = Memory(turns=(Said(asked="@王小明 看下 web", told="deployment/web: Ready", targets=()),))
    await planner.plan(OPEN, memory)
    seen = await triage.diagnose(scene.connection.reader, Target.model_validate(WEB))
    scene.claude.script = one_after_the_other(Turn(text="App-1 没有问题"))
    conclusion = await planner.conclude(seen, "@王小明 问 web 怎么了", memory)
    assert conclusion is not None and conclusion.text == "web 没有问题"
    no_real_name(scene, "王小明")


async def test_more_names_than_are_listed_do_not_leave_either(scene: World) -> None:
    scene.api.put(*(deployment(f"w{n}", uid=f"uid-{n}") for n in range(MOST_OF_A_KIND)))
    plan = await scene.another(mask_names=True).plan(OPEN)
    assert "读不到集群里的名字" in str(plan.notes[0].values["why"])
    assert not scene.claude.bodies


async def test_nothing_is_logged_under_another_name_than_it_has(
    scene: World, capsys: pytest.CaptureFixture[str]
) -> None:
    planner = scene.another(mask_names=True)
    await planner.plan(OPEN)
    assert "model.answered" in (said := "".join(capsys.readouterr()))
    assert "app-1" not in said


def no_real_name(scene: World, *more: str) -> None:
    """In what was said to the model; tools and the system prompt are the same for everybody."""
    heard = "\n".join(
        json.dumps(json.loads(body)["messages"], ensure_ascii=False).lower() for body in scene.claude.bodies
    )
    for name in ("web", "shop", *more):
        assert not re.search(rf"(?<![a-z0-9]){name}(?![a-z0-9])", heard), name
