"""Names of namespaces, workloads, hosts and people stay at home where that is wanted, and come back in what people read."""

import json

from bot.brain.claude.aliases import Aliases
from bot.brain.planner import Proposal, Reply
from executor.operations import Scale, Target
from sandbox.claude import Turn
from tests.bot.claude.world import World, one_after_the_other
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
    said = "pod checkout-6d4f-x2 in shop: api-gateway and api, default, napi, app-2, ns-9"
    hidden = aliases.hide(said)
    assert hidden == "pod app-1-6d4f-x2 in ns-1: app-3 and app-2, default, napi, app-2, ns-9"
    assert aliases.hide(hidden) == hidden
    assert aliases.restore(hidden).startswith("pod checkout-6d4f-x2 in shop: api-gateway and api, default")
    assert aliases.hide("checkout") == "app-1"
