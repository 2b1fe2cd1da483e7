"""A field that gains something is found wherever it stands and however the patch says it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.operations import Patch, Target, canonical
from executor.risk import Level, Live, Risk, assess

NEVER: list[tuple[str, Any]] = [
    ("privileged", True), ("privileged", "true"), ("allowPrivilegeEscalation", True), ("hostNetwork", True), ("hostPID", True),
    ("hostIPC", True), ("hostPath", {"path": "/"}), ("hostPort", 80), ("serviceAccountName", "admin"), ("serviceAccount", "admin"),
    ("serviceAccountName", None), ("nodeName", "n1"), ("secretName", "db"), ("secretKeyRef", {"name": "db", "key": "a"}),
    ("secretRef", {"name": "db"}), ("secret", {"secretName": "db"}), ("nodePublishSecretRef", {"name": "db"}), ("finalizers", []),
    ("finalizers", None), ("ownerReferences", []), ("ephemeralContainers", []), ("externalIPs", ["1.2.3.4"]), ("nodePort", 30080),
    ("$patch", "delete"), ("$retainKeys", ["a"]), ("$setElementOrder/containers", []), ("procMount", "Unmasked"), ("runAsUser", 0),
    ("automountServiceAccountToken", True), ("HostNetwork", True), ("capabilities", {"add": ["SYS_ADMIN"]}),
    ("seccompProfile", {"type": "Unconfined"}),
]  # fmt: skip
ALLOWED: list[tuple[str, Any]] = [
    ("privileged", False),
    ("privileged", None),
    ("hostNetwork", False),
    ("hostPath", None),
    ("capabilities", {"drop": ["ALL"]}),
    ("capabilities", {"add": []}),
    ("image", "nginx:1.27"),
    ("imagePullSecrets", [{"name": "regcred"}]),
    ("replicas", 3),
]


UNKNOWN = Live()


def judge(body: Any, kind: str = "Deployment", *, live: Live = UNKNOWN) -> Risk:
    target = Target(kind=kind, name="web", namespace=None if kind == "Node" else "shop")
    patch_type = "json" if isinstance(body, list) else "strategic"
    return assess(Patch(target=target, patch_type=patch_type, body=canonical(body)), live=live)


def step(path: str, value: Any, verb: str = "add") -> list[dict[str, Any]]:
    return [{"op": verb, "path": path, "value": value}]


PLAIN = st.sampled_from(["spec", "template", "containers", "jobTemplate", "x", "initContainers", "securityContext"])


@settings(max_examples=300)
@given(st.lists(PLAIN | st.integers(0, 2), max_size=6), st.sampled_from(NEVER))
def test_a_gain_is_found_at_every_depth_in_every_kind_of_patch(above: list[str | int], gain: tuple[str, Any]) -> None:
    field, value = gain
    nested: Any = {field: value}
    for part in reversed(above):
        nested = [nested] if isinstance(part, int) else {part: nested}
    body = {"spec": nested}
    assert judge(body).level is Level.FORBIDDEN
    pointer = "".join(f"/{part}" for part in ["spec", *above])
    escaped = field.replace("~", "~0").replace("/", "~1")
    assert judge(step(f"{pointer}/{escaped}", value)).level is Level.FORBIDDEN
    assert judge(step(pointer, {field: value}, "replace")).level is Level.FORBIDDEN
    assert judge(step("/spec", nested)).level is Level.FORBIDDEN


@pytest.mark.parametrize(("field", "value"), ALLOWED)
def test_taking_privilege_away_or_changing_something_else_is_an_ordinary_change(field: str, value: Any) -> None:
    body = {"spec": {"template": {"spec": {"containers": [{"name": "app", field: value}]}}}}
    assert judge(body).level is Level.HIGH
    assert judge(step(f"/spec/template/spec/containers/0/{field}", value)).level is Level.HIGH


@pytest.mark.parametrize(
    "path",
    [
        "/spec/template/spec/volumes/0/hostPath/path",
        "/spec/template/spec/volumes/0/secret/defaultMode",
        "/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name",
        "/metadata/ownerReferences/0/uid",
        "/metadata/finalizers/-",
        "/metadata/name",
        "/metadata/labels/pod-security.kubernetes.io~1enforce",
        "/metadata/annotations/nginx.org~1server-snippets",
        "/spec/selector/matchLabels/app",
        "/status/replicas",
        "/metadata/labels",
        "",
        "spec",
    ],
)
def test_a_path_is_judged_by_every_field_on_it(path: str) -> None:
    for verb in ("add", "replace", "remove"):
        assert judge(step(path, "x", verb)).level is Level.FORBIDDEN


def test_a_test_step_changes_nothing_and_is_not_judged() -> None:
    body = [*step("/spec/template/spec/hostNetwork", True, "test"), *step("/spec/replicas", 2, "replace")]
    assert judge(body).level is Level.HIGH


@pytest.mark.parametrize("verb", ["move", "copy", "ADD", "", None])
def test_a_step_whose_effect_is_not_in_it_is_forbidden(verb: str | None) -> None:
    assert judge([{"op": verb, "from": "/a", "path": "/b", "value": 1}]).level is Level.FORBIDDEN


def test_what_a_config_map_holds_is_no_field_of_a_pod() -> None:
    body = {"data": {"hostNetwork": "true", "finalizers": "x", "status": "y"}}
    assert judge(body, "ConfigMap").level is Level.HIGH
    assert judge({"metadata": {"finalizers": []}, **body}, "ConfigMap").level is Level.FORBIDDEN


def test_a_label_or_annotation_may_be_called_like_a_field() -> None:
    assert judge({"metadata": {"annotations": {"secret": "x", "hostNetwork": "y"}}}).level is Level.HIGH


def test_a_service_stays_inside_the_cluster() -> None:
    assert judge({"spec": {"type": "ClusterIP"}}, "Service").level is Level.HIGH
    for wanted in ("LoadBalancer", "NodePort", "ExternalName", "loadbalancer", "Whatever"):
        assert judge({"spec": {"type": wanted}}, "Service").level is Level.FORBIDDEN
        assert judge(step("/spec/type", wanted, "replace"), "Service").level is Level.FORBIDDEN


def test_a_label_is_forbidden_where_a_selector_is_known_to_use_it() -> None:
    body = {"metadata": {"labels": {"app": "other"}}}
    assert judge(body).severe
    assert judge(body, live=Live(selector=("app",))).level is Level.FORBIDDEN
    assert judge({"metadata": {"labels": {"team": "shop"}}}, live=Live(selector=("app",))).level is Level.HIGH


ACCESS = ("Role", "ClusterRoleBinding", "ServiceAccount", "Secret")
API = ("CustomResourceDefinition", "APIService", "MutatingWebhookConfiguration")


@pytest.mark.parametrize("kind", [*ACCESS, *API])
def test_kinds_that_decide_who_may_do_what_are_not_patched(kind: str) -> None:
    body = json.dumps({"metadata": {"annotations": {"a": "b"}}})
    for namespace in (None, "shop"):
        target = Target(kind=kind, name="x", namespace=namespace)
        assert assess(Patch(target=target, body=body)).level is Level.FORBIDDEN


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\x00", "\x7f", "\ue000"])
def test_a_character_that_an_approver_cannot_see_is_forbidden(char: str) -> None:
    assert judge({"spec": {"note": f"a{char}"}}).level is Level.FORBIDDEN
    assert judge({"spec": {f"a{char}": 1}}).level is Level.FORBIDDEN
    assert judge({"spec": {"note": "两行\n可以\t有"}}).level is Level.HIGH


def test_a_patch_that_is_nested_without_end_is_forbidden() -> None:
    body: Any = 1
    for _ in range(60):
        body = {"a": body}
    assert judge(body).level is Level.FORBIDDEN


def test_replacing_or_removing_a_whole_part_is_severe() -> None:
    assert judge(step("/spec", {"replicas": 2}, "replace")).severe
    assert judge([{"op": "remove", "path": "/spec/template/spec/containers/1"}]).severe
    assert judge({"spec": {"replicas": 0}}).severe
    assert not judge({"spec": {"replicas": 2}}).severe
