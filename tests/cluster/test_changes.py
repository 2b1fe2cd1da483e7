"""Each class of change against a real API: shown, approved, run, and what the cluster has then."""

import asyncio
import json
from collections.abc import Awaitable

import pytest

from executor.cluster import Connection
from executor.errors import Forbidden
from executor.kinds import kind_named
from executor.operations import Change, ContainerImage, Delete, Exec, Patch, Restart, Scale, SetImage, Target
from executor.preview import CannotPreview, ChangeOrder, NotPermitted, preview
from executor.recover import Found, NeverHappened, Unclear, look
from executor.run import Applied, Drifted, NotApplied, NotApproved, run
from tests.cluster.bench import IMAGE, OTHER_IMAGE, Bench, eventually, pod_spec, workload
from tests.executor.ledger import Book

MARK = "steward/action"
RESTARTED = "kubectl.kubernetes.io/restartedAt"


def target(bench: Bench, kind: str = "Deployment", name: str = "web") -> Target:
    return Target(kind=kind, name=name, namespace=bench.namespace)


async def carry_out(bench: Bench, operation: Change, action_id: str = "act-1") -> tuple[ChangeOrder, Applied]:
    order = await preview(bench.writer, operation)
    applied = await run(bench.writer, order, action_id=action_id, ledger=Book().approve(action_id, order))
    assert applied.uid == order.target_uid
    return order, applied


def shown(order: ChangeOrder) -> dict[str, tuple[str | None, str | None]]:
    return {line.path: (line.before, line.after) for line in order.diff}


def patched(bench: Bench, kind: str, name: str, body: object, patch_type: str = "merge") -> Patch:
    return Patch(target=target(bench, kind, name), patch_type=patch_type, body=json.dumps(body))


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
async def test_scaling_does_what_was_shown_and_bears_the_mark(bench: Bench, kind: str) -> None:
    await bench.workload(kind, replicas=1)
    order, applied = await carry_out(bench, Scale(target=target(bench, kind), replicas=3))
    assert shown(order) == {"spec.replicas": ("1", "3")}
    assert (order.blast.pods_ready, order.blast.pods_total) == (1, 1)
    assert order.undo == Scale(target=target(bench, kind), replicas=1)
    live = await bench.ready(kind, "web")
    assert live["spec"]["replicas"] == 3
    assert live["metadata"]["annotations"][MARK] == "act-1"
    assert applied.generation == live["metadata"]["generation"]
    assert not applied.no_change
    assert len(applied.baseline) == 1


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_a_restart_replaces_every_pod(bench: Bench, kind: str) -> None:
    before = await bench.workload(kind)
    pods = {pod["metadata"]["uid"] for pod in await bench.pods()}
    order, applied = await carry_out(bench, Restart(target=target(bench, kind)))
    assert [line.after for line in order.diff] == ["<now>"]
    assert order.undo is None
    assert {key.partition("/")[0] for key in applied.baseline} == pods
    assert applied.generation == before["metadata"]["generation"] + 1
    live = await bench.ready(kind, "web")
    assert RESTARTED in live["spec"]["template"]["metadata"]["annotations"]
    assert MARK not in live["spec"]["template"]["metadata"]["annotations"]

    async def replaced() -> bool | None:
        now = {pod["metadata"]["uid"] for pod in await bench.pods()}
        return True if len(now) == len(pods) and not now & pods else None

    assert await eventually(replaced)


async def test_two_restarts_in_a_second_are_two(bench: Bench) -> None:
    await bench.workload()
    first = (await carry_out(bench, Restart(target=target(bench)), "act-1"))[1]
    second = (await carry_out(bench, Restart(target=target(bench)), "act-2"))[1]
    assert second.generation == (first.generation or 0) + 1


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_setting_an_image_keeps_the_other_containers(bench: Bench, kind: str) -> None:
    body = workload(kind, "web")
    body["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": IMAGE, "command": ["sleep", "99"]})
    await bench.create(kind, body)
    await bench.ready(kind, "web")
    images = (ContainerImage(container="app", image=OTHER_IMAGE),)
    order, _ = await carry_out(bench, SetImage(target=target(bench, kind), images=images))
    assert shown(order) == {"spec.template.spec.containers[app].image": (IMAGE, OTHER_IMAGE)}
    live = await bench.ready(kind, "web")
    found = {each["name"]: each["image"] for each in live["spec"]["template"]["spec"]["containers"]}
    assert found == {"app": OTHER_IMAGE, "side": IMAGE}
    assert isinstance(order.undo, SetImage)
    await carry_out(bench, order.undo, "act-2")
    live = await bench.get(kind, "web")
    assert {each["image"] for each in live["spec"]["template"]["spec"]["containers"]} == {IMAGE}


async def test_a_strategic_patch_merges_and_its_undo_takes_it_back(bench: Bench) -> None:
    await bench.workload()
    containers = [{"name": "app", "env": [{"name": "LEVEL", "value": "debug"}], "resources": {"limits": {"cpu": "1"}}}]
    body = {"spec": {"template": {"spec": {"containers": containers}}}}
    order, _ = await carry_out(bench, patched(bench, "Deployment", "web", body, "strategic"))
    place = "spec.template.spec.containers[app]"
    assert shown(order)[f"{place}.env[LEVEL].value"] == (None, "debug")
    assert shown(order)[f"{place}.resources.limits.cpu"] == (None, "1")
    container = (await bench.get("Deployment", "web"))["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == IMAGE
    assert container["env"] == [{"name": "LEVEL", "value": "debug"}]


async def test_a_merge_patch_of_a_config_map_shows_masked_values(bench: Bench) -> None:
    data = {"MODE": "a", "DB_PASSWORD": "old-hunter22", "app.conf": "one\ntwo\nthree\n"}
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": data})
    wanted = {"MODE": "b", "DB_PASSWORD": "new-hunter22", "app.conf": "one\n2\nthree\n"}
    order, applied = await carry_out(bench, patched(bench, "ConfigMap", "conf", {"data": wanted}))
    assert shown(order) == {
        "data.MODE": ("a", "b"),
        "data.DB_PASSWORD": ("*** (before)", "*** (after)"),
        "data[app.conf]:2": ("two", "2"),
    }
    assert "hunter22" not in order.model_dump_json(exclude={"operation", "undo"})
    live = await bench.get("ConfigMap", "conf")
    assert live["data"] == wanted
    assert applied.generation is None
    assert order.undo is None, "the way back would hold what was secret before"


async def test_a_patch_of_a_config_map_can_be_taken_back(bench: Bench) -> None:
    data = {"MODE": "a", "app.conf": "one\ntwo\n"}
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": data})
    order, _ = await carry_out(bench, patched(bench, "ConfigMap", "conf", {"data": {"MODE": "b", "NEW": "1"}}))
    assert order.undo is not None
    await carry_out(bench, order.undo, "act-2")
    assert (await bench.get("ConfigMap", "conf"))["data"] == data


@pytest.mark.parametrize("annotations", [None, {"team": "a"}])
async def test_a_json_patch_is_bound_to_the_version_too(bench: Bench, annotations: dict | None) -> None:
    meta = {"name": "conf", **({"annotations": annotations} if annotations else {})}
    await bench.create("ConfigMap", {"metadata": meta, "data": {"a": "1"}})
    steps = [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "replace", "path": "/data/a", "value": "2"}]
    order, _ = await carry_out(bench, patched(bench, "ConfigMap", "conf", steps, "json"))
    assert shown(order) == {"data.a": ("1", "2")}
    live = await bench.get("ConfigMap", "conf")
    assert live["data"] == {"a": "2"}
    assert live["metadata"]["annotations"] == {**(annotations or {}), MARK: "act-1"}


@pytest.mark.parametrize(
    ("patch_type", "body"),
    [
        ("json", [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]),
        ("json", [{"op": "replace", "path": "/metadata/annotations/steward~1action", "value": "act-0"}]),
        ("merge", {"metadata": {"annotations": None}}),
        ("merge", {"metadata": {"resourceVersion": "1"}}),
        ("merge", {"metadata": {"uid": "x"}, "data": {"a": "2"}}),
        ("merge", {"metadata": "x"}),
    ],
)
async def test_a_patch_cannot_take_the_mark_or_the_preconditions_away(
    bench: Bench, patch_type: str, body: object
) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    with pytest.raises(CannotPreview):
        await preview(bench.writer, patched(bench, "ConfigMap", "conf", body, patch_type))


async def test_a_patch_that_changes_nothing_says_so(bench: Bench) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    assert (await preview(bench.writer, patched(bench, "ConfigMap", "conf", {"data": {"a": "1"}}))).changes == "no"
    await bench.workload(replicas=1)
    assert (await preview(bench.writer, Scale(target=target(bench), replicas=1))).changes == "no"


async def test_a_patch_that_the_api_refuses_cannot_be_previewed(bench: Bench) -> None:
    await bench.workload(replicas=1)
    for body in ({"spec": {"replicas": -1}}, {"spec": {"selector": {"matchLabels": {"app": "other"}}}}):
        with pytest.raises(CannotPreview) as caught:
            await preview(bench.writer, patched(bench, "Deployment", "web", body))
        assert caught.value.reason.code == "preview.refused"


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_deleting_a_workload_takes_its_pods_along(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    order, applied = await carry_out(bench, Delete(target=target(bench, kind)))
    assert order.blast.pods_total == len(applied.baseline) > 0
    assert (order.diff, order.undo, order.changes) == ((), None, "yes")
    await bench.gone(kind, "web")


async def test_deleting_a_pod_makes_its_controller_make_another(bench: Bench) -> None:
    await bench.workload(replicas=1)
    pod = (await bench.pods())[0]["metadata"]
    order, applied = await carry_out(bench, Delete(target=target(bench, "Pod", pod["name"])))
    assert [note.code for note in order.blast.notes] == ["preview.pod_recreated"]
    assert list(applied.baseline) == [f"{pod['uid']}/app"]
    await bench.gone("Pod", pod["name"])


async def test_a_config_map_is_deleted_and_its_readers_are_counted(bench: Bench) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    container = {
        "name": "app",
        "image": IMAGE,
        "command": ["sleep", "99"],
        "envFrom": [{"configMapRef": {"name": "conf"}}],
    }
    await bench.pod("reader", containers=[container])
    order, _ = await carry_out(bench, Delete(target=target(bench, "ConfigMap", "conf")))
    assert [(note.code, note.values["pods"]) for note in order.blast.notes] == [("preview.config_readers", 1)]
    await bench.gone("ConfigMap", "conf")


async def test_a_preview_of_a_delete_deletes_nothing(bench: Bench) -> None:
    before = await bench.workload(replicas=1)
    await preview(bench.writer, Delete(target=target(bench)))
    after = await bench.get("Deployment", "web")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "deletionTimestamp" not in after["metadata"]


async def test_a_command_runs_in_the_pod_that_was_shown(bench: Bench) -> None:
    await bench.pod("shell")
    where = target(bench, "Pod", "shell")
    _, applied = await carry_out(bench, Exec(target=where, container="app", argv=("echo", "password=hunter22", "x y")))
    assert applied.exit_code == 0
    assert "x y" in applied.output
    assert "hunter22" not in applied.output
    _, applied = await carry_out(bench, Exec(target=where, container="app", argv=("false",)), "act-2")
    assert applied.exit_code == 1


# What binds the approval (I1, I2)


async def test_without_an_approval_nothing_runs(bench: Bench) -> None:
    before = await bench.workload(replicas=1)
    order = await preview(bench.writer, Scale(target=target(bench), replicas=2))
    other = await preview(bench.writer, Scale(target=target(bench), replicas=3))
    for book in (Book(), Book().approve("act-2", order), Book().approve("act-1", other)):
        with pytest.raises(NotApproved):
            await run(bench.writer, order, action_id="act-1", ledger=book)
    after = await bench.get("Deployment", "web")
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert MARK not in after["metadata"].get("annotations", {})


async def test_an_approval_is_used_once(bench: Bench) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    order = await preview(bench.writer, patched(bench, "ConfigMap", "conf", {"data": {"a": "2"}}))
    book = Book().approve("act-1", order)
    await run(bench.writer, order, action_id="act-1", ledger=book)
    with pytest.raises((NotApproved, Drifted)):
        await run(bench.writer, order, action_id="act-1", ledger=book)
    await bench.meddle("ConfigMap", "conf", {"data": {"a": "1"}, "metadata": {"annotations": None}})
    with pytest.raises((NotApproved, Drifted)):
        await run(bench.writer, order, action_id="act-1", ledger=book)
    assert (await bench.get("ConfigMap", "conf"))["data"] == {"a": "1"}


@pytest.mark.parametrize(
    "meddling",
    [
        {"spec": {"replicas": 7}},
        {"metadata": {"labels": {"team": "b"}}},
        {"metadata": {"annotations": {"note": "x"}}},
        {"spec": {"template": {"metadata": {"annotations": {"x": "y"}}}}},
    ],
)
async def test_an_object_that_was_changed_meanwhile_is_left_alone(bench: Bench, meddling: dict) -> None:
    await bench.workload(replicas=1)
    order = await preview(bench.writer, Scale(target=target(bench), replicas=4))
    await bench.meddle("Deployment", "web", meddling)
    with pytest.raises(Drifted) as caught:
        await run(bench.writer, order, action_id="act-1", ledger=Book().approve("act-1", order))
    assert caught.value.reason.code == "drift.changed"
    assert "somebody" in str(caught.value.reason.values["manager"])
    assert (await bench.get("Deployment", "web"))["spec"]["replicas"] != 4


async def test_a_status_that_moves_is_no_drift(bench: Bench) -> None:
    await bench.workload(replicas=1)
    order = await preview(bench.writer, Restart(target=target(bench)))
    await bench.meddle("Deployment", "web", {"status": {"collisionCount": 1}}, subresource="status")
    assert (await run(bench.writer, order, action_id="act-1", ledger=Book().approve("act-1", order))).generation


@pytest.mark.parametrize("kind", ["ConfigMap", "Deployment", "Pod"])
async def test_an_object_that_was_made_anew_is_left_alone(bench: Bench, kind: str) -> None:
    async def make() -> None:
        if kind == "Pod":
            await bench.pod("web")
        elif kind == "Deployment":
            await bench.workload(replicas=1)
        else:
            await bench.create("ConfigMap", {"metadata": {"name": "web"}, "data": {"a": "1"}})

    await make()
    order = await preview(bench.writer, Delete(target=target(bench, kind)))
    await bench.delete(kind, "web")
    await bench.gone(kind, "web")
    book = Book().approve("act-1", order)
    with pytest.raises(Drifted) as caught:
        await run(bench.writer, order, action_id="act-1", ledger=book)
    assert caught.value.reason.code == "drift.gone"
    await make()
    with pytest.raises(Drifted) as caught:
        await run(bench.writer, order, action_id="act-1", ledger=book)
    assert caught.value.reason.code == "drift.replaced"
    assert "deletionTimestamp" not in (await bench.get(kind, "web"))["metadata"]


async def test_another_cluster_is_left_alone(bench: Bench) -> None:
    await bench.workload(replicas=1)
    order = await preview(bench.writer, Scale(target=target(bench), replicas=4))
    elsewhere = order.model_copy(update={"cluster_uid": "another"})
    with pytest.raises(Drifted) as caught:
        await run(bench.writer, elsewhere, action_id="act-1", ledger=Book().approve("act-1", elsewhere))
    assert caught.value.reason.code == "drift.cluster"


async def test_an_order_that_shows_another_outcome_is_not_run(bench: Bench) -> None:
    await bench.workload(replicas=1)
    order = await preview(bench.writer, Scale(target=target(bench), replicas=2))
    forged = order.model_copy(update={"operation": Scale(target=target(bench), replicas=9)})
    with pytest.raises(Drifted) as caught:
        await run(bench.writer, forged, action_id="act-1", ledger=Book().approve("act-1", forged))
    assert caught.value.reason.code == "drift.outcome"
    assert (await bench.get("Deployment", "web"))["spec"]["replicas"] == 1


async def outcomes(*runs: Awaitable[Applied]) -> list[str]:
    ended = await asyncio.gather(*runs, return_exceptions=True)
    return [type(each).__name__ for each in ended]


async def test_twenty_runs_of_one_approval_are_one_effect(bench: Bench) -> None:
    before = await bench.workload(replicas=1)
    order = await preview(bench.writer, Restart(target=target(bench)))
    book = Book().approve("act-1", order)
    ended = await outcomes(*(run(bench.writer, order, action_id="act-1", ledger=book) for _ in range(20)))
    assert ended.count("Applied") == 1
    assert set(ended) <= {"Applied", "NotApproved", "Drifted"}
    after = await bench.get("Deployment", "web")
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


async def test_of_two_approved_changes_of_one_object_the_second_is_stale(bench: Bench) -> None:
    await bench.workload(replicas=1)
    orders = [await preview(bench.writer, Scale(target=target(bench), replicas=n)) for n in (2, 3)]
    book = Book().approve("act-0", orders[0]).approve("act-1", orders[1])
    runs = (run(bench.writer, order, action_id=f"act-{n}", ledger=book) for n, order in enumerate(orders))
    assert sorted(await outcomes(*runs)) == ["Applied", "Drifted"]


# What cannot be shown


async def test_a_paused_deployment_is_not_restarted(bench: Bench) -> None:
    await bench.workload(replicas=1, paused=False)
    await bench.meddle("Deployment", "web", {"spec": {"paused": True}})
    with pytest.raises(CannotPreview) as caught:
        await preview(bench.writer, Restart(target=target(bench)))
    assert caught.value.reason.code == "preview.paused_restart"


async def test_what_is_not_there_or_going_cannot_be_previewed(bench: Bench) -> None:
    with pytest.raises(CannotPreview) as caught:
        await preview(bench.writer, Delete(target=target(bench, "Deployment", "nothing")))
    assert caught.value.reason.code == "preview.not_found"
    meta = {"name": "conf", "finalizers": ["example.com/hold"]}
    await bench.create("ConfigMap", {"metadata": meta, "data": {}})
    await bench.delete("ConfigMap", "conf")
    with pytest.raises(CannotPreview) as caught:
        await preview(bench.writer, Delete(target=target(bench, "ConfigMap", "conf")))
    assert caught.value.reason.code == "preview.deleting"
    await bench.meddle("ConfigMap", "conf", {"metadata": {"finalizers": None}})


async def test_a_user_without_rights_is_told_before_a_button_is_offered(bench: Bench, nobody: Connection) -> None:
    await bench.workload(replicas=1)
    for operation, verb in (
        (Scale(target=target(bench), replicas=2), "patch"),
        (Delete(target=target(bench)), "delete"),
        (Exec(target=target(bench, "Pod", "x"), container="app", argv=("id",)), "get"),
    ):
        with pytest.raises(NotPermitted) as caught:
            await preview(nobody.writer, operation)
        assert caught.value.reason.values["verb"] == verb


async def test_a_run_without_rights_changes_nothing(bench: Bench, nobody: Connection) -> None:
    await bench.workload(replicas=1)
    order = await preview(bench.writer, Scale(target=target(bench), replicas=2))
    with pytest.raises(NotApplied):
        await run(nobody.writer, order, action_id="act-1", ledger=Book().approve("act-1", order))
    with pytest.raises(Forbidden):
        await nobody.reader.get(kind_named("Deployment"), "web", bench.namespace)
    assert (await bench.get("Deployment", "web"))["spec"]["replicas"] == 1


async def test_warnings_name_what_will_fight_or_be_lost(bench: Bench) -> None:
    await bench.workload(replicas=2)
    scaler = {
        "minReplicas": 2,
        "maxReplicas": 5,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
    }
    await bench.create("HorizontalPodAutoscaler", {"metadata": {"name": "web"}, "spec": scaler})
    selector = {"matchLabels": {"app": "web"}}
    await bench.create(
        "PodDisruptionBudget", {"metadata": {"name": "web"}, "spec": {"minAvailable": 1, "selector": selector}}
    )
    service = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    await bench.create("Service", {"metadata": {"name": "front"}, "spec": service})
    order = await preview(bench.writer, Scale(target=target(bench), replicas=0))
    notes = {note.code: note.values for note in order.blast.notes}
    assert notes["preview.autoscaled"] == {"name": "web", "least": 2, "most": 5}
    assert notes["preview.budget"]["name"] == "web"
    assert notes["preview.service_loses"] == {"services": "front"}
    assert order.risk.severe


async def test_a_quota_that_is_short_is_named(bench: Bench) -> None:
    await bench.workload(replicas=2)
    await bench.create("ResourceQuota", {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "3"}}})
    await bench.until("ResourceQuota", "few", lambda quota: quota.get("status", {}).get("used", {}).get("pods") == "2")
    order = await preview(bench.writer, Scale(target=target(bench), replicas=5))
    assert [note.code for note in order.blast.notes] == ["preview.quota_short"]


# After a restart of the daemon


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_what_took_effect_is_found_again(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    order, applied = await carry_out(bench, Restart(target=target(bench, kind)))
    found = await look(bench.writer, order, "act-1", pause=0)
    assert isinstance(found, Found)
    assert (found.proven, found.applied.generation, found.applied.uid) == (True, applied.generation, applied.uid)
    assert abs((found.applied.at - applied.at).total_seconds()) <= 1
    assert not isinstance(await look(bench.writer, order, "act-2", pause=0), Found)


async def test_what_never_ran_is_known_to_have_never_run(bench: Bench) -> None:
    await bench.workload(replicas=1)
    for operation in (
        Restart(target=target(bench)),
        Scale(target=target(bench), replicas=2),
        Delete(target=target(bench)),
    ):
        order = await preview(bench.writer, operation)
        assert isinstance(await look(bench.writer, order, "act-1", pause=0), NeverHappened)


async def test_a_delete_is_found_by_what_is_gone_and_not_claimed(bench: Bench) -> None:
    for meta in ({"name": "plain"}, {"name": "held", "finalizers": ["example.com/hold"]}):
        await bench.create("ConfigMap", {"metadata": meta, "data": {}})
        order, applied = await carry_out(bench, Delete(target=target(bench, "ConfigMap", meta["name"])))
        found = await look(bench.writer, order, "act-1", since=applied.at, pause=0)
        assert isinstance(found, Found)
        assert not found.proven
        assert found.applied.at <= applied.at
    await bench.meddle("ConfigMap", "held", {"metadata": {"finalizers": None}})


async def test_an_object_that_others_changed_leaves_it_unclear(bench: Bench) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    order = await preview(bench.writer, patched(bench, "ConfigMap", "conf", {"data": {"a": "2"}}))
    await bench.meddle("ConfigMap", "conf", {"data": {"a": "2"}})
    found = await look(bench.writer, order, "act-1", pause=0)
    assert isinstance(found, Unclear)
    assert found.reason.code == "run.lost_changed"


async def test_a_command_leaves_no_trace(bench: Bench) -> None:
    await bench.create("Pod", {"metadata": {"name": "shell"}, "spec": pod_spec()})
    await bench.until("Pod", "shell", lambda pod: pod["status"].get("phase") == "Running")
    order = await preview(bench.writer, Exec(target=target(bench, "Pod", "shell"), container="app", argv=("true",)))
    assert isinstance(await look(bench.writer, order, "act-1", pause=0), Unclear)
