"""What the kubelet knows of a pod: its containers' states, and the status made of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.cluster.clock import stamp_of
from sandbox.cluster.kubelet.fates import fate_in
from sandbox.cluster.objects import Object, name_of, namespace_of, uid_of


@dataclass(slots=True)
class Container:
    """`began` is the start of the instance that runs or ran last; `previous` that of the one before it."""

    name: str
    image: str
    fate: str
    state: Object = field(default_factory=lambda: {"waiting": {"reason": "ContainerCreating"}})
    last_state: Object = field(default_factory=dict)
    restarts: int = 0
    ready: bool = False
    began: datetime | None = None
    previous: datetime | None = None

    @property
    def running(self) -> bool:
        return "running" in self.state

    def wait(self, reason: str, message: str = "") -> None:
        self.ready = False
        self.state = {"waiting": {"reason": reason, "message": message} if message else {"reason": reason}}

    def start(self, now: datetime) -> None:
        self.previous, self.began = self.began, now
        self.state = {"running": {"startedAt": stamp_of(now)}}

    def end(self, code: int, reason: str, now: datetime) -> None:
        began = stamp_of(self.began or now)
        ended = {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": stamp_of(now)}
        self.ready = False
        self.state = {"terminated": ended}

    def back_off(self, message: str) -> None:
        """From terminated to CrashLoopBackOff; the end becomes the last state."""
        self.last_state = self.state
        self.restarts += 1
        self.wait("CrashLoopBackOff", message)

    def status(self, pod_uid: str) -> Object:
        return {
            "name": self.name,
            "state": self.state,
            "lastState": self.last_state,
            "ready": self.ready,
            "restartCount": self.restarts,
            "image": self.image,
            "imageID": "" if self.began is None else f"hollow://{self.image}",
            "containerID": "" if self.began is None else f"hollow://{pod_uid}/{self.name}",
            "started": self.ready,
        }


@dataclass(slots=True)
class PodRecord:
    """One pod on one node."""

    uid: str
    namespace: str
    name: str
    node: str
    ip: str
    born: datetime
    restart_policy: str
    containers: dict[str, Container]

    @property
    def phase(self) -> str:
        """https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase"""
        states = [container.state for container in self.containers.values()]
        if any("waiting" in c.state and c.began is None for c in self.containers.values()):
            return "Pending"
        if all("terminated" in state for state in states):
            failed = any(state["terminated"]["exitCode"] for state in states)
            return "Failed" if failed else "Succeeded"
        return "Running"

    def status(self, before: Object, now: str) -> Object:
        """The pod's status as the kubelet posts it; `before` is the one it replaces."""
        unready = [container.name for container in self.containers.values() if not container.ready]
        causes: dict[str, Any] = {}
        if self.phase == "Succeeded":
            causes = {"reason": "PodCompleted"}
        elif unready:
            message = f"containers with unready status: [{' '.join(unready)}]"
            causes = {"reason": "ContainersNotReady", "message": message}
        known = {condition["type"]: condition for condition in before.get("conditions") or ()}
        conditions = [
            _condition(known, "Initialized", now, ok=True),
            _condition(known, "Ready", now, ok=not unready, **causes),
            _condition(known, "ContainersReady", now, ok=not unready, **causes),
            known.get("PodScheduled") or _condition(known, "PodScheduled", now, ok=True),
        ]
        return {
            "phase": self.phase,
            "conditions": conditions,
            "hostIP": "127.0.0.1",
            "podIP": self.ip,
            "podIPs": [{"ip": self.ip}],
            "startTime": stamp_of(self.born),
            "containerStatuses": [container.status(self.uid) for container in self.containers.values()],
            "qosClass": before.get("qosClass", "BestEffort"),
        }


def _condition(known: dict[str, Object], kind: str, now: str, *, ok: bool, **causes: str) -> Object:
    status = "True" if ok else "False"
    before = known.get(kind)
    since = before["lastTransitionTime"] if before and before["status"] == status else now
    return {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": since, **causes}


def record_of(pod: Object, ip: str, now: datetime) -> PodRecord:
    spec = pod["spec"]
    return PodRecord(
        uid_of(pod), namespace_of(pod), name_of(pod), spec["nodeName"], ip, now, spec["restartPolicy"],
        {item["name"]: Container(item["name"], item["image"], fate_in(item)) for item in spec["containers"]},
    )  # fmt: skip
