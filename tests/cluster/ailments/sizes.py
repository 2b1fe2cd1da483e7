"""How many pods there are: none on purpose, autoscalers that cannot tell; and a rollout that broke them."""

from executor.kinds import kind_named
from executor.operations import Target, canonical
from tests.cluster.ailments.ailment import ailment, at, autoscaler, deployment, ready, said
from tests.cluster.bench import IMAGE, Bench, Raw, workload

_UNMEASURED = "the cluster that tests are given measures nothing, so its autoscaler never gets as far"
_OLD_METRICS = "autoscaling.alpha.kubernetes.io/metrics"
"""Where autoscaling/v1 keeps all but the CPU."""


@ailment("zero_replicas", "spec.replicas: 0")
async def no_replicas(bench: Bench) -> Target:
    await bench.create("Deployment", workload("Deployment", "web", replicas=0))
    return at(bench, "Deployment")


@ailment("paused", "spec.paused: true")
async def a_paused_deployment(bench: Bench) -> Target:
    target = await ready(bench)
    await bench.meddle("Deployment", "web", {"spec": {"paused": True}})
    return target


@ailment("paused", "spec.paused: true", "status.replicas: 0 / spec.replicas: 1", also=("no_pods",))
async def a_deployment_that_was_paused_before_its_first_pod(bench: Bench) -> Target:
    await bench.create("Deployment", workload("Deployment", "web", replicas=1, paused=True))
    return at(bench, "Deployment")


@ailment("hpa_no_server", "ScalingActive=False FailedGetResourceMetric", "apiservice v1beta1.metrics.k8s.io: not found")
async def an_autoscaler_without_metrics(bench: Bench) -> Target:
    target = await ready(bench)
    await autoscaler(bench)
    return target


@ailment("hpa_no_metrics", "ScalingActive=False FailedGetExternalMetric", "external metrics API")
async def an_autoscaler_of_a_metric_that_nobody_has(bench: Bench) -> Target:
    target = await ready(bench)
    old = {"type": "External", "external": {"metricName": "queue_length", "targetAverageValue": "10"}}
    new = {"metric": {"name": "queue_length"}, "target": {"type": "AverageValue", "averageValue": "10"}}
    if await bench.reader._discovery.version(kind_named("HorizontalPodAutoscaler")) == "v1":
        await autoscaler(bench, annotations={_OLD_METRICS: f"[{canonical(old)}]"})
    else:
        await autoscaler(bench, metrics=[{"type": "External", "external": new}])
    return target


@ailment("hpa_target", "spec.scaleTargetRef: Deployment/wbe", "AbleToScale=False FailedGetScale")
async def an_autoscaler_of_nothing(bench: Bench) -> Target:
    return await autoscaler(bench, to="wbe")


@ailment("hpa_two", "horizontalpodautoscaler one spec.scaleTargetRef: Deployment/web", "two")
async def two_autoscalers(bench: Bench) -> Target:
    target = await ready(bench)
    await autoscaler(bench, "one")
    await autoscaler(bench, "two")
    return target


@ailment("hpa_no_request", "missing request for cpu", feigned=_UNMEASURED)
async def an_autoscaler_of_pods_that_request_nothing(bench: Bench) -> Target:
    target = await ready(bench)
    message = "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu"
    await told_autoscaler(bench, 1, condition("ScalingActive", "False", "FailedGetResourceMetric", message))
    return target


@ailment(
    "hpa_at_max",
    "horizontalpodautoscaler web spec.maxReplicas: 5",
    "ScalingLimited=True TooManyReplicas",
    feigned=_UNMEASURED,
)
async def an_autoscaler_at_its_maximum(bench: Bench) -> Target:
    target = await ready(bench)
    message = "the desired replica count is more than the maximum replica count"
    await told_autoscaler(bench, 5, condition("ScalingLimited", "True", "TooManyReplicas", message))
    return target


@ailment("hpa_no_server", "horizontalpodautoscaler web sizes: 4 → 2 → 4 → 2", also=("hpa_fighting",))
async def an_autoscaler_to_and_fro(bench: Bench) -> Target:
    """Seen from the workload."""
    target = await ready(bench)
    own = await autoscaler(bench)
    for turn, size in enumerate((4, 2, 4, 2)):
        message = f"New size: {size}; reason: cpu resource utilization (percentage of request)"
        await said(bench, own, "SuccessfulRescale", message, kind="Normal", turn=turn)
    return target


async def told_autoscaler(bench: Bench, replicas: int, told: Raw) -> None:
    """With the status that its controller would have written, had it metrics."""
    await autoscaler(bench)
    await bench.until("HorizontalPodAutoscaler", "web", lambda raw: "conditions" in raw.get("status", {}))
    able = condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size")
    status = {"currentReplicas": replicas, "desiredReplicas": replicas, "conditions": [able, told]}
    await bench.meddle("HorizontalPodAutoscaler", "web", {"status": status}, subresource="status")


def condition(kind: str, status: str, reason: str, message: str) -> Raw:
    return {"type": kind, "status": status, "reason": reason, "message": message}


@ailment("image_missing", f"spec.containers[app].image: {IMAGE} → missing:1", also=("rollout",))
async def a_rollout(bench: Bench) -> Target:
    target = await ready(bench)
    change = {"name": "app", "image": "missing:1"}
    await bench.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [change]}}}})
    return target


@ailment("no_room", "resources.requests.cpu: - → 640", also=("rollout",))
async def a_rollout_that_asks_for_too_much(bench: Bench) -> Target:
    target = await ready(bench)
    live = await bench.get("Deployment", "web")
    change = {**live["spec"]["template"]["spec"]["containers"][0], "resources": {"requests": {"cpu": "640"}}}
    await bench.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [change]}}}})
    return target


@ailment("namespace", "deployment/db: 0/1 ready", "deployment/web: 0/1 ready", also=("image_missing",))
async def several_at_once(bench: Bench) -> Target:
    await deployment(bench, "missing:1", "db")
    await deployment(bench, "crash:1")
    return Target(kind="Namespace", name=bench.namespace)
