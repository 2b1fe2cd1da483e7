"""What the server gives a new object: identity, initial status, allocated fields."""

import random
import uuid
from typing import Any

from sandbox.cluster import resources as r
from sandbox.cluster.defaults import fill_defaults, new_pod_status
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import Resource

SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' own alphabet for generated names: no vowels, no look-alikes (apimachinery util/rand)."""

_INITIAL_STATUS: dict[Resource, Object] = {
    r.DEPLOYMENTS: {},
    r.REPLICA_SETS: {"replicas": 0},
    r.STATEFUL_SETS: {"replicas": 0, "availableReplicas": 0},
    r.DAEMON_SETS: {
        "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0,
    },
    r.JOBS: {},
    r.CRON_JOBS: {},
    r.INGRESSES: {"loadBalancer": {}},
    r.SERVICES: {"loadBalancer": {}},
    r.QUOTAS: {},
    r.DISRUPTION_BUDGETS: {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0},
    r.AUTOSCALERS: {"desiredReplicas": 0, "currentMetrics": None},
    r.CLAIMS: {"phase": "Pending"},
    r.VOLUMES: {"phase": "Available"},
    r.NAMESPACES: {"phase": "Active"},
}  # fmt: skip


def random_suffix(length: int = 5) -> str:
    return "".join(random.choices(SUFFIX_ALPHABET, k=length))


def new_object(resource: Resource, namespace: str, body: Object, now: str) -> Object:
    """The object as it will be stored, less its resourceVersion. `body` was decoded for this call."""
    given = body["metadata"]
    metadata: dict[str, Any] = {}
    if given.get("name"):
        metadata["name"] = given["name"]
    if given.get("generateName"):
        metadata.setdefault("name", given["generateName"] + random_suffix())
        metadata["generateName"] = given["generateName"]
    if resource.namespaced:
        metadata["namespace"] = namespace
    metadata["uid"] = str(uuid.uuid4())
    if resource.generation:
        metadata["generation"] = 1
    metadata["creationTimestamp"] = now
    for field in ("labels", "annotations", "ownerReferences", "finalizers"):
        if given.get(field):
            metadata[field] = given[field]
    obj = {**body, "metadata": metadata}
    if resource in _INITIAL_STATUS:
        obj["status"] = dict(_INITIAL_STATUS[resource])
    fill_defaults(resource, obj)
    _allocate(resource, obj)
    return obj


def _allocate(resource: Resource, obj: Object) -> None:
    metadata, spec = obj["metadata"], obj.get("spec") or {}
    if resource is r.PODS:
        obj["status"] = new_pod_status(obj)
    elif resource is r.SERVICES and spec.get("type") != "ExternalName":
        spec.setdefault("clusterIP", f"10.96.{random.randrange(1, 255)}.{random.randrange(1, 255)}")
        spec.setdefault("clusterIPs", [spec["clusterIP"]])
    elif resource is r.CLAIMS:
        metadata["finalizers"] = [*metadata.get("finalizers", ()), "kubernetes.io/pvc-protection"]
    elif resource is r.DAEMON_SETS:
        metadata["annotations"] = {
            **metadata.get("annotations", {}),
            "deprecated.daemonset.template.generation": "1",
        }
    elif resource is r.JOBS and not spec.get("manualSelector"):
        _select_by_uid(metadata, spec)


def _select_by_uid(metadata: Object, spec: Object) -> None:
    uid, name = metadata["uid"], metadata.get("name", "")
    prefix = "batch.kubernetes.io/"
    labels = {f"{prefix}controller-uid": uid, f"{prefix}job-name": name, "controller-uid": uid, "job-name": name}
    template = spec["template"]["metadata"]
    template["labels"] = {**template.get("labels", {}), **labels}
    metadata["labels"] = {**labels, **metadata.get("labels", {})}
    spec["selector"] = {"matchLabels": {f"{prefix}controller-uid": uid}}
