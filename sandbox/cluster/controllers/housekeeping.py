"""The small loops: namespaces, quotas, endpoints."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.pods import is_active, is_ready
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    is_terminating,
    labels_of,
    name_of,
    namespace_of,
    status_of,
    uid_of,
)
from sandbox.cluster.quota import resource_counted, usage
from sandbox.cluster.registry import Registry
from sandbox.cluster.resources import RESOURCES
from sandbox.cluster.store import Key

_SHORTEST_ENDING = 2.0
"""Cluster seconds for which a deleted namespace is seen Terminating, however little is in it."""


class Namespaces(ControlLoop[str]):
    """Keys are names. A new namespace gets what every one has; a deleted one is emptied, then goes."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._ending: dict[str, float] = {}

    def concerns(self, change: Change) -> Iterable[str]:
        if change.resource is r.NAMESPACES:
            if change.type != "DELETED":
                yield name_of(change.object)
        elif change.type == "DELETED" and change.resource.namespaced:
            home = self.store.get(r.NAMESPACES, "", namespace_of(change.object))
            if home is not None and is_terminating(home):
                yield name_of(home)

    def sync(self, key: str) -> float | None:
        namespace = self.store.get(r.NAMESPACES, "", key)
        if namespace is None:
            return None
        if not is_terminating(namespace):
            self._furnish(key)
            return None
        wait = (
            self._ending.setdefault(uid_of(namespace), self.clock.seconds()) + _SHORTEST_ENDING - self.clock.seconds()
        )
        if self._empty(key):
            if wait > 0:
                return wait
            emptied = Key(r.NAMESPACES, "", key)
            self.registry.update(emptied, lambda obj: {**obj, "spec": {**obj["spec"], "finalizers": []}}, self.writer)
            del self._ending[uid_of(namespace)]
        return None

    def _empty(self, key: str) -> bool:
        """Delete what is in the namespace; whether nothing is left."""
        left = 0
        for resource in RESOURCES:
            if not resource.namespaced:
                continue
            for name in list(self.store.names(resource, key)):
                obj = self.store.get(resource, key, name)
                if obj is not None and not is_terminating(obj):
                    self.registry.delete(Key(resource, key, name), DeleteOptions(policy="Background"))
            left += self.store.count(resource, key)
        return not left

    def _furnish(self, namespace: str) -> None:
        certificate = {"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}
        for resource, body in ((r.SERVICE_ACCOUNTS, {"metadata": {"name": "default"}}), (r.CONFIG_MAPS, certificate)):
            if self.store.get(resource, namespace, body["metadata"]["name"]) is None:
                self.registry.create(resource, namespace, body, self.writer)


class Quotas(ControlLoop[Key]):
    """`status.used` follows what there is."""

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        namespace = namespace_of(obj)
        if change.resource is r.QUOTAS:
            if change.type != "DELETED":
                yield Key(r.QUOTAS, namespace, name_of(obj))
        elif namespace and self.store.count(r.QUOTAS, namespace):
            for quota in self.store.objects(r.QUOTAS, namespace):
                if any(resource_counted(name) is change.resource for name in quota["spec"].get("hard") or ()):
                    yield Key(r.QUOTAS, namespace, name_of(quota))

    def sync(self, key: Key) -> float | None:
        quota = self.store.at(key)
        if quota is None:
            return None
        used = {name: str(count) for name, _resource, count, _limit in usage(self.store, quota)}
        status = {"hard": quota["spec"].get("hard") or {}, "used": used}
        if status != status_of(quota):
            self.registry.update(key, lambda obj: {**obj, "status": status}, self.writer, subresource="status")
        return None


class EndpointsLoop(ControlLoop[Key]):
    """Keys are services. Their Endpoints list the pods that the selector finds, ready ones apart from the others."""

    component = "endpoint-controller"

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.SERVICES:
            yield Key(r.SERVICES, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS:
            for service in self.store.objects(r.SERVICES, namespace_of(obj)):
                selector: dict[str, str] = service["spec"].get("selector") or {}
                if selector and selector.items() <= labels_of(obj).items():
                    yield Key(r.SERVICES, namespace_of(obj), name_of(service))

    def sync(self, key: Key) -> float | None:
        service, target = self.store.at(key), Key(r.ENDPOINTS, key.namespace, key.name)
        if service is None:
            if self.store.at(target) is not None:
                self.registry.delete(target, DeleteOptions())
            return None
        selector: dict[str, str] = service["spec"].get("selector") or {}
        if not selector or is_terminating(service):
            return None
        pods = [
            pod
            for pod in self.store.objects(r.PODS, key.namespace)
            if selector.items() <= labels_of(pod).items() and is_active(pod) and status_of(pod).get("podIP")
        ]
        subsets = _subsets(service, sorted(pods, key=name_of))
        known = self.store.at(target)
        if known is None:
            body = {"metadata": {"name": key.name}, "subsets": subsets}
            self.registry.create(r.ENDPOINTS, key.namespace, body, self.writer)
        elif known.get("subsets") != subsets:
            self.registry.update(target, lambda obj: {**obj, "subsets": subsets}, self.writer)
        return None


def _subsets(service: Object, pods: list[Object]) -> list[Object]:
    if not pods:
        return []
    ports = [
        {
            "port": port["targetPort"] if isinstance(port["targetPort"], int) else port["port"],
            "protocol": port["protocol"],
        }
        for port in service["spec"].get("ports") or ()
    ]
    subset: Object = {"ports": ports}
    for field, ready in (("addresses", True), ("notReadyAddresses", False)):
        if chosen := [_address(pod) for pod in pods if is_ready(pod) is ready]:
            subset[field] = chosen
    return [subset]


def _address(pod: Object) -> Object:
    reference = {"kind": "Pod", "namespace": namespace_of(pod), "name": name_of(pod), "uid": uid_of(pod)}
    return {"ip": status_of(pod)["podIP"], "nodeName": pod["spec"]["nodeName"], "targetRef": reference}
