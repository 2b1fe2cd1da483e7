"""The defaults that the API server fills in, so that a dry-run diff and a template comparison see what the real one shows."""

import base64
from collections.abc import Callable
from typing import Any

from sandbox.cluster import resources as r
from sandbox.cluster.objects import Object, containers_of
from sandbox.cluster.quantity import canonical
from sandbox.cluster.resources import Resource

_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def _fill(target: Object, **values: Any) -> None:
    for name, value in values.items():
        target.setdefault(name, value)


def _container(container: Object) -> None:
    image = str(container.get("image", ""))
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    floating = "@" not in image and tag in ("", "latest")
    _fill(
        container,
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy="Always" if floating else "IfNotPresent",
    )
    for port in container.get("ports") or ():
        _fill(port, protocol="TCP")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if isinstance(container.get(probe), dict):
            container[probe] = _PROBE | container[probe]
            if isinstance(action := container[probe].get("httpGet"), dict):
                container[probe]["httpGet"] = {"path": "/", "scheme": "HTTP"} | action
    for field in ("limits", "requests"):
        if quantities := container["resources"].get(field):
            container["resources"][field] = {name: canonical(quantity) for name, quantity in quantities.items()}


def _volume(volume: Any) -> Any:
    for source in ("configMap", "secret", "projected", "downwardAPI"):
        if isinstance(volume, dict) and isinstance(volume.get(source), dict):
            return {**volume, source: {"defaultMode": 420} | volume[source]}
    return volume


def pod_spec_defaults(spec: Object) -> None:
    _fill(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    for container in containers_of(spec):
        _container(container)
    if spec.get("volumes"):
        spec["volumes"] = [_volume(volume) for volume in spec["volumes"]]


def _template(spec: Object) -> None:
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    pod_spec_defaults(template.setdefault("spec", {}))


_EVICTION = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for key in ("not-ready", "unreachable")
]


def _qos_class(spec: Object) -> str:
    """https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/"""
    asked = [container.get("resources") or {} for container in spec["containers"]]
    if not any(resources.get("limits") or resources.get("requests") for resources in asked):
        return "BestEffort"
    guaranteed = all(
        set(resources.get("limits") or ()) >= {"cpu", "memory"}
        and resources.get("requests", resources["limits"]) == resources["limits"]
        for resources in asked
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _pod(pod: Object) -> None:
    spec = pod.setdefault("spec", {})
    pod_spec_defaults(spec)
    _fill(spec, priority=0, enableServiceLinks=True, preemptionPolicy="PreemptLowerPriority")
    tolerations = spec.get("tolerations") or []
    known = {toleration.get("key") for toleration in tolerations if toleration.get("effect") in (None, "NoExecute")}
    spec["tolerations"] = [*tolerations, *(dict(item) for item in _EVICTION if item["key"] not in known)]
    for field in ("initContainers", "containers"):
        if spec.get(field):
            spec[field] = [_with_requests(container) for container in spec[field]]


def _with_requests(container: Object) -> Object:
    """Limits stand in for missing requests. The container may be the template's own: it is not changed."""
    resources = container["resources"]
    if not resources.get("limits"):
        return container
    requests = {**resources["limits"], **(resources.get("requests") or {})}
    return {**container, "resources": {**resources, "requests": requests}}


def new_pod_status(pod: Object) -> Object:
    """What the registry gives a new pod: clients cannot set it."""
    return {"phase": "Pending", "qosClass": _qos_class(pod["spec"])}


def _deployment(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _template(spec)
    _fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = spec.setdefault("strategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), maxUnavailable="25%", maxSurge="25%")


def _replica_set(obj: Object) -> None:
    _template(obj.setdefault("spec", {}))
    _fill(obj["spec"], replicas=1)


def _stateful_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _template(spec)
    _fill(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    strategy = spec.setdefault("updateStrategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), partition=0)


def _daemon_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _template(spec)
    _fill(spec, revisionHistoryLimit=10)
    strategy = spec.setdefault("updateStrategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), maxUnavailable=1, maxSurge=0)


def _job(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _template(spec)
    _fill(spec, backoffLimit=6, completionMode="NonIndexed", suspend=False, podReplacementPolicy="TerminatingOrFailed")
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    _fill(spec, parallelism=1)


def _cron_job(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _template(spec.setdefault("jobTemplate", {}).setdefault("spec", {}))
    _fill(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)


def _service(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _fill(spec, type="ClusterIP", sessionAffinity="None", internalTrafficPolicy="Cluster")
    _fill(spec, ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    for port in spec.get("ports") or ():
        _fill(port, protocol="TCP", targetPort=port.get("port"))
    obj.setdefault("status", {"loadBalancer": {}})


def _secret(obj: Object) -> None:
    _fill(obj, type="Opaque")
    plain = obj.pop("stringData", None)
    if plain:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
        obj["data"] = {**(obj.get("data") or {}), **encoded}


def _namespace(obj: Object) -> None:
    obj.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    obj["metadata"]["labels"] = {
        **(obj["metadata"].get("labels") or {}),
        "kubernetes.io/metadata.name": obj["metadata"].get("name", ""),
    }
    obj.setdefault("status", {}).setdefault("phase", "Active")


def _node(obj: Object) -> None:
    obj.setdefault("spec", {})
    status = obj.setdefault("status", {})
    for field in ("capacity", "allocatable"):
        if isinstance(status.get(field), dict):
            status[field] = {name: canonical(quantity) for name, quantity in status[field].items()}


def _claim(obj: Object) -> None:
    _fill(obj.setdefault("spec", {}), volumeMode="Filesystem")
    obj.setdefault("status", {}).setdefault("phase", "Pending")


def _autoscaler(obj: Object) -> None:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    _fill(obj.setdefault("spec", {}), minReplicas=1, metrics=[{"type": "Resource", "resource": cpu}])


_DEFAULTS: dict[Resource, Callable[[Object], None]] = {
    r.PODS: _pod,
    r.DEPLOYMENTS: _deployment,
    r.REPLICA_SETS: _replica_set,
    r.STATEFUL_SETS: _stateful_set,
    r.DAEMON_SETS: _daemon_set,
    r.JOBS: _job,
    r.CRON_JOBS: _cron_job,
    r.SERVICES: _service,
    r.SECRETS: _secret,
    r.NAMESPACES: _namespace,
    r.NODES: _node,
    r.CLAIMS: _claim,
    r.AUTOSCALERS: _autoscaler,
}


def fill_defaults(resource: Resource, obj: Object) -> None:
    """In place: `obj` was just decoded and belongs to the caller."""
    if fill := _DEFAULTS.get(resource):
        fill(obj)
