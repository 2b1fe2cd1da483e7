"""Events, with the counting and folding of client-go's recorder."""

import random

from sandbox.cluster import resources as r
from sandbox.cluster.clock import MICROSECOND_STAMP, Clock
from sandbox.cluster.failures import Failure
from sandbox.cluster.objects import Object, name_of, namespace_of, uid_of
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Key

_SIMILAR = 10
"""More different messages than this for one reason are folded into one event (client-go record/events_cache.go)."""
_MANAGERS = {"kubelet": "kubelet", "default-scheduler": "kube-scheduler"}


class Recorder:
    """Writes the events of one component; the same event again raises its count."""

    def __init__(self, registry: Registry, clock: Clock, component: str) -> None:
        self._registry = registry
        self._clock = clock
        self._component = component
        self._writer = Writer(_MANAGERS.get(component, "kube-controller-manager"))
        self._seen: dict[tuple[str, ...], str] = {}
        self._messages: dict[tuple[str, str], set[str]] = {}

    def event(
        self,
        resource: Resource,
        obj: Object,
        kind: str,
        reason: str,
        message: str,
        *,
        container: str = "",
        host: str = "",
    ) -> None:
        """`kind` is Normal or Warning. Nothing is written where the namespace takes no more (it is being deleted)."""
        uid = uid_of(obj)
        messages = self._messages.setdefault((uid, reason), set())
        messages.add(message)
        folded = len(messages) > _SIMILAR
        text = f"(combined from similar events): {message}" if folded else message
        identity = (uid, kind, reason, container, "" if folded else message)
        namespace = namespace_of(obj) or "default"
        try:
            if (name := self._seen.get(identity)) and self._again(Key(r.EVENTS, namespace, name), text):
                return
            body = self._body(resource, obj, kind, reason, text, container, host)
            created = self._registry.create(r.EVENTS, namespace, body, self._writer)
        except Failure as failure:
            if failure.code not in (403, 404):
                raise
        else:
            self._seen[identity] = name_of(created)

    def _again(self, key: Key, message: str) -> bool:
        now = self._clock.stamp()
        if self._registry.store.at(key) is None:
            return False
        self._registry.update(
            key,
            lambda event: {**event, "count": event["count"] + 1, "lastTimestamp": now, "message": message},
            self._writer,
        )
        return True

    def _body(
        self, resource: Resource, obj: Object, kind: str, reason: str, message: str, container: str, host: str
    ) -> Object:
        now = self._clock.stamp()
        source = {"component": self._component, "host": host} if host else {"component": self._component}
        return {
            "metadata": {"name": f"{name_of(obj)}.{random.getrandbits(64):016x}"},
            "involvedObject": involved(resource, obj, container),
            "reason": reason,
            "message": message,
            "source": source,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": kind,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": host,
        }

    def scheduling_event(self, pod: Object, kind: str, reason: str, message: str, action: str) -> None:
        """The scheduler speaks events.k8s.io: an eventTime, no timestamps, no count, no source."""
        body = {
            "metadata": {"name": f"{name_of(pod)}.{random.getrandbits(64):016x}"},
            "involvedObject": involved(r.PODS, pod, ""),
            "reason": reason,
            "message": message,
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": kind,
            "eventTime": self._clock.now().strftime(MICROSECOND_STAMP),
            "action": action,
            "reportingComponent": self._component,
            "reportingInstance": f"{self._component}-stand-in",
        }
        try:
            self._registry.create(r.EVENTS, namespace_of(pod), body, self._writer)
        except Failure as failure:
            if failure.code not in (403, 404):
                raise


def involved(resource: Resource, obj: Object, container: str) -> Object:
    reference = {
        "kind": resource.kind,
        "namespace": namespace_of(obj),
        "name": name_of(obj),
        "uid": uid_of(obj),
        "apiVersion": resource.api_version,
        "resourceVersion": obj["metadata"]["resourceVersion"],
    }
    if container:
        reference["fieldPath"] = f"spec.containers{{{container}}}"
    return {name: value for name, value in reference.items() if value}
