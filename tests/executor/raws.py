"""Raw objects as an API server sends them, as short to write as a test needs."""

from typing import Any

Raw = dict[str, Any]

AT = "2026-01-02T03:04:05Z"
"""When the change under test was made."""
BEFORE = "2026-01-02T03:00:00Z"
AFTER = "2026-01-02T03:04:15Z"


def template(app: str, image: str, labels: dict[str, str] | None = None) -> Raw:
    return {
        "metadata": {"labels": {"app": app, **(labels or {})}},
        "spec": {"containers": [{"name": "app", "image": image}]},
    }


def deployment(
    replicas: int = 3,
    *,
    generation: int = 2,
    observed: int = 2,
    updated: int | None = None,
    total: int | None = None,
    available: int | None = None,
    ready: int | None = None,
    conditions: list[Raw] | None = None,
    name: str = "web",
    image: str = "nginx:1",
    **spec: Any,
) -> Raw:
    def all_of(count: int | None) -> int:
        return replicas if count is None else count

    return {
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "generation": generation,
            "annotations": {"deployment.kubernetes.io/revision": "2"},
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "app", "image": image}]},
            },
            **spec,
        },
        "status": {
            "observedGeneration": observed,
            "replicas": all_of(total),
            "updatedReplicas": all_of(updated),
            "readyReplicas": all_of(ready if ready is not None else available),
            "availableReplicas": all_of(available),
            "conditions": conditions or [],
        },
    }


def progressing(reason: str, updated: str, status: str = "False") -> Raw:
    return {"type": "Progressing", "status": status, "reason": reason, "lastUpdateTime": updated}


def replica_failure(message: str) -> Raw:
    return {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}


def replica_set(
    revision: str = "2", *, name: str = "web-new", owner: str = "u-web", image: str = "nginx:1", **status: Any
) -> Raw:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "labels": {"app": "web"},
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{"uid": owner, "kind": "Deployment", "name": "web", "controller": True}],
        },
        "spec": {"replicas": 1, "template": template("web", image, {"pod-template-hash": name})},
        "status": status,
    }


def stateful_set(want: int = 3, *, generation: int = 2, strategy: Raw | None = None, **status: Any) -> Raw:
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop", "uid": "u-db", "generation": generation},
        "spec": {
            "replicas": want,
            "selector": {"matchLabels": {"app": "db"}},
            "updateStrategy": strategy or {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "template": {"spec": {"containers": [{"name": "app", "image": "pg:1"}]}},
        },
        "status": {
            "observedGeneration": generation,
            "replicas": want,
            "readyReplicas": want,
            "updatedReplicas": want,
            "currentRevision": "db-2",
            "updateRevision": "db-2",
            **status,
        },
    }


def daemon_set(desired: int = 3, *, generation: int = 2, strategy: str = "RollingUpdate", **status: Any) -> Raw:
    return {
        "kind": "DaemonSet",
        "metadata": {
            "name": "agent",
            "namespace": "shop",
            "uid": "u-agent",
            "generation": generation,
            "annotations": {"deprecated.daemonset.template.generation": str(generation)},
        },
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "updateStrategy": {"type": strategy},
            "template": {"spec": {"containers": [{"name": "app", "image": "agent:1"}]}},
        },
        "status": {
            "observedGeneration": generation,
            "desiredNumberScheduled": desired,
            "updatedNumberScheduled": desired,
            "numberAvailable": desired,
            "numberReady": desired,
            **status,
        },
    }


def waiting(reason: str, message: str = "") -> Raw:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def running(*, ready: bool = True) -> Raw:
    return {"state": {"running": {"startedAt": AT}}, "ready": ready}


def ended(code: int, reason: str = "Error", **rest: Any) -> Raw:
    return {"terminated": {"exitCode": code, "reason": reason, "finishedAt": AFTER, **rest}}


def restarted(code: int = 1, reason: str = "Error", *, restarts: int = 1, ready: bool = False) -> Raw:
    """Running again after it ended."""
    return {**running(ready=ready), "lastState": ended(code, reason), "restartCount": restarts}


def looping(code: int = 1, reason: str = "Error", *, restarts: int = 1) -> Raw:
    return {**waiting("CrashLoopBackOff", "back-off"), "lastState": ended(code, reason), "restartCount": restarts}


def pod(
    name: str = "web-new-1",
    state: Raw | None = None,
    *,
    owner: str = "u-web-new",
    init: Raw | None = None,
    image: str = "nginx:1",
    phase: str = "Running",
    created: str = AFTER,
    going: bool = False,
    conditions: list[Raw] | None = None,
    labels: dict[str, str] | None = None,
    spec: Raw | None = None,
) -> Raw:
    state = state if state is not None else running()
    ready = "True" if state.get("ready") else "False"
    status: Raw = {
        "phase": phase,
        "conditions": conditions if conditions is not None else [{"type": "Ready", "status": ready}],
        "containerStatuses": [{"name": "app", "image": image, "restartCount": 0, "ready": False, **state}],
    }
    if init is not None:
        status["initContainerStatuses"] = [
            {"name": "setup", "image": "setup:1", "restartCount": 0, "ready": False, **init}
        ]
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "creationTimestamp": created,
            "labels": labels or {},
            "ownerReferences": [{"uid": owner, "kind": "ReplicaSet", "name": "web-new", "controller": True}],
            **({"deletionTimestamp": AFTER} if going else {}),
        },
        "spec": {
            "restartPolicy": "Always",
            "containers": [{"name": "app", "image": image, "resources": {"limits": {"memory": "64Mi"}}}],
            **({"initContainers": [{"name": "setup", "image": "setup:1"}]} if init is not None else {}),
            **(spec or {}),
        },
        "status": status,
    }


def event(
    reason: str,
    message: str = "",
    *,
    kind: str = "Warning",
    about: str = "web-new-1",
    of: str = "Pod",
    count: int = 1,
    at: str = AFTER,
    container: str = "",
) -> Raw:
    return {
        "kind": "Event",
        "type": kind,
        "reason": reason,
        "message": message,
        "count": count,
        "metadata": {"name": f"{about}.{reason}", "namespace": "shop", "uid": f"e-{about}-{reason}-{at}"},
        "involvedObject": {
            "kind": of,
            "name": about,
            "uid": f"u-{about}",
            **({"fieldPath": f"spec.containers{{{container}}}"} if container else {}),
        },
        "lastTimestamp": at,
    }
