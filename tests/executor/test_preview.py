"""The change order: what it binds, what it warns of, when there is none."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from executor.blast import uses
from executor.cluster import Connection, connect
from executor.operations import ContainerImage, Delete, Exec, Get, Operation, Patch, Restart, Scale, SetImage, Target
from executor.owned import MOST, restart_counts, selector_text
from executor.preview import CannotPreview, ChangeOrder, NotPermitted, preview
from executor.reason import reason
from executor.risk import Level, Policy
from executor.undo import undo_of
from sandbox.cluster import ClusterStandIn, crowd
from tests.executor.fake_api import DEPLOYMENT, FakeApi, connected, deployment, pod, status

WEB = Target(kind="Deployment", name="web", namespace="shop")
POD = Target(kind="Pod", name="web-1", namespace="shop")
SCALE = Scale(target=WEB, replicas=5)
IMAGE = SetImage(target=WEB, images=(ContainerImage(container="app", image="shop/web:2"),))


@pytest.fixture
def api() -> FakeApi:
    fake = FakeApi()
    fake.put(deployment(), pod())
    return fake


@pytest.fixture
async def line(api: FakeApi, tmp_path: Path) -> AsyncIterator[Connection]:
    async with connected(api, tmp_path) as connection:
        yield connection


def container_of(raw: dict[str, Any]) -> dict[str, Any]:
    return raw["spec"]["template"]["spec"]["containers"][0]


async def refusal(line: Connection, operation: Operation) -> str:
    with pytest.raises((CannotPreview, NotPermitted)) as caught:
        await preview(line.writer, operation)
    return caught.value.reason.code


async def test_an_order_says_all_that_a_card_needs(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    assert (order.cluster_uid, order.target_uid, order.generation) == ("cluster-1", "uid-web", 1)
    assert [(each.path, each.before, each.after) for each in order.diff] == [("spec.replicas", "2", "5")]
    assert order.command == "kubectl scale deployment/web -n shop --replicas=5"
    assert order.undo == Scale(target=WEB, replicas=2)
    assert order.risk.level is Level.HIGH
    assert ChangeOrder.model_validate_json(order.model_dump_json()).digest == order.digest
    assert api.objects[DEPLOYMENT]["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    "other",
    [
        {"operation": Scale(target=WEB, replicas=6)},
        {"cluster_uid": "x"},
        {"target_uid": "x"},
        {"generation": 2},
        {"fingerprint": "x"},
        {"diff": ()},
        {"outcome": "x"},
    ],
)
async def test_the_digest_binds_everything_that_was_shown(line: Connection, other: dict[str, Any]) -> None:
    order = await preview(line.writer, SCALE)
    assert order.model_copy(update=other).digest != order.digest


async def test_an_order_made_again_has_the_same_digest(line: Connection) -> None:
    for operation in (SCALE, Restart(target=WEB), Delete(target=WEB)):
        assert (await preview(line.writer, operation)).digest == (await preview(line.writer, operation)).digest


async def test_what_is_not_there_is_said(line: Connection, api: FakeApi) -> None:
    elsewhere = WEB.model_copy(update={"name": "nothing"})
    assert await refusal(line, Delete(target=elsewhere)) == "preview.not_found"
    assert await refusal(line, Delete(target=Target(kind="Widget", name="a", namespace="b"))) == "preview.kind_unknown"
    assert await refusal(line, Get(kind="Pod")) == "preview.unresolved"
    assert await refusal(line, Scale(target=WEB, factor=2)) == "preview.unresolved"
    assert api.count("DELETE") == 0


@pytest.mark.parametrize("name", ["..", "", "prod/../x", "a b"])
async def test_a_name_that_cannot_be_never_becomes_a_path(line: Connection, api: FakeApi, name: str) -> None:
    for target in (WEB.model_copy(update={"name": name}), WEB.model_copy(update={"namespace": name})):
        with pytest.raises((CannotPreview, NotPermitted)):
            await preview(line.writer, Delete(target=target))
    assert not [
        path for method, path in api.requests if method != "POST" and "kube-system" not in path and "/apis/" not in path
    ]
    assert api.count("DELETE") == 0
    assert api.count("PATCH") == 0


async def test_steward_must_have_the_right_itself(line: Connection, api: FakeApi) -> None:
    api.allowed = False
    assert await refusal(line, SCALE) == "preview.no_access"
    asked = api.bodies[-1]["spec"]["resourceAttributes"]
    assert asked == {"verb": "patch", "group": "apps", "resource": "deployments", "name": "web", "namespace": "shop"}
    assert await refusal(line, Exec(target=POD, container="app", argv=("id",))) == "preview.no_access"
    assert api.bodies[-1]["spec"]["resourceAttributes"]["subresource"] == "exec"


@pytest.mark.parametrize("code", [400, 403, 422])
async def test_a_dry_run_that_is_refused_shows_nothing(line: Connection, api: FakeApi, code: int) -> None:
    api.plan = [("PATCH", "", status(code, "No", "webhook has side effects, token=hunter22"))]
    with pytest.raises(CannotPreview) as caught:
        await preview(line.writer, SCALE)
    assert caught.value.reason.code == "preview.refused"
    assert "hunter22" not in str(caught.value.reason.values)


async def test_a_dry_run_that_loses_the_race_is_tried_again(line: Connection, api: FakeApi) -> None:
    touches = 0

    def touch(request: web.Request) -> None:
        nonlocal touches
        if request.method == "PATCH" and touches < 2:
            touches += 1
            api.touch(DEPLOYMENT)

    api.before.append(touch)
    assert (await preview(line.writer, SCALE)).diff


async def test_what_the_rules_forbid_after_a_look_is_refused(line: Connection, api: FakeApi) -> None:
    """Policy speaks about the live object, too."""
    with pytest.raises(NotPermitted):
        await preview(line.writer, SCALE, policy=Policy(own_namespace="shop"))


async def test_a_label_of_the_live_object_raises_the_risk(line: Connection, api: FakeApi) -> None:
    plain = await preview(line.writer, Restart(target=WEB))
    raw = deployment()
    raw["metadata"]["labels"]["steward/protected"] = "true"
    api.put(raw)
    assert (await preview(line.writer, Restart(target=WEB))).risk != plain.risk


async def test_who_keeps_the_object_is_told(line: Connection, api: FakeApi) -> None:
    raw = deployment()
    raw["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": "x"}
    api.put(raw)
    assert (await preview(line.writer, SCALE)).blast.notes == (reason("preview.kept_by", tool="Argo CD"),)


@pytest.mark.parametrize(
    ("operation", "changes", "code"),
    [
        (Restart(target=WEB), {"strategy": {"type": "Recreate"}}, None),
        (IMAGE, {"strategy": {"type": "Recreate"}}, "preview.recreate"),
        (Restart(target=WEB), {"updateStrategy": {"type": "OnDelete"}}, "preview.on_delete"),
        (IMAGE, {"paused": True}, "preview.paused"),
    ],
)  # fmt: skip
async def test_how_it_rolls_out_is_told(
    line: Connection, api: FakeApi, operation: Operation, changes: dict[str, Any], code: str | None
) -> None:
    raw = deployment()
    raw["spec"] |= changes
    api.put(raw)
    notes = [note.code for note in (await preview(line.writer, operation)).blast.notes]
    assert notes == ([code] if code else [])


async def test_an_exec_needs_a_running_container(line: Connection, api: FakeApi) -> None:
    run = Exec(target=POD, container="app", argv=("id",))
    assert (await preview(line.writer, run)).changes == "yes"
    assert await refusal(line, run.model_copy(update={"container": "other"})) == "preview.no_container"
    waiting = pod()
    waiting["status"]["containerStatuses"][0]["state"] = {"waiting": {}}
    api.put(waiting)
    assert await refusal(line, run) == "preview.not_running"
    two = pod()
    two["spec"]["containers"].append({"name": "side", "image": "x"})
    api.put(two)
    assert await refusal(line, run.model_copy(update={"container": None})) == "preview.which_container"


async def test_only_pods_that_are_owned_are_counted(line: Connection, api: FakeApi) -> None:
    replica_set = {
        "kind": "ReplicaSet",
        "apiVersion": "apps/v1",
        "metadata": {
            "name": "web-a",
            "namespace": "shop",
            "uid": "rs",
            "ownerReferences": [{"uid": "uid-web"}],
            "labels": {"app": "web"},
        },
        "spec": {},
    }
    mine, broken = pod("web-a-1", uid="p1"), pod("web-a-2", uid="p2", ready=False)
    for owned in (mine, broken):
        owned["metadata"]["ownerReferences"] = [{"uid": "rs"}]
    api.put(replica_set, mine, broken)  # beside `web-1`, which only has the label
    order = await preview(line.writer, Delete(target=WEB))
    assert (order.blast.pods_ready, order.blast.pods_total) == (1, 2)


def test_a_selector_is_written_as_the_api_reads_it() -> None:
    expressions = [
        {"key": "a", "operator": "In", "values": ["x", "y"]},
        {"key": "b", "operator": "NotIn", "values": ["z"]},
        {"key": "c", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ]
    text = selector_text({"matchLabels": {"app": "web"}, "matchExpressions": expressions})
    assert text == "app=web,a in (x,y),b notin (z),c,!d"
    assert selector_text({}) == ""


def test_restarts_are_counted_per_container() -> None:
    new = pod("new", uid="u2")
    new["status"] = {}
    assert restart_counts((pod(), new)) == {"uid-pod/app": 3, "u2/app": 0}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("ConfigMap", {"volumes": [{"configMap": {"name": "x"}}]}),
        ("ConfigMap", {"volumes": [{"projected": {"sources": [{"configMap": {"name": "x"}}]}}]}),
        ("ConfigMap", {"containers": [{"envFrom": [{"configMapRef": {"name": "x"}}]}]}),
        ("ConfigMap", {"initContainers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "x"}}}]}]}),
        ("Secret", {"volumes": [{"secret": {"secretName": "x"}}]}),
        ("Secret", {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "x"}}}]}]}),
        ("Secret", {"imagePullSecrets": [{"name": "x"}]}),
        ("PersistentVolumeClaim", {"volumes": [{"persistentVolumeClaim": {"claimName": "x"}}]}),
    ],
)
def test_readers_of_a_config_are_found_wherever_they_read_it(kind: str, spec: dict[str, Any]) -> None:
    assert uses({"spec": spec}, kind, "x")
    assert not uses({"spec": spec}, kind, "y")
    assert not uses({"spec": {}}, kind, "x")


# undo


async def test_an_undo_sets_back_what_a_patch_changed(line: Connection, api: FakeApi) -> None:
    body = '{"metadata":{"labels":{"tier":"b"}},"spec":{"replicas":9,"minReadySeconds":5}}'
    order = await preview(line.writer, Patch(target=WEB, patch_type="merge", body=body))
    assert order.undo == Patch(
        target=WEB,
        patch_type="merge",
        body='{"metadata":{"labels":{"tier":null}},"spec":{"minReadySeconds":null,"replicas":2}}',
    )


async def test_an_undo_of_a_container_is_strategic(line: Connection, api: FakeApi) -> None:
    raw = deployment()
    container_of(raw)["imagePullPolicy"] = "Always"
    api.put(raw)
    body = '{"spec":{"template":{"spec":{"containers":[{"name":"app","imagePullPolicy":"Never"}]}}}}'
    order = await preview(line.writer, Patch(target=WEB, patch_type="strategic", body=body))
    assert order.undo == Patch(
        target=WEB,
        patch_type="strategic",
        body='{"spec":{"template":{"spec":{"containers":[{"imagePullPolicy":"Always","name":"app"}]}}}}',
    )


async def test_lists_and_what_cannot_be_taken_back_have_no_undo(line: Connection, api: FakeApi) -> None:
    body = '{"spec":{"template":{"spec":{"tolerations":["a"]}}}}'
    assert (await preview(line.writer, Patch(target=WEB, patch_type="merge", body=body))).undo is None
    for operation in (Restart(target=WEB), Delete(target=WEB)):
        assert (await preview(line.writer, operation)).undo is None


def test_the_undo_of_an_image_names_every_container_that_changed() -> None:
    raw = deployment()
    raw["spec"]["template"]["spec"]["initContainers"] = [{"name": "init", "image": "i:1"}]
    operation = SetImage(target=WEB, images=(ContainerImage(container="*", image="n"),))
    undo = undo_of(operation, raw, ())
    assert isinstance(undo, SetImage)
    assert {each.container: each.image for each in undo.images} == {"app": "shop/web:1", "init": "i:1"}


async def test_more_pods_than_are_read_are_counted_by_their_owner(tmp_path: Path) -> None:
    many = MOST + 100
    async with (
        ClusterStandIn(seed=lambda cluster: crowd(cluster, many)) as cluster,
        connect(str(cluster.write_kubeconfig(tmp_path / "config"))) as connection,
    ):
        order = await preview(
            connection.writer, Restart(target=Target(kind="Deployment", name="crowd", namespace="default"))
        )
    assert (order.blast.pods_ready, order.blast.pods_total) == (many, many)
