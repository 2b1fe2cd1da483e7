"""Pods that find no place, or a bad one."""

from executor.operations import Target
from tests.cluster.ailments.ailment import ailment, at, container, deployment, node, told_pod
from tests.cluster.bench import Bench, Raw, pod_spec


@ailment("no_room", "spec.containers[app].resources.requests.cpu: 640", "Insufficient cpu")
async def a_pod_too_large_for_any_node(bench: Bench) -> Target:
    return await deployment(bench, resources={"requests": {"cpu": "640"}})


@ailment("node_selector", "spec.nodeSelector: disk=ssd", "node affinity")
async def a_label_that_no_node_has(bench: Bench) -> Target:
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(nodeSelector={"disk": "ssd"})})
    return at(bench, "Pod", "lone")


@ailment("node_selector", "spec.affinity.nodeAffinity: zone In ['mars']")
async def an_affinity_for_no_node(bench: Bench) -> Target:
    term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["mars"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    spec = pod_spec(affinity={"nodeAffinity": required})
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": spec})
    return at(bench, "Pod", "lone")


@ailment("taint", "spec.taints: dedicated=gpu:NoSchedule", "dedicated: gpu")
async def a_taint(bench: Bench) -> Target:
    taints = [{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}]
    own = await node(bench, "gpu", (("Ready", "True", "fine"),), taints=taints)
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(nodeSelector={"pool": own})})
    return at(bench, "Pod", "lone")


@ailment("node", "Ready=False Told: container runtime is down")
async def a_node_that_is_not_ready(bench: Bench) -> Target:
    own = await node(bench, "lost", (("Ready", "False", "container runtime is down"),))
    return await told_pod(bench, running_unready(), node=own)


@ailment("node_pressure", "DiskPressure=True Told: image filesystem is full")
async def a_node_under_pressure(bench: Bench) -> Target:
    conditions = (("Ready", "True", "fine"), ("DiskPressure", "True", "image filesystem is full"))
    own = await node(bench, "full", conditions)
    return await told_pod(bench, running_unready(), node=own)


def running_unready() -> Raw:
    unready = [{"type": "Ready", "status": "False"}]
    state = {"running": {"startedAt": "2026-01-02T03:04:05Z"}}
    return {"phase": "Running", "conditions": unready, "containerStatuses": [container(state)]}


async def claim(bench: Bench, storage_class: str, mode: str, size: str = "1Gi") -> Target:
    spec = {
        "accessModes": [mode],
        "resources": {"requests": {"storage": size}},
        "storageClassName": storage_class,
    }
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "data"}, "spec": spec})
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(volumes=volumes)})
    return at(bench, "Pod", "lone")


async def volume(bench: Bench, size: str = "1Gi") -> None:
    own = f"disk-{bench.namespace}"
    spec = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": bench.namespace,
        "hostPath": {"path": "/nowhere"},
    }
    await bench.create("PersistentVolume", {"metadata": {"name": own}, "spec": spec})
    bench.leaves("PersistentVolume", own)
    await bench.until("PersistentVolume", own, lambda raw: raw.get("status", {}).get("phase") == "Available")


@ailment("claim_no_class", "persistentvolumeclaim data spec.storageClassName: none")
async def a_storage_class_that_is_not_there(bench: Bench) -> Target:
    return await claim(bench, "none", "ReadWriteOnce")


@ailment("claim_mode", "spec.accessModes: ReadWriteMany", "accessModes: ReadWriteOnce")
async def a_volume_that_cannot_be_shared(bench: Bench) -> Target:
    await volume(bench)
    return await claim(bench, bench.namespace, "ReadWriteMany")


@ailment("claim_size", "spec.resources.requests.storage: 5Gi", "spec.capacity.storage: 1Gi")
async def a_volume_that_is_too_small(bench: Bench) -> Target:
    await volume(bench)
    return await claim(bench, bench.namespace, "ReadWriteOnce", "5Gi")


@ailment("claim_missing", "claimName: data")
async def a_claim_that_is_not_there(bench: Bench) -> Target:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(volumes=volumes)})
    return at(bench, "Pod", "lone")
