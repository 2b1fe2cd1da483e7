from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m

Object = dict[str, Any]


def pod(cluster: ClusterStandIn, name: str = "a") -> Object:
    found = cluster.get("pod", name, "default")
    assert found is not None
    return found


def status(cluster: ClusterStandIn, container: str = "app") -> Object:
    statuses = pod(cluster)["status"].get("containerStatuses", ())
    return next((item for item in statuses if item["name"] == container), {})


def waiting(cluster: ClusterStandIn, container: str = "app") -> str:
    return str(status(cluster, container).get("state", {}).get("waiting", {}).get("reason", ""))


def events(cluster: ClusterStandIn) -> dict[str, Object]:
    found = [e for e in cluster.objects("events", "default") if e["involvedObject"]["kind"] == "Pod"]
    return {event["reason"]: event for event in found}


def condition(cluster: ClusterStandIn, kind: str) -> str:
    conditions = pod(cluster)["status"].get("conditions", ())
    return next((c["status"] for c in conditions if c["type"] == kind), "")


async def test_a_healthy_pod_is_scheduled_started_and_ready(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx"))
    await cluster.until(lambda: condition(cluster, "Ready") == "True")
    found = pod(cluster)
    assert found["status"]["phase"] == "Running"
    assert found["status"]["podIP"].startswith("10.244.")
    assert found["spec"]["nodeName"].startswith("node-")
    assert status(cluster) | {"ready": True, "restartCount": 0, "image": "nginx", "started": True} == status(cluster)
    assert {"Scheduled", "Started"} <= set(events(cluster))
    assert (
        events(cluster)["Started"]["involvedObject"]
        | {"fieldPath": "spec.containers{app}", "uid": found["metadata"]["uid"]}
        == (events(cluster)["Started"]["involvedObject"])
    )


async def test_events_of_the_scheduler_have_a_time_and_no_count(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx"))
    await cluster.until(lambda: "Scheduled" in events(cluster))
    event = events(cluster)["Scheduled"]
    assert event["eventTime"]
    assert "lastTimestamp" not in event or event["lastTimestamp"] is None
    assert event["reportingComponent"] == "default-scheduler"


async def test_a_crashing_pod_backs_off_and_counts(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "crash"))
    await cluster.until(lambda: status(cluster).get("restartCount", 0) >= 2 and waiting(cluster) == "CrashLoopBackOff")
    found = status(cluster)
    assert found["state"]["waiting"]["message"] == "back-off 4s restarting failed container=app pod=a_default"
    assert found["lastState"]["terminated"] | {"exitCode": 1, "reason": "Error"} == found["lastState"]["terminated"]
    assert pod(cluster)["status"]["phase"] == "Running"
    assert condition(cluster, "Ready") == "False"
    back_off = events(cluster)["BackOff"]
    assert (back_off["type"], back_off["message"]) == ("Warning", "Back-off restarting failed container")
    assert back_off["count"] >= 2


async def test_a_pod_out_of_memory_is_killed(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "oom"))
    await cluster.until(lambda: waiting(cluster) == "CrashLoopBackOff")
    ended = status(cluster)["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


async def test_a_missing_image_is_tried_then_backed_off(cluster: ClusterStandIn) -> None:
    reasons: list[str] = []

    def watch() -> bool:
        if waiting(cluster) not in (*reasons, ""):
            reasons.append(waiting(cluster))
        return "ImagePullBackOff" in reasons

    cluster.apply(m.pod("a", "missing:1"))
    await cluster.until(watch)
    assert reasons == ["ContainerCreating", "ErrImagePull", "ImagePullBackOff"]
    assert status(cluster)["state"]["waiting"]["message"] == 'Back-off pulling image "missing:1"'
    assert pod(cluster)["status"]["phase"] == "Pending"
    assert events(cluster)["Failed"]["message"] == (
        'Failed to pull image "missing:1": rpc error: code = NotFound desc = failed to pull and unpack image "missing:1": not found'
    )
    assert {"Pulling", "BackOff"} <= set(events(cluster))


async def test_a_slow_pod_runs_before_it_is_ready(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "slow"))
    await cluster.until(lambda: pod(cluster)["status"]["phase"] == "Running")
    assert condition(cluster, "Ready") == "False"
    await cluster.until(lambda: condition(cluster, "Ready") == "True")


async def test_an_unready_pod_says_why(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "unready"))
    await cluster.until(lambda: "Unhealthy" in events(cluster))
    assert events(cluster)["Unhealthy"]["message"].startswith("Readiness probe failed: Get ")
    assert (pod(cluster)["status"]["phase"], condition(cluster, "Ready")) == ("Running", "False")


async def test_a_pod_with_a_missing_secret_cannot_be_configured(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "badconfig"))
    await cluster.until(lambda: waiting(cluster) == "CreateContainerConfigError")
    assert status(cluster)["state"]["waiting"]["message"] == 'secret "app-config" not found'
    assert events(cluster)["Failed"]["message"] == 'Error: secret "app-config" not found'


async def test_a_pending_pod_fits_nowhere(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "pending"))
    await cluster.until(lambda: condition(cluster, "PodScheduled") == "False")
    assert "nodeName" not in pod(cluster)["spec"]
    assert events(cluster)["FailedScheduling"]["message"] == "0/3 nodes are available: 3 Insufficient cpu."


@pytest.mark.parametrize(("image", "phase", "code"), [("done", "Succeeded", 0), ("crash", "Failed", 1)])
async def test_a_pod_that_is_not_restarted_ends(cluster: ClusterStandIn, image: str, phase: str, code: int) -> None:
    cluster.apply(m.pod("a", image, restartPolicy="Never"))
    await cluster.until(lambda: pod(cluster)["status"]["phase"] == phase)
    assert status(cluster)["state"]["terminated"]["exitCode"] == code


async def test_each_container_has_its_own_fate(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx", "crash"))
    await cluster.until(lambda: waiting(cluster, "app-1") == "CrashLoopBackOff")
    assert "running" in status(cluster, "app")["state"]
    assert status(cluster, "app")["restartCount"] == 0
    conditions = {c["type"]: c for c in pod(cluster)["status"]["conditions"]}
    assert conditions["Ready"]["message"] == "containers with unready status: [app-1]"


async def test_a_stuck_pod_takes_its_time_to_go(cluster: ClusterStandIn) -> None:
    for name, image in (("a", "stuck"), ("b", "nginx")):
        cluster.apply(m.pod(name, image))
    await cluster.until(lambda: all(p["status"]["phase"] == "Running" for p in cluster.objects("pods", "default")))
    for name in ("a", "b"):
        cluster.delete("pod", name, "default")
    await cluster.until(lambda: cluster.get("pod", "b", "default") is None)
    assert pod(cluster)["metadata"]["deletionTimestamp"]
    await cluster.until(lambda: cluster.get("pod", "a", "default") is None)


async def test_a_pod_of_the_same_name_starts_anew(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "crash"))
    await cluster.until(lambda: status(cluster).get("restartCount") == 1)
    cluster.delete("pod", "a", "default")
    await cluster.until(lambda: cluster.get("pod", "a", "default") is None)
    cluster.apply(m.pod("a", "nginx"))
    await cluster.until(lambda: status(cluster).get("ready") is True)
    assert status(cluster)["restartCount"] == 0
