"""The rules over typed operations, whoever made them: a parser, a planner or a model (I7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.operations import (
    ContainerImage,
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Restart,
    Scale,
    SetImage,
    Target,
)
from executor.reason import reason
from executor.risk import Level, Live, Policy, Risk, assess, live_of, raised, worst


def target(kind: str = "Deployment", name: str = "web", namespace: str | None = "shop") -> Target:
    return Target(kind=kind, name=name, namespace=namespace)


def codes(risk: Risk) -> list[str]:
    return [why.code for why in risk.reasons]


@pytest.mark.parametrize(
    "operation",
    [
        Get(kind="Pod"),
        Get(kind="Pod", name="web-0", namespace="shop"),
        Get(kind="", name="web"),
        Describe(target=target()),
        Logs(target=target("Pod", "web-0", None)),
        Events(namespace="kube-system"),
        Other(command="top", argv=("top", "pods")),
    ],
)
def test_a_read_runs_at_once(operation: Operation) -> None:
    assert assess(operation).level is Level.READ_ONLY
    assert codes(assess(operation)) == ["risk.read_only"]


@pytest.mark.parametrize("kind", ["Secret", "secret", "secrets", "SecretList"])
def test_a_secret_is_forbidden_in_every_operation(kind: str) -> None:
    for operation in (
        Get(kind=kind),
        Get(kind=kind, name="db", namespace="shop"),
        Describe(target=target(kind)),
        Delete(target=target(kind)),
        Other(command="rollout status", argv=(), target=target(kind)),
        Other(command="label", argv=(), target=target(kind)),
    ):
        assert assess(operation).level is Level.FORBIDDEN


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "a\n", "A", "ａ", "a\u200b", "-a", "a" * 254])
def test_a_name_that_kubernetes_would_route_elsewhere_is_forbidden(name: str) -> None:
    for operation in (
        Restart(target=target(name=name)),
        Delete(target=target("Pod", "a", name)),
        Get(kind="Pod", name=name),
        Get(kind="Pod", namespace=name),
        Logs(target=target("Pod", name)),
        Events(namespace=name),
    ):
        assert assess(operation).level is Level.FORBIDDEN


def test_what_still_has_holes_is_judged_by_what_is_known() -> None:
    for operation in (
        Restart(target=target("", "nginx", None)),
        Delete(target=target("", "nginx", None)),
        Scale(target=target(namespace=None), factor=2),
        SetImage(target=target(), images=(ContainerImage(container=None, image="nginx:1.27"),)),
    ):
        assert assess(operation).level is Level.HIGH


def test_a_kind_or_verb_that_the_rules_do_not_know_is_never_read_only() -> None:
    for operation in (Get(kind="Widget"), Describe(target=target("Widget")), Delete(target=target("Widget"))):
        assert assess(operation).level is Level.HIGH
        assert "risk.kind_unknown" in codes(assess(operation))
    assert assess(Other(command="debug", argv=("debug",))).level is Level.FORBIDDEN


def test_a_cluster_scoped_kind_with_a_namespace_is_a_mistake() -> None:
    assert assess(Other(command="drain", argv=(), target=target("Node", "n1"))).level is Level.FORBIDDEN


def test_scaling_is_judged_by_what_runs_now() -> None:
    def risk(now: int | None, **amount: float) -> Risk:
        return assess(Scale.model_validate({"target": target(), **amount}), live=Live(replicas=now))

    assert not risk(3, replicas=5).severe
    assert codes(risk(3, replicas=9))[0] == "risk.scale_steep_known"
    assert codes(risk(30, replicas=41))[0] == "risk.scale_steep_known"
    assert codes(risk(3, delta=-3))[0] == "risk.scale_to_zero"
    assert codes(risk(3, replicas=0))[0] == "risk.scale_to_zero"
    assert codes(risk(None, factor=3))[0] == "risk.scale_steep"
    assert codes(risk(None, delta=11))[0] == "risk.scale_steep"
    assert codes(risk(None, replicas=11))[0] == "risk.scale_many"
    assert not risk(10, replicas=11).severe


def test_a_stateful_set_that_may_shrink_is_severe_and_one_that_grows_is_not() -> None:
    down = Scale(target=target("StatefulSet"), replicas=2)
    assert assess(down, live=Live(replicas=3)).severe
    assert assess(down).severe
    assert not assess(down, live=Live(replicas=1)).severe
    assert not assess(Scale(target=target("StatefulSet"), delta=1)).severe


def test_what_is_known_of_the_live_object_raises_the_risk() -> None:
    restart = Restart(target=target())
    assert not assess(restart).severe
    assert codes(assess(restart, live=Live(replicas=1)))[0] == "risk.restart_single"
    assert codes(assess(restart, live=Live(strategy="Recreate")))[0] == "risk.restart_recreate"
    assert codes(assess(restart, live=Live(labels={"env": "prod"})))[0] == "risk.production"
    assert codes(assess(restart, live=Live(labels={"steward/protected": "true"})))[0] == "risk.protected_object"
    assert assess(Scale(target=target(), replicas=2), live=Live(replicas=2, autoscaled=True)).severe


def test_a_forced_delete_is_forbidden_for_a_stateful_sets_pod_only() -> None:
    forced = Delete(target=target("Pod", "web-0"), grace_seconds=0)
    assert assess(forced).level is Level.FORBIDDEN
    assert assess(forced, live=Live(owner_kind="ReplicaSet")).level is Level.HIGH
    named = Delete(target=target("Pod", "web-7d4b9c6f5d-x2x4z"), grace_seconds=0)
    assert assess(named).severe
    assert assess(named, live=Live(owner_kind="StatefulSet")).level is Level.FORBIDDEN


def test_live_facts_are_read_from_the_raw_object() -> None:
    raw = {
        "metadata": {"labels": {"env": "prod"}, "ownerReferences": [{"kind": "Rollout", "controller": True}]},
        "spec": {"replicas": 2, "strategy": {"type": "Recreate"}, "selector": {"matchLabels": {"app": "web"}}},
    }
    assert live_of(raw, autoscaled=True) == Live(
        replicas=2,
        owner_kind="Rollout",
        strategy="Recreate",
        selector=("app",),
        labels={"env": "prod"},
        autoscaled=True,
    )
    assert live_of({"spec": {"selector": {"app": "web"}}}).selector == ("app",)
    assert live_of({}) == Live()


def test_stewards_own_namespace_is_left_alone() -> None:
    policy = Policy(own_namespace="chatops")
    assert assess(Restart(target=target(namespace="chatops")), policy).level is Level.FORBIDDEN
    assert assess(Restart(target=target(namespace="shop")), policy).level is Level.HIGH
    assert assess(Get(kind="Pod", namespace="chatops"), policy).level is Level.READ_ONLY


def test_protected_namespaces_are_the_policys_to_choose() -> None:
    listing = Exec(target=target("Pod", "x", "kube-system"), argv=("ls",))
    assert assess(listing).level is Level.FORBIDDEN
    assert assess(listing, Policy(protected_namespaces=())).level is Level.HIGH
    mine = Exec(target=target("Pod", "x", "bank-core"), argv=("ls",))
    assert assess(mine).level is Level.HIGH
    assert assess(mine, Policy(protected_namespaces=("bank-*",))).level is Level.FORBIDDEN
    assert not Policy().protects("default")
    assert not Policy().protects("kubernetes")


def test_a_policy_can_lift_one_program_by_name_and_forbid_another() -> None:
    fetch = Exec(target=target("Pod", "x"), argv=("/usr/bin/curl", "http://localhost/metrics"))
    assert assess(fetch).level is Level.FORBIDDEN
    lifted = Policy(programs_known=Policy().programs_known | {"curl"})
    assert (assess(fetch, lifted).level, assess(fetch, lifted).severe) == (Level.HIGH, False)
    strict = Policy(programs_denied=Policy().programs_denied | {"redis-cli"})
    assert assess(Exec(target=target("Pod", "x"), argv=("redis-cli", "info")), strict).level is Level.FORBIDDEN


@pytest.mark.parametrize(
    "argv", [("ls", "\u202e"), ("ls", "a\nb"), ("ls", "删"), ("a" * 5000,), ("ls",) * 65, ("",), ("a b",)]
)
def test_a_command_that_cannot_be_read_by_an_approver_is_forbidden(argv: tuple[str, ...]) -> None:
    assert assess(Exec(target=target("Pod", "x"), argv=argv)).level is Level.FORBIDDEN


@pytest.mark.parametrize("image", ["", "nginx latest", "NGINX", "nginx@sha256:abc", "http://x/y", "a" * 600, "nginx\n"])
def test_an_image_that_no_runtime_would_take_is_forbidden(image: str) -> None:
    operation = SetImage(target=target(), images=(ContainerImage(container="app", image=image),))
    assert assess(operation).level is Level.FORBIDDEN


def test_the_reasons_of_a_lower_level_are_not_told() -> None:
    risk = assess(Delete(target=target("Namespace", "shop", None)))
    assert codes(risk) == ["risk.deletes_namespace"]


def test_the_worst_of_several_wins_and_keeps_each_reason_once() -> None:
    plain, severe, read = (
        Risk(level=Level.HIGH, reasons=(reason("risk.restart"),)),
        Risk(level=Level.HIGH, reasons=(reason("risk.scale_to_zero"),), severe=True),
        Risk(level=Level.READ_ONLY, reasons=(reason("risk.read_only"),)),
    )
    assert worst([read, plain, plain]) == plain
    both = worst([plain, severe])
    assert (both.severe, codes(both)) == (True, ["risk.scale_to_zero", "risk.restart"])
    with pytest.raises(ValueError, match="no risk"):
        worst([])


LEVELS = st.sampled_from(list(Level))
ORDER = [Level.READ_ONLY, Level.HIGH, Level.FORBIDDEN]


@given(LEVELS, LEVELS, st.booleans())
def test_a_model_may_raise_a_risk_and_never_lower_it(level: Level, opinion: Level, severe: bool) -> None:
    risk = Risk(level=level, reasons=(reason("risk.restart"),), severe=severe and level is Level.HIGH)
    after = raised(risk, opinion)
    assert ORDER.index(after.level) == max(ORDER.index(level), ORDER.index(opinion))
    assert after.reasons[-1] == risk.reasons[-1]
    if after.level is risk.level:
        assert after == risk
