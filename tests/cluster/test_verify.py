"""Whether it really worked, told against a real API."""

import asyncio
from contextlib import aclosing

import pytest

from executor.early import Patience
from executor.kinds import kind_named
from executor.operations import Change, ContainerImage, Delete, Exec, Patch, Restart, Scale, SetImage, Target
from executor.preview import ChangeOrder, preview
from executor.run import Applied, run
from executor.verdict import Progress, Result, Verdict
from executor.verify import Timing, verify
from tests.cluster.bench import OTHER_IMAGE, Bench, pod_spec, workload
from tests.executor.ledger import Book
from tests.executor.virtual import WORDS

QUICK = {"progressDeadlineSeconds": 60}


@pytest.fixture
async def hollow(bench: Bench) -> Bench:
    """Nodes that play a pod by its image's name: crash, oom, missing, unready, slow, stuck."""
    nodes = (await bench.reader.list(kind_named("Node"))).items
    if not all(node["status"]["nodeInfo"]["containerRuntimeVersion"].startswith("hollow://") for node in nodes):
        pytest.skip("the nodes run real containers")
    return bench


def target(bench: Bench, kind: str = "Deployment", name: str = "web") -> Target:
    return Target(kind=kind, name=name, namespace=bench.namespace)


async def carry_out(bench: Bench, operation: Change) -> tuple[ChangeOrder, Applied]:
    order = await preview(bench.writer, operation)
    return order, await run(bench.writer, order, action_id="act-1", ledger=Book().approve("act-1", order))


async def verified(bench: Bench, operation: Change, timing: Timing | None = None) -> tuple[list[Progress], Verdict]:
    return await watched(bench, *await carry_out(bench, operation), timing)


async def watched(
    bench: Bench, order: ChangeOrder, applied: Applied, timing: Timing | None = None
) -> tuple[list[Progress], Verdict]:
    told: list[Progress] = []
    async with aclosing(verify(bench.reader, order, applied, timing=timing or Timing())) as steps:
        async for step in steps:
            if isinstance(step, Verdict):
                assert all(step.reason.code not in words.say(step.reason) for words in WORDS)
                return told, step
            told.append(step)
    raise AssertionError("no verdict")


def new_image(bench: Bench, image: str, kind: str = "Deployment") -> SetImage:
    return SetImage(target=target(bench, kind), images=(ContainerImage(container="app", image=image),))


def code(verdict: Verdict) -> str:
    return verdict.reason.code.removeprefix("verify.")


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_a_restart_succeeds_when_every_pod_is_new(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    before = {pod["metadata"]["uid"] for pod in await bench.pods()}
    told, verdict = await verified(bench, Restart(target=target(bench, kind)))
    assert (code(verdict), verdict.result) == ("rolled_out", Result.SUCCEEDED)
    now = {pod["metadata"]["uid"] for pod in await bench.pods() if "deletionTimestamp" not in pod["metadata"]}
    assert not now & before
    assert all(step.done <= step.total for step in told)
    assert told[-1].done == told[-1].total == verdict.reason.values["total"]


async def test_an_image_that_does_not_exist_fails_by_name(hollow: Bench) -> None:
    await hollow.workload(**QUICK)
    _, verdict = await verified(hollow, new_image(hollow, "missing:1"))
    assert (code(verdict), verdict.result) == ("image_pull", Result.FAILED)
    assert "not found" in str(verdict.reason.values["message"])
    assert any("ImagePullBackOff" in line for line in verdict.evidence)


async def test_a_crash_fails_with_the_exit_code_and_the_masked_log(hollow: Bench) -> None:
    await hollow.workload(**QUICK)
    _, verdict = await verified(hollow, new_image(hollow, "crash:1"))
    assert (code(verdict), verdict.result) == ("crash", Result.FAILED)
    assert verdict.reason.values["code"] == 1
    evidence = "\n".join(verdict.evidence)
    assert "connection refused" in evidence
    assert "s3cr3t-pw" not in evidence


async def test_running_out_of_memory_fails_by_name(hollow: Bench) -> None:
    await hollow.workload("StatefulSet", replicas=1)
    _, verdict = await verified(hollow, new_image(hollow, "oom:1", "StatefulSet"))
    assert (code(verdict), verdict.result) == ("oom_unlimited", Result.FAILED)


async def test_a_pod_that_never_gets_ready_fails_at_the_progress_deadline_by_its_probe(hollow: Bench) -> None:
    await hollow.workload(progressDeadlineSeconds=3)
    _, verdict = await verified(hollow, new_image(hollow, "unready:1"))
    assert (code(verdict), verdict.result) == ("never_ready", Result.FAILED)
    assert "Readiness probe failed" in str(verdict.reason.values["message"])


async def test_our_own_deadline_is_unknown_and_not_failed(hollow: Bench) -> None:
    await hollow.workload(**QUICK)
    _, verdict = await verified(hollow, new_image(hollow, "unready:1"), Timing(deadline=2))
    assert (code(verdict), verdict.result) == ("deadline", Result.UNKNOWN)
    assert verdict.evidence


async def test_a_slow_start_is_waited_for_with_log_lines(hollow: Bench) -> None:
    await hollow.workload(replicas=1, **QUICK)
    told, verdict = await verified(hollow, new_image(hollow, "slow:1"))
    assert verdict.result is Result.SUCCEEDED
    assert any(" | " in line for step in told for line in step.lines)


async def test_old_pods_that_take_their_time_do_not_hold_up_the_verdict(hollow: Bench) -> None:
    stuck = {**pod_spec("stuck:1"), "terminationGracePeriodSeconds": 25}
    body = workload("Deployment", "web", replicas=1)
    body["spec"]["template"]["spec"] = stuck
    await hollow.create("Deployment", body)
    await hollow.ready("Deployment", "web")
    _, verdict = await verified(hollow, new_image(hollow, OTHER_IMAGE))
    assert verdict.result is Result.SUCCEEDED
    [leaving] = verdict.evidence
    assert leaving.startswith("Terminating pod/web-")


async def quota(bench: Bench, pods: int) -> None:
    await bench.create("ResourceQuota", {"metadata": {"name": "small"}, "spec": {"hard": {"pods": str(pods)}}})
    await bench.until(
        "ResourceQuota", "small", lambda raw: raw.get("status", {}).get("used", {}).get("pods") == str(pods)
    )


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
async def test_a_quota_that_is_full_blocks_scaling(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    await quota(bench, 2)
    _, verdict = await verified(bench, Scale(target=target(bench, kind), replicas=4), Timing(deadline=30))
    assert (code(verdict), verdict.result) == ("quota", Result.BLOCKED)
    assert "exceeded quota" in str(verdict.reason.values["message"])


async def test_a_quota_that_is_full_blocks_a_rollout_that_needs_one_pod_more(bench: Bench) -> None:
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    await bench.workload(strategy=surge)
    await quota(bench, 2)
    _, verdict = await verified(bench, Restart(target=target(bench)), Timing(deadline=30))
    assert (code(verdict), verdict.result) == ("quota", Result.BLOCKED)


@pytest.mark.parametrize(("replicas", "said"), [(4, "scaled"), (1, "scaled"), (0, "scaled_to_zero")])
async def test_scaling_ends_with_exactly_the_pods_that_were_asked_for(bench: Bench, replicas: int, said: str) -> None:
    await bench.workload()
    _, verdict = await verified(bench, Scale(target=target(bench), replicas=replicas))
    assert (code(verdict), verdict.result) == (said, Result.SUCCEEDED)
    assert len(await bench.pods()) == replicas


async def test_a_count_that_somebody_changes_meanwhile_is_not_ours(hollow: Bench) -> None:
    body = workload("Deployment", "web", replicas=1, image="slow:1")
    await hollow.create("Deployment", body)
    await hollow.ready("Deployment", "web")
    order, applied = await carry_out(hollow, Scale(target=target(hollow), replicas=3))
    await hollow.meddle("Deployment", "web", {"spec": {"replicas": 1}})
    _, verdict = await watched(hollow, order, applied)
    assert (code(verdict), verdict.result) == ("reverted_replicas", Result.REVERTED)
    assert verdict.reason.values == {"replicas": 1, "manager": "somebody"}


async def test_a_template_that_somebody_changes_meanwhile_supersedes(hollow: Bench) -> None:
    await hollow.workload(**QUICK)
    order, applied = await carry_out(hollow, new_image(hollow, "slow:1"))
    seen = asyncio.create_task(watched(hollow, order, applied))
    await asyncio.sleep(1)
    container = {"name": "app", "image": OTHER_IMAGE}
    await hollow.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [container]}}}})
    _, verdict = await seen
    assert (code(verdict), verdict.result) == ("superseded", Result.SUPERSEDED)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
async def test_a_deleted_pod_is_replaced(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    gone = (await bench.pods())[0]["metadata"]["name"]
    _, verdict = await verified(bench, Delete(target=target(bench, "Pod", gone)))
    assert (code(verdict), verdict.result) == ("replaced", Result.SUCCEEDED)
    name = str(verdict.reason.values["pod"])
    assert (await bench.get("Pod", name))["status"]["phase"] == "Running"


async def test_a_bare_pod_is_gone(bench: Bench) -> None:
    await bench.pod("lone")
    _, verdict = await verified(bench, Delete(target=target(bench, "Pod", "lone")))
    assert (code(verdict), verdict.result) == ("deleted", Result.SUCCEEDED)


@pytest.mark.parametrize("cascade", ["background", "foreground"])
async def test_a_deleted_workload_is_gone_with_its_pods(bench: Bench, cascade: str) -> None:
    await bench.workload()
    deletion = Delete.model_validate({"target": target(bench), "cascade": cascade})
    _, verdict = await verified(bench, deletion)
    assert (code(verdict), verdict.result) == ("deleted", Result.SUCCEEDED)
    assert await bench.pods() == ()


async def test_a_finalizer_blocks(bench: Bench) -> None:
    body = workload("Deployment", "web", replicas=0)
    body["metadata"]["finalizers"] = ["example.com/hold"]
    await bench.create("Deployment", body)
    _, verdict = await verified(bench, Delete(target=target(bench)), Timing(deadline=1))
    await bench.meddle("Deployment", "web", {"metadata": {"finalizers": None}})
    assert (code(verdict), verdict.result) == ("finalizers", Result.BLOCKED)
    assert verdict.reason.values["finalizers"] == "example.com/hold"


async def test_a_config_map_is_patched_and_its_readers_are_remembered(bench: Bench) -> None:
    await bench.create("ConfigMap", {"metadata": {"name": "env"}, "data": {"A": "1"}})
    change = Patch(target=target(bench, "ConfigMap", "env"), patch_type="merge", body='{"data":{"A":"2"}}')
    _, verdict = await verified(bench, change)
    assert (code(verdict), verdict.result) == ("patched_config", Result.SUCCEEDED)


async def test_sets_that_are_updated_on_delete_are_not_restarted(bench: Bench) -> None:
    await bench.workload("StatefulSet", replicas=1, updateStrategy={"type": "OnDelete"})
    _, verdict = await verified(bench, new_image(bench, OTHER_IMAGE, "StatefulSet"))
    assert (code(verdict), verdict.result) == ("on_delete", Result.NO_CHANGE)


@pytest.mark.parametrize(("argv", "result"), [(("true",), Result.SUCCEEDED), (("false",), Result.FAILED)])
async def test_a_command_is_judged_by_its_exit_code(bench: Bench, argv: tuple[str, ...], result: Result) -> None:
    await bench.pod("lone")
    _, verdict = await verified(bench, Exec(target=target(bench, "Pod", "lone"), container="app", argv=argv))
    assert verdict.result is result


async def test_patience_is_configurable(hollow: Bench) -> None:
    await hollow.workload(replicas=1, **QUICK)
    nowhere = Patch(
        target=target(hollow), body='{"spec":{"template":{"spec":{"nodeSelector":{"example.com/none":"x"}}}}}'
    )
    _, verdict = await verified(hollow, nowhere, Timing(patience=Patience(unschedulable=1)))
    assert (code(verdict), verdict.result) == ("unschedulable", Result.FAILED)
