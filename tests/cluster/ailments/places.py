"""Pods that find no place, or a bad one."""

from executor.kinds import kind_named
from executor.operations import Target
from tests.cluster.ailments.ailment import NotHere, ailment, at, containers, deployment, node, told_pod
from tests.cluster.ailments.starts import running
from tests.cluster.bench import Bench, pod_spec, workload

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_HOST = "kubernetes.io/hostname"


async def lone(bench: Bench, **spec: object) -> Target:
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(**spec)})
    return at(bench, "Pod", "lone")


@ailment("no_room", "spec.containers[app].resources.requests.cpu: 640", "Insufficient cpu")
async def a_pod_too_large_for_any_node(bench: Bench) -> Target:
    return await deployment(bench, resources={"requests": {"cpu": "640"}})


@ailment("node_selector", "spec.nodeSelector: disk=ssd", "node affinity")
async def a_label_that_no_node_has(bench: Bench) -> Target:
    return await lone(bench, nodeSelector={"disk": "ssd"})


@ailment("node_selector", "spec.affinity.nodeAffinity: zone In ['mars']")
async def an_affinity_for_no_node(bench: Bench) -> Target:
    term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["mars"]}]}
    return await lone(bench, affinity={"nodeAffinity": {_REQUIRED: {"nodeSelectorTerms": [term]}}})


@ailment("taint", "spec.taints: dedicated=gpu:NoSchedule", "dedicated: gpu")
async def a_taint(bench: Bench) -> Target:
    taints = [{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}]
    own = await node(bench, "gpu", (("Ready", "True", "fine"),), taints=taints)
    return await lone(bench, nodeSelector={"pool": own})


@ailment("cordoned", "spec.unschedulable: true", "node(s) were unschedulable")
async def a_cordon(bench: Bench) -> Target:
    own = await node(bench, "closed", (("Ready", "True", "fine"),), unschedulable=True)
    return await lone(bench, nodeSelector={"pool": own})


@ailment("spread", f"spec.affinity.podAntiAffinity: topologyKey {_HOST}", "anti-affinity")
async def more_pods_than_nodes_that_keep_apart(bench: Bench) -> Target:
    rule = {"topologyKey": _HOST, "labelSelector": {"matchLabels": {"app": "web"}}}
    nodes = (await bench.reader.list(kind_named("Node"))).items
    body = workload("Deployment", "web", replicas=len(nodes) + 1)
    body["spec"]["template"]["spec"]["affinity"] = {"podAntiAffinity": {_REQUIRED: [rule]}}
    await bench.create("Deployment", body)
    return at(bench, "Deployment")


@ailment("spread", "spec.topologySpreadConstraints: zone, maxSkew 1", "topology spread constraints")
async def a_spread_over_zones_that_are_not_there(bench: Bench) -> Target:
    rule = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}
    return await lone(bench, topologySpreadConstraints=[rule])


@ailment("host_port", "spec.containers[app].ports.hostPort: 38080", "free ports")
async def a_port_that_is_taken(bench: Bench) -> Target:
    nodes = (await bench.reader.list(kind_named("Node"))).items
    place = {_HOST: next(each["metadata"]["labels"][_HOST] for each in nodes if not each["spec"].get("taints"))}
    ports = [{"containerPort": 80, "hostPort": 38080}]
    spec = containers(pod_spec(nodeSelector=place), ports=ports)
    await bench.create("Pod", {"metadata": {"name": "first"}, "spec": spec})
    await bench.until("Pod", "first", lambda raw: bool(raw["spec"].get("nodeName")))
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": spec})
    return at(bench, "Pod", "lone")


@ailment("gated", "spec.schedulingGates: example.com/paid")
async def a_gate(bench: Bench) -> Target:
    target = await lone(bench, schedulingGates=[{"name": "example.com/paid"}])
    if not (await bench.get("Pod", "lone"))["spec"].get("schedulingGates"):
        raise NotHere("its API is older than scheduling gates")
    return target


@ailment(
    "unschedulable", "status.conditions[PodScheduled]: 0/3 nodes are available: 3 node(s) exceed max volume count."
)
async def a_reason_that_no_rule_knows(bench: Bench) -> Target:
    message = "0/3 nodes are available: 3 node(s) exceed max volume count."
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return await told_pod(bench, {"phase": "Pending", "conditions": [scheduled]}, node=None)


@ailment("no_nodes", "spec.template.spec.nodeSelector: disk=ssd")
async def a_daemon_for_no_node(bench: Bench) -> Target:
    body = workload("DaemonSet", "web")
    body["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "ssd"}
    await bench.create("DaemonSet", body)
    return at(bench, "DaemonSet")


@ailment("node", "Ready=False Told: container runtime is down")
async def a_node_that_is_not_ready(bench: Bench) -> Target:
    own = await node(bench, "lost", (("Ready", "False", "container runtime is down"),))
    return await told_pod(bench, running(), node=own)


@ailment("node_pressure", "DiskPressure=True Told: image filesystem is full")
async def a_node_under_pressure(bench: Bench) -> Target:
    conditions = (("Ready", "True", "fine"), ("DiskPressure", "True", "image filesystem is full"))
    own = await node(bench, "full", conditions)
    return await told_pod(bench, running(), node=own)


@ailment("node_cordoned", "spec.unschedulable: true")
async def a_node_that_is_cordoned(bench: Bench) -> Target:
    own = await node(bench, "closed", (("Ready", "True", "fine"),), unschedulable=True)
    return Target(kind="Node", name=own)


@ailment("evicted", "The node was low on resource: ephemeral-storage")
async def an_eviction(bench: Bench) -> Target:
    message = (
        "The node was low on resource: ephemeral-storage. Container app was using 9Gi, which exceeds its request of 0."
    )
    return await told_pod(bench, {"phase": "Failed", "reason": "Evicted", "message": message})
