"""Horizontal autoscalers of a cluster without metrics: what the real controller says there, and no scaling."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.history import Change
from sandbox.cluster.objects import Object, name_of, namespace_of, status_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Key

_ABLE = ("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale")
_UNMEASURED = (
    "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics "
    "API: the server could not find the requested resource (get pods.metrics.k8s.io)"
)
_SCALED: dict[str, Resource] = {each.kind: each for each in (r.DEPLOYMENTS, r.STATEFUL_SETS, r.REPLICA_SETS)}


class Autoscalers(ControlLoop[Key]):
    """A status that was set from outside (a seed's) stands: nothing here measures anything."""

    component = "horizontal-pod-autoscaler"

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.AUTOSCALERS and change.type != "DELETED":
            yield Key(r.AUTOSCALERS, namespace_of(change.object), name_of(change.object))

    def sync(self, key: Key) -> float | None:
        autoscaler = self.store.at(key)
        if autoscaler is None or status_of(autoscaler).get("conditions"):
            return None
        wanted = autoscaler["spec"].get("scaleTargetRef") or {}
        resource = _SCALED.get(wanted.get("kind", ""))
        scaled = self.store.get(resource, key.namespace, wanted.get("name", "")) if resource else None
        now = self.clock.stamp()
        if scaled is None:
            missing = f'{resource.qualified if resource else wanted.get("kind")} "{wanted.get("name")}" not found'
            why = f"the HPA controller was unable to get the target's current scale: {missing}"
            self._write(key, autoscaler, {}, [_condition("AbleToScale", "False", "FailedGetScale", why, now)])
            self.recorder.event(r.AUTOSCALERS, autoscaler, "Warning", "FailedGetScale", missing)
            return None
        replicas = scaled["spec"].get("replicas", 1)
        reason, why = _unmeasured(autoscaler)
        failed = f"the HPA was unable to compute the replica count: {why}"
        active = _condition("ScalingActive", "False", reason, failed, now)
        self._write(key, autoscaler, {"currentReplicas": replicas}, [_condition(*_ABLE, now), active])
        self.recorder.event(r.AUTOSCALERS, autoscaler, "Warning", reason, why)
        return None

    def _write(self, key: Key, autoscaler: Object, counts: Object, conditions: list[Object]) -> None:
        status = {**status_of(autoscaler), **counts, "conditions": conditions}
        self.registry.update(key, lambda obj: {**obj, "status": status}, self.writer, subresource="status")


def _unmeasured(autoscaler: Object) -> tuple[str, str]:
    """(reason, words) for its first metric."""
    metric: Object = next(iter(autoscaler["spec"].get("metrics") or ()), {})
    if metric.get("type") != "External":
        return "FailedGetResourceMetric", _UNMEASURED
    name = metric["external"]["metric"]["name"]
    missing = f"the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
    why = f"unable to get external metric {namespace_of(autoscaler)}/{name}/nil: unable to fetch metrics from external metrics"
    return "FailedGetExternalMetric", f"{why} API: {missing}"


def _condition(kind: str, status: str, reason: str, message: str, now: str) -> Object:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": now}
