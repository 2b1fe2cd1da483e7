"""Causes, found on a real API."""

import pytest

from executor.cluster import Connection
from executor.errors import Forbidden
from executor.operations import SetImage, Target
from executor.triage import Diagnosis, diagnose
from tests.cluster.bench import IMAGE, Bench, eventually, pod_spec, workload
from tests.executor.virtual import WORDS


async def cause(
    bench: Bench, expected: str, kind: str = "Deployment", name: str = "web", *, second: str = ""
) -> Diagnosis:
    """The diagnosis, once its first finding is the expected one, and its second where one is named: what is read one after the
    other shows a change of this moment only in part."""
    target = Target(kind=kind, name=name, namespace=bench.namespace)

    async def look() -> Diagnosis | None:
        diagnosis = await diagnose(bench.reader, target)
        found = [finding.cause.code.removeprefix("triage.") for finding in diagnosis.findings]
        wanted = [each for each in (expected, second) if each]
        return diagnosis if found[: len(wanted)] == wanted and (wanted or not found) else None

    diagnosis = await eventually(look, 20)
    for finding in diagnosis.findings:
        for why in (finding.cause, *(evidence.title for evidence in finding.evidence)):
            assert all(why.code not in words.say(why) for words in WORDS)
    assert "s3cr3t-pw" not in diagnosis.model_dump_json()
    return diagnosis


async def begin(bench: Bench, image: str, kind: str = "Deployment") -> None:
    await bench.create(kind, workload(kind, "web", replicas=1, image=image))


async def test_a_healthy_workload(bench: Bench) -> None:
    await bench.workload()
    assert (await cause(bench, "")).facts


async def test_a_crash_with_its_line(hollow: Bench) -> None:
    await begin(hollow, "crash:1")
    diagnosis = await cause(hollow, "crash_said")
    finding = diagnosis.findings[0]
    assert finding.cause.values["code"] == 1
    assert "refused" in str(finding.cause.values["line"])
    assert any("refused" in line.lower() for line in finding.evidence[0].lines), (
        "the log is there, in the order of time"
    )


async def test_out_of_memory(hollow: Bench) -> None:
    await begin(hollow, "oom:1", "StatefulSet")
    await cause(hollow, "oom_unlimited", "StatefulSet")


async def test_a_probe_that_fails(hollow: Bench) -> None:
    await begin(hollow, "unready:1")
    diagnosis = await cause(hollow, "probe")
    assert "Readiness probe failed" in str(diagnosis.findings[0].cause.values["message"])


async def test_an_image_that_a_rollout_brought_and_the_way_back(hollow: Bench) -> None:
    await hollow.workload()
    container = {"name": "app", "image": "missing:1"}
    await hollow.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [container]}}}})
    diagnosis = await cause(hollow, "image_missing", second="rollout")
    back = diagnosis.findings[0].next_steps[0]
    assert isinstance(back, SetImage)
    assert back.images[0].image == IMAGE


async def test_a_reference_that_is_missing(hollow: Bench) -> None:
    """No node runs this pod, so that its status stays as a kubelet would have written it."""
    await hollow.create("Pod", {"metadata": {"name": "lone"}, "spec": {**pod_spec(), "nodeName": "nowhere"}})
    waiting = {"reason": "CreateContainerConfigError", "message": 'configmap "env" not found'}
    state = {
        "name": "app",
        "image": IMAGE,
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": waiting},
    }
    await hollow.meddle(
        "Pod", "lone", {"status": {"phase": "Pending", "containerStatuses": [state]}}, subresource="status"
    )
    diagnosis = await cause(hollow, "reference_missing", "Pod", "lone")
    assert diagnosis.findings[0].cause.values["name"] == "env"


async def test_a_volume_that_nobody_provides(bench: Bench) -> None:
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "none",
    }
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "data"}, "spec": claim})
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(volumes=volumes)})
    await cause(bench, "claim_no_class", "Pod", "lone")


async def test_no_node_that_fits(bench: Bench) -> None:
    nowhere = pod_spec(nodeSelector={"example.com/none": "x"})
    await bench.create("Pod", {"metadata": {"name": "other"}, "spec": nowhere})
    await cause(bench, "node_selector", "Pod", "other")


async def test_a_quota_that_is_full(bench: Bench) -> None:
    await bench.create("ResourceQuota", {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
    await bench.until("ResourceQuota", "none", lambda raw: "used" in raw.get("status", {}))
    await begin(bench, IMAGE)
    await cause(bench, "quota")


async def test_no_replicas_and_an_empty_service(bench: Bench) -> None:
    await bench.create("Deployment", workload("Deployment", "web", replicas=0))
    await cause(bench, "zero_replicas")
    ports = [{"port": 80}]
    await bench.create("Service", {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}})
    await cause(bench, "service_asleep", "Service")


async def test_who_may_see_nothing_is_told_so(bench: Bench, nobody: Connection) -> None:
    await begin(bench, IMAGE)
    with pytest.raises(Forbidden):
        await diagnose(nobody.reader, Target(kind="Deployment", name="web", namespace=bench.namespace))


async def test_a_namespace_leads_to_what_is_in_trouble(hollow: Bench) -> None:
    await hollow.workload(name="fine", replicas=1)
    await begin(hollow, "missing:1")
    target = Target(kind="Namespace", name=hollow.namespace)

    async def look() -> Diagnosis | None:
        diagnosis = await diagnose(hollow.reader, target)
        found = diagnosis.findings and diagnosis.findings[0].cause.code == "triage.image_missing"
        return diagnosis if found else None

    assert (await eventually(look, 20)).target == Target(kind="Deployment", name="web", namespace=hollow.namespace)
