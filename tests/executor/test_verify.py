"""Verification in virtual time: how long it waits, and for what."""

import asyncio
from contextlib import aclosing
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from executor.errors import Forbidden, Gone, Unreachable
from executor.fields import moment
from executor.operations import ContainerImage, Delete, Exec, Operation, Patch, Restart, Scale, SetImage, Target
from executor.preview import ChangeOrder, DiffLine
from executor.risk import Level, Risk
from executor.run import Applied
from executor.verdict import Progress, Result
from executor.verify import Timing, verify

from .raws import (
    AFTER,
    AT,
    BEFORE,
    Raw,
    deployment,
    event,
    looping,
    pod,
    replica_failure,
    replica_set,
    running,
    stateful_set,
    template,
    waiting,
)
from .virtual import Told, World, in_virtual_time, play, verdict

WEB = Target(kind="Deployment", name="web", namespace="shop")
BAD = "nginx:404"
NOT_FOUND = f'failed to pull and unpack image "{BAD}": not found'


def at() -> datetime:
    found = moment(AT)
    assert found is not None
    return found


def order(operation: Operation, *, uid: str = "u-web", diff: tuple[DiffLine, ...] = ()) -> ChangeOrder:
    return ChangeOrder(
        operation=operation,
        risk=Risk(level=Level.HIGH, reasons=()),
        cluster_uid="c",
        target_uid=uid,
        generation=1,
        fingerprint="f",
        diff=diff,
        command="kubectl …",
    )


def applied(**values: Any) -> Applied:
    return Applied(**{"action_id": "a1", "at": at(), "generation": 2, "uid": "u-web", **values})


def restart() -> ChangeOrder:
    return order(Restart(target=WEB))


def restarted(**values: Any) -> Raw:
    raw = deployment(**values)
    raw["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": AT}
    return raw


def new_set(**values: Any) -> Raw:
    made = replica_set(**values)
    made["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": AT}
    return made


def ended(told: Told) -> tuple[str, Result]:
    last = verdict(told)
    return last.reason.code.removeprefix("verify."), last.result


def when(told: Told) -> float:
    return round(told[-1][0], 1)


def test_success_is_said_half_a_second_after_it_was_reached() -> None:
    world = World(restarted(observed=1), new_set()).at(3, lambda: world.put(restarted()))
    told = play(world, restart(), applied())
    assert ended(told) == ("rolled_out", Result.SUCCEEDED)
    assert when(told) == 3.5


def test_success_that_does_not_last_is_not_said() -> None:
    world = World(restarted(observed=1), new_set())
    world.at(3, lambda: world.put(restarted())).at(3.2, lambda: world.put(restarted(available=2)))
    world.at(9, lambda: world.put(restarted()))
    assert when(play(world, restart(), applied())) == 9.5


def test_a_failed_pull_is_said_at_the_first_back_off() -> None:
    world = World(restarted(updated=1, total=4), new_set())
    world.at(1, lambda: world.put(pod(state=waiting("ErrImagePull", NOT_FOUND), image=BAD)))
    world.at(4, lambda: world.put(pod(state=waiting("ImagePullBackOff", "Back-off pulling image"), image=BAD)))
    told = play(world, restart(), applied())
    assert ended(told) == ("image_pull", Result.FAILED)
    assert when(told) == 4
    assert "not found" in str(verdict(told).reason.values["message"])
    assert any("ImagePullBackOff" in line for line in verdict(told).evidence)


def test_a_failed_pull_that_is_not_retried_is_said_after_twelve_seconds() -> None:
    world = World(restarted(updated=1, total=4), new_set())
    world.at(1, lambda: world.put(pod(state=waiting("ErrImagePull", NOT_FOUND), image=BAD)))
    assert when(play(world, restart(), applied())) == 13


def test_a_pull_that_may_succeed_later_is_waited_for() -> None:
    told = "toomanyrequests: rate limit"
    world = World(restarted(updated=1, total=4), new_set(), pod(state=waiting("ImagePullBackOff", told)))
    world.at(40, lambda: world.put(pod())).at(41, lambda: world.put(restarted()))
    seen = play(world, restart(), applied())
    assert ended(seen) == ("rolled_out", Result.SUCCEEDED)
    assert any(isinstance(step, Progress) and step.step.code == "verify.image_pull_retrying" for _, step in seen)


def test_a_missing_config_map_gets_twenty_seconds_to_appear() -> None:
    missing = pod(state=waiting("CreateContainerConfigError", 'configmap "x" not found'))
    world = World(restarted(updated=1, total=4), new_set(), missing)
    assert (when(told := play(world, restart(), applied())), *ended(told)) == (20, "container_config", Result.FAILED)
    world = World(restarted(updated=1, total=4), new_set(), missing)
    world.at(15, lambda: world.put(pod())).at(16, lambda: world.put(restarted()))
    assert ended(play(world, restart(), applied()))[1] is Result.SUCCEEDED


def test_a_crash_loop_of_a_new_pod_fails_at_once_with_its_log() -> None:
    world = World(restarted(updated=1, total=4), new_set())
    world.said["web-new-1"] = ["INFO starting", "ERROR connect postgres://shop:s3cr3t-pw@db: connection refused"]
    world.at(2, lambda: world.put(pod(state=looping())))
    told = play(world, restart(), applied())
    assert (when(told), *ended(told)) == (2, "crash", Result.FAILED)
    evidence = "\n".join(verdict(told).evidence)
    assert "connection refused" in evidence
    assert "s3cr3t" not in evidence


def test_old_pods_that_crash_do_not_fail_a_restart() -> None:
    old = new_set(revision="1", name="web-old")
    world = World(
        restarted(updated=1, total=4), new_set(), old, pod("web-old-1", looping(restarts=9), owner="u-web-old")
    )
    world.at(5, lambda: world.put(restarted()))
    assert ended(play(world, restart(), applied()))[1] is Result.SUCCEEDED


def test_before_the_controller_has_seen_the_change_pods_say_nothing_about_it() -> None:
    """The revision still names the ReplicaSet before, whose pods were failing already."""
    before = replica_set()
    world = World(restarted(observed=1), before, pod(state=waiting("ImagePullBackOff")))
    world.at(2, lambda: world.put({**restarted(), "status": {**restarted()["status"]}}))
    assert ended(play(world, restart(), applied()))[1] is Result.SUCCEEDED


QUOTA = 'pods "web" is forbidden: exceeded quota: small'


def test_a_quota_blocks_two_seconds_after_the_last_progress() -> None:
    refused = [replica_failure(QUOTA)]
    world = World(restarted(updated=0, total=3), new_set(conditions=refused, updatedReplicas=0))
    told = play(world, restart(), applied())
    assert (when(told), *ended(told)) == (2, "quota", Result.BLOCKED)
    world = World(restarted(updated=0, total=3), new_set(conditions=refused, readyReplicas=0))
    world.at(1.5, lambda: world.put(new_set(conditions=refused, readyReplicas=1)))
    assert when(play(world, restart(), applied())) == 3.5


def test_a_stateful_set_that_may_not_make_pods_never_says_that_it_saw_the_change() -> None:
    scale = Scale(target=Target(kind="StatefulSet", name="db", namespace="shop"), replicas=4)
    raw = stateful_set(4, observedGeneration=1, replicas=2, readyReplicas=2)
    world = World(raw).at(1, lambda: world.put(event("FailedCreate", QUOTA, about="db", of="StatefulSet")))
    told = play(world, order(scale, uid="u-db"), applied(uid="u-db"))
    assert (when(told), *ended(told)) == (3, "quota", Result.BLOCKED)


def test_a_deadline_is_unknown_and_tells_what_is_known() -> None:
    world = World(restarted(available=1), new_set(availableReplicas=1), pod(state=running(ready=False)))
    told = play(world, restart(), applied(), Timing(deadline=60))
    assert (when(told), *ended(told)) == (60, "deadline", Result.UNKNOWN)
    assert verdict(told).reason.values["ready"] == 1
    assert any("not ready" in line for line in verdict(told).evidence)


def test_progress_moves_the_deadline_but_not_for_ever() -> None:
    def world() -> World:
        made = World(restarted(replicas=10, updated=0, total=10, available=10), new_set(availableReplicas=0))
        for step in range(1, 10):
            raw = restarted(replicas=10, updated=step, total=11)
            made.at(step * 50, lambda raw=raw, step=step: (made.put(raw), made.put(new_set(availableReplicas=step))))
        return made

    told = play(world(), restart(), applied(), Timing(deadline=60))
    assert when(told) == 9 * 50 + 60
    assert when(play(world(), restart(), applied(), Timing(deadline=60, longest=200))) == 200


def test_a_missed_progress_deadline_names_the_probe_that_failed() -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "lastUpdateTime": AFTER}
    world = World(restarted(available=0), new_set(), pod(state=running(ready=False)))
    world.put(event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"))
    world.at(4, lambda: world.put(restarted(available=0, conditions=[late])))
    told = play(world, restart(), applied())
    assert ended(told) == ("never_ready", Result.FAILED)
    assert "503" in str(verdict(told).reason.values["message"])


def test_an_unreachable_cluster_is_waited_for() -> None:
    world = World(restarted(), new_set())
    world.reads["*"] = Unreachable("down")
    world.at(30, world.reads.clear)
    told = play(world, restart(), applied())
    assert ended(told)[1] is Result.SUCCEEDED
    assert when(told) < 40
    world = World(restarted())
    world.reads["*"] = Unreachable("down")
    assert ended(play(world, restart(), applied(), Timing(deadline=50))) == ("unreachable", Result.UNKNOWN)


@pytest.mark.parametrize("error", [None, Gone("too old"), Unreachable("reset")], ids=str)
def test_a_watch_that_ends_is_taken_up_again(error: Any) -> None:
    world = World(restarted(observed=1), new_set())
    world.at(1, lambda: world.break_watches(error)).at(4, lambda: world.put(restarted()))
    told = play(world, restart(), applied(), Timing(poll=1000))
    assert (when(told), ended(told)[1]) == (4.5, Result.SUCCEEDED)


def test_a_watch_that_fell_silent_is_backed_by_a_look_every_five_seconds() -> None:
    world = World(restarted(observed=1), new_set())
    world.quiet = True
    world.at(11, lambda: world.put(restarted()))
    assert when(play(world, restart(), applied())) == 15.5


def test_events_and_pods_that_we_may_not_see_are_done_without() -> None:
    world = World(restarted(observed=1))
    world.reads = {"Event": Forbidden("no"), "Pod": Forbidden("no"), "ReplicaSet": Forbidden("no")}
    world.at(3, lambda: world.put(restarted()))
    assert ended(play(world, restart(), applied()))[1] is Result.SUCCEEDED


def test_an_object_that_we_may_not_see_is_unknown() -> None:
    world = World(restarted())
    world.reads = {"Deployment": Forbidden('deployments.apps "web" is forbidden')}
    assert ended(play(world, restart(), applied())) == ("cannot_look", Result.UNKNOWN)


def test_a_change_of_the_template_by_another_supersedes() -> None:
    world = World(restarted(updated=1, total=4), new_set())
    other = restarted(generation=3, observed=2, image="nginx:2")
    other["metadata"]["managedFields"] = [{"manager": "argocd", "time": AFTER, "fieldsV1": {"f:spec": {}}}]
    world.at(2, lambda: world.put(other))
    told = play(world, restart(), applied())
    assert ended(told) == ("superseded", Result.SUPERSEDED)
    assert verdict(told).reason.values["manager"] == "argocd"


def test_an_autoscaler_that_changes_the_replicas_does_not_end_a_restart() -> None:
    world = World(restarted(updated=1, total=4), new_set())
    world.at(2, lambda: world.put(restarted(replicas=5, generation=3, observed=3, updated=2, total=6)))
    world.at(6, lambda: world.put(restarted(replicas=5, generation=3, observed=3)))
    assert ended(play(world, restart(), applied())) == ("rolled_out", Result.SUCCEEDED)


def test_an_object_that_disappears_is_said() -> None:
    world = World(restarted(updated=1, total=4), new_set()).at(2, lambda: world.remove("Deployment", "web"))
    assert ended(play(world, restart(), applied())) == ("deleted_meanwhile", Result.SUPERSEDED)


IMAGE = SetImage(target=WEB, images=(ContainerImage(container="app", image="nginx:2"),))


def test_an_image_that_was_put_back_is_reverted() -> None:
    path = "spec.template.spec.containers[app].image"
    back = order(IMAGE, diff=(DiffLine(path=path, before="nginx:1", after="nginx:2"),))
    world = World(deployment(generation=3, observed=2, image="nginx:1"))
    assert ended(play(world, back, applied())) == ("reverted", Result.REVERTED)
    world = World(deployment(generation=3, observed=2, image="nginx:3"))
    assert ended(play(world, back, applied())) == ("superseded", Result.SUPERSEDED)


SCALE = Scale(target=WEB, replicas=3)


def test_scaling_waits_until_all_are_ready() -> None:
    world = World(deployment(3, ready=1, available=1, total=1)).at(2, lambda: world.put(deployment(3)))
    assert (when(told := play(world, order(SCALE), applied())), *ended(told)) == (2.5, "scaled", Result.SUCCEEDED)


def test_scaling_down_waits_for_the_surplus_to_go() -> None:
    old = new_set()
    world = World(deployment(3), old, pod("a"), pod("b", going=True)).at(4, lambda: world.remove("Pod", "b"))
    assert when(play(world, order(SCALE), applied())) == 4.5


def test_a_replica_count_that_an_autoscaler_puts_back_is_reverted() -> None:
    raw = deployment(2, generation=3, observed=2)
    raw["metadata"]["managedFields"] = [
        {"manager": "horizontal-pod-autoscaler", "time": AFTER, "fieldsV1": {"f:spec": {}}}
    ]
    world = World(deployment(3, ready=2, available=2)).at(2, lambda: world.put(raw))
    told = play(world, order(SCALE), applied())
    assert ended(told) == ("reverted_replicas", Result.REVERTED)
    assert verdict(told).reason.values == {"replicas": 2, "manager": "horizontal-pod-autoscaler"}


@pytest.mark.parametrize(("before", "result"), [(3, Result.SUCCEEDED), (1, Result.FAILED)])
def test_pods_that_failed_before_fail_only_scaling_up(before: int, result: Result) -> None:
    down = order(Scale(target=WEB, replicas=2))
    pods = [pod("web-1", running()), pod("web-2", looping(restarts=9))]
    known = {f"u-web-{n}/app": 9 for n in range(1, max(before, 2) + 1)}
    world = World(deployment(2, ready=1, available=1), replica_set(), *pods)
    told = play(world, down, applied(baseline=known if before > 2 else {"u-web-1/app": 0, "u-web-2/app": 9}))
    assert ended(told) == ("scaled_unready", result)


DELETE = order(Delete(target=WEB))


def test_a_deletion_ends_when_the_object_and_its_pods_are_gone() -> None:
    world = World(deployment(), pod("a"), pod("b"))
    baseline = {"u-a/app": 0, "u-b/app": 0}
    world.at(1, lambda: world.remove("Deployment", "web")).at(2, lambda: world.remove("Pod", "a"))
    world.at(6, lambda: world.remove("Pod", "b"))
    told = play(world, DELETE, applied(baseline=baseline))
    assert (when(told), *ended(told)) == (6, "deleted", Result.SUCCEEDED)
    assert [step.done for _, step in told if isinstance(step, Progress)][-1] == 1


def test_the_pods_of_an_object_that_is_gone_already_are_waited_for() -> None:
    world = World(pod("a")).at(3, lambda: world.remove("Pod", "a"))
    assert when(play(world, DELETE, applied(baseline={"u-a/app": 0}))) == 3
    world = World(pod("a"))
    told = play(world, DELETE, applied(baseline={"u-a/app": 0}))
    assert ended(told) == ("pods_remain", Result.BLOCKED)


def test_orphans_are_not_waited_for() -> None:
    orphaned = order(Delete(target=WEB, cascade="orphan"))
    assert when(play(World(pod("a")), orphaned, applied(baseline={"u-a/app": 0}))) == 0


def test_a_finalizer_blocks_a_deletion_after_its_grace() -> None:
    raw = deployment()
    raw["metadata"] |= {"deletionTimestamp": AT, "finalizers": ["example.com/hold"]}
    told = play(World(raw), DELETE, applied())
    assert (when(told), *ended(told)) == (60, "finalizers", Result.BLOCKED)
    assert verdict(told).reason.values["finalizers"] == "example.com/hold"
    told = play(World(raw), order(Delete(target=WEB, grace_seconds=0)), applied())
    assert when(told) == 30


def test_an_object_of_the_same_name_with_another_uid_was_made_again() -> None:
    raw = deployment()
    raw["metadata"]["uid"] = "u-other"
    assert ended(play(World(raw), DELETE, applied())) == ("recreated", Result.SUCCEEDED)


POD = Target(kind="Pod", name="web-new-7d9ab", namespace="shop")


def delete_pod(name: str = "web-new-x2c4v") -> tuple[ChangeOrder, Applied]:
    deletion = order(Delete(target=Target(kind="Pod", name=name, namespace="shop")), uid=f"u-{name}")
    return deletion, applied(uid=f"u-{name}", generation=None)


@pytest.mark.parametrize("gone_already", [True, False])
def test_a_deleted_pod_is_done_when_its_successor_is_ready(gone_already: bool) -> None:
    made_by = replica_set()
    made_by["spec"]["selector"] = {"matchLabels": {"app": "web"}}
    name = "web-new-x2c4v"
    world = World(made_by) if gone_already else World(made_by, pod(name, created=BEFORE, going=True))
    if not gone_already:
        world.at(1, lambda: world.remove("Pod", name))
    world.at(2, lambda: world.put(pod("web-new-k9z2b", waiting("ContainerCreating"))))
    world.at(5, lambda: world.put(pod("web-new-k9z2b")))
    told = play(world, *delete_pod(name))
    assert (when(told), *ended(told)) == (5, "replaced", Result.SUCCEEDED)


def test_a_deleted_pod_whose_successor_crashes_has_failed() -> None:
    made_by = replica_set()
    made_by["spec"]["selector"] = {"matchLabels": {"app": "web"}}
    world = World(made_by).at(2, lambda: world.put(pod("web-new-k9z2b", looping())))
    assert ended(play(world, *delete_pod())) == ("crash", Result.FAILED)


def test_a_stateful_pod_comes_back_under_its_name() -> None:
    owner = stateful_set(1)
    old = pod("db-0", owner="u-db", created=BEFORE, going=True)
    old["metadata"]["ownerReferences"][0] |= {"kind": "StatefulSet", "name": "db"}
    new = pod("db-0", owner="u-db")
    new["metadata"]["uid"] = "u-db-0-again"
    world = World(owner, old).at(3, lambda: world.put(new))
    assert (when(told := play(world, *delete_pod("db-0"))), *ended(told)) == (3, "replaced", Result.SUCCEEDED)


def test_a_bare_pod_is_just_gone() -> None:
    assert ended(play(World(), *delete_pod("lonely"))) == ("deleted", Result.SUCCEEDED)


def config_map(**values: str) -> Raw:
    return {"kind": "ConfigMap", "metadata": {"name": "env", "namespace": "shop", "uid": "u-env"}, "data": values}


def test_a_config_map_is_read_back() -> None:
    target = Target(kind="ConfigMap", name="env", namespace="shop")
    change = order(Patch(target=target, patch_type="merge", body='{"data":{"A":"2"}}'), uid="u-env")
    done = applied(uid="u-env", generation=None)
    assert ended(play(World(config_map(A="2")), change, done)) == ("patched_config", Result.SUCCEEDED)
    assert ended(play(World(config_map(A="1")), change, done)) == ("differs", Result.UNKNOWN)
    raw = config_map(A="1")
    raw["metadata"]["managedFields"] = [{"manager": "helm", "time": AFTER, "fieldsV1": {"f:data": {}}}]
    assert ended(play(World(raw), change, done)) == ("superseded", Result.SUPERSEDED)


def test_a_patch_of_a_template_is_a_rollout_and_of_a_label_is_none() -> None:
    image = Patch(target=WEB, body='{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"nginx:1"}]}}}}')
    world = World(deployment(updated=1, total=4)).at(2, lambda: world.put(deployment()))
    assert (when(told := play(world, order(image), applied())), *ended(told)) == (2.5, "rolled_out", Result.SUCCEEDED)
    label = Patch(target=WEB, body='{"metadata":{"labels":{"team":"shop"}}}')
    raw = deployment(available=0)
    raw["metadata"]["labels"] = {"team": "shop"}
    assert ended(play(World(raw), order(label), applied())) == ("patched", Result.SUCCEEDED)


def test_a_patch_whose_diff_leaves_the_template_alone_is_no_rollout() -> None:
    same = Patch(
        target=WEB, body='{"spec":{"revisionHistoryLimit":3,"template":{"metadata":{"labels":{"app":"web"}}}}}'
    )
    change = order(same, diff=(DiffLine(path="spec.revisionHistoryLimit", before="10", after="3"),))
    raw = deployment(available=0, revisionHistoryLimit=3)
    assert ended(play(World(raw), change, applied())) == ("patched", Result.SUCCEEDED)


@pytest.mark.parametrize(
    ("body", "live", "result"),
    [
        ('[{"op":"replace","path":"/data/A","value":"2"}]', {"A": "2"}, Result.SUCCEEDED),
        ('[{"op":"replace","path":"/data/A","value":"2"}]', {"A": "1"}, Result.UNKNOWN),
        ('[{"op":"remove","path":"/data/A"}]', {"B": "1"}, Result.SUCCEEDED),
        ('[{"op":"remove","path":"/data/A"}]', {"A": "1"}, Result.UNKNOWN),
        ('[{"op":"add","path":"/data/a~1b","value":"2"}]', {"a/b": "2"}, Result.SUCCEEDED),
    ],
)
def test_a_json_patch_is_read_back(body: str, live: dict[str, str], result: Result) -> None:
    target = Target(kind="ConfigMap", name="env", namespace="shop")
    change = order(Patch(target=target, patch_type="json", body=body), uid="u-env")
    assert ended(play(World(config_map(**live)), change, applied(uid="u-env", generation=None)))[1] is result


EXEC = order(Exec(target=POD, argv=("true",)))


@pytest.mark.parametrize(
    ("code", "expected", "result"),
    [(0, "exec_ok", Result.SUCCEEDED), (3, "exec_failed", Result.FAILED), (None, "exec_unknown", Result.UNKNOWN)],
)
def test_a_command_is_judged_by_its_exit_code(code: int | None, expected: str, result: Result) -> None:
    told = play(World(), EXEC, applied(exit_code=code, output="line 1\nline 2"))
    assert ended(told) == (expected, result)
    assert verdict(told).evidence == ("line 1", "line 2")


def test_no_change_is_no_success() -> None:
    assert ended(play(World(restarted()), restart(), applied(no_change=True))) == ("no_change", Result.NO_CHANGE)


def test_progress_is_told_only_when_something_changed() -> None:
    world = World(restarted(updated=1, total=4), new_set(), pod())
    world.said["web-new-1"] = [f"line {n}" for n in range(20)]
    world.at(30, lambda: world.put(restarted()))
    told = play(world, restart(), applied())
    steps = [(second, step) for second, step in told if isinstance(step, Progress)]
    assert all(one[1] != two[1] for one, two in pairwise(steps))
    only_lines = [
        two[0] - one[0] for one, two in pairwise(steps) if one[1].model_copy(update={"lines": two[1].lines}) == two[1]
    ]
    assert only_lines
    assert min(only_lines) >= 2
    assert any(step.lines and step.lines[-1].endswith("line 19") for _, step in steps)
    assert all(len(step.lines) <= 5 for _, step in steps)


def test_leaving_early_leaves_nothing_running() -> None:
    async def leave() -> Progress:
        world = World(restarted(updated=1, total=4), new_set(), pod())
        world.begin()
        async with aclosing(verify(world, restart(), applied())) as steps:  # type: ignore[arg-type]
            async for step in steps:
                await asyncio.sleep(1)
                assert isinstance(step, Progress)
                return step
        raise AssertionError

    assert in_virtual_time(leave()).step.code == "verify.step.observed"


def test_a_bug_in_a_watch_is_not_swallowed() -> None:
    world = World(restarted(updated=1, total=4), template_of_nothing())
    world.reads["Pod"] = ZeroDivisionError("ours")  # type: ignore[assignment]
    with pytest.raises(ExceptionGroup):
        play(world, restart(), applied())


def template_of_nothing() -> Raw:
    return replica_set(image="nginx:0", revision="0") | {"spec": {"template": template("x", "y")}}
