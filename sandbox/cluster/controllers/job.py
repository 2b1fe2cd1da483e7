"""Jobs: pods that run to their end (a small part of pkg/controller/job: no indexes, no pod failure policy)."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import owner_key
from sandbox.cluster.controllers.pods import is_active, is_ready, pod_from
from sandbox.cluster.creation import random_suffix
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    condition_of,
    is_terminating,
    name_of,
    namespace_of,
    status_of,
    uid_of,
)
from sandbox.cluster.registry import Registry
from sandbox.cluster.store import Key

_FIRST_BACK_OFF = 10
_LONGEST_BACK_OFF = 600


class Jobs(ControlLoop[Key]):
    component = "job-controller"

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._failed_at: dict[str, tuple[int, float]] = {}
        self._begun: dict[str, float] = {}

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.JOBS:
            if change.type == "DELETED":
                self._failed_at.pop(uid_of(obj), None)
                self._begun.pop(uid_of(obj), None)
            else:
                yield Key(r.JOBS, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS and (key := owner_key(obj, r.JOBS)):
            yield key

    def sync(self, key: Key) -> float | None:
        job = self.store.at(key)
        if job is None or is_terminating(job) or condition_of(job, "Complete") or condition_of(job, "Failed"):
            return None
        pods = self.store.owned(uid_of(job), r.PODS)
        phases = [status_of(pod).get("phase") for pod in pods]
        active = [pod for pod in pods if is_active(pod)]
        succeeded, failed = phases.count("Succeeded"), phases.count("Failed")
        spec = job["spec"]
        wanted = spec.get("completions") or 1
        done = succeeded >= wanted
        left = self._time_left(job)
        late = left is not None and left <= 0 and not done
        gave_up = failed > spec["backoffLimit"] or late
        again = left
        if done or gave_up or spec.get("suspend"):
            self._delete(job, active)
            active = []
        else:
            wait = self._start(job, min(spec["parallelism"], wanted - succeeded) - len(active), failed)
            again = wait if left is None else left if wait is None else min(wait, left)
            active = [pod for pod in self.store.owned(uid_of(job), r.PODS) if is_active(pod)]
        self._write_status(key, job, active, succeeded, failed, done=done, gave_up=gave_up, late=late)
        return None if done or gave_up else again

    def _time_left(self, job: Object) -> float | None:
        """Cluster seconds until its `activeDeadlineSeconds` are over; None where it has none, or has not begun."""
        deadline = job["spec"].get("activeDeadlineSeconds")
        if deadline is None:
            return None
        since = self._begun.setdefault(uid_of(job), self.clock.seconds())
        return float(deadline) - (self.clock.seconds() - since)

    def _start(self, job: Object, count: int, failed: int) -> float | None:
        """Make pods; after a failure only once its back-off is over, which is what the answer says."""
        if count <= 0:
            return None
        uid, now = uid_of(job), self.clock.seconds()
        if failed:
            known, since = self._failed_at.get(uid, (0, now))
            if known != failed:
                self._failed_at[uid] = (failed, since := now)
            left: float = since + min(_FIRST_BACK_OFF * 2 ** (failed - 1), _LONGEST_BACK_OFF) - now
            if left > 0:
                return left
        for _ in range(count):
            name = name_of(job)
            body = pod_from(
                job["spec"]["template"], r.JOBS, job, name=f"{name}-{random_suffix()}", generateName=f"{name}-"
            )
            pod = self.registry.create(r.PODS, namespace_of(job), body, self.writer)
            self.recorder.event(r.JOBS, job, "Normal", "SuccessfulCreate", f"Created pod: {name_of(pod)}")
        return None

    def _delete(self, job: Object, pods: list[Object]) -> None:
        for pod in pods:
            key = Key(r.PODS, namespace_of(pod), name_of(pod))
            self.registry.delete(key, DeleteOptions(policy="Background", uid=uid_of(pod)))
            self.recorder.event(r.JOBS, job, "Normal", "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")

    def _write_status(
        self,
        key: Key,
        job: Object,
        active: list[Object],
        succeeded: int,
        failed: int,
        *,
        done: bool,
        gave_up: bool,
        late: bool,
    ) -> None:
        now = self.clock.stamp()
        status: Object = {"startTime": status_of(job).get("startTime", now)}
        counts = {"active": len(active), "succeeded": succeeded, "failed": failed}
        status.update({name: count for name, count in counts.items() if count})
        status["ready"] = sum(map(is_ready, active))
        times = {"lastProbeTime": now, "lastTransitionTime": now}
        if done:
            reason, text = "CompletionsReached", "Reached expected number of succeeded pods"
            status["completionTime"] = now
            status["conditions"] = [
                {"type": kind, "status": "True", **times, "reason": reason, "message": text}
                for kind in ("SuccessCriteriaMet", "Complete")
            ]
        elif gave_up:
            reason, text = "BackoffLimitExceeded", "Job has reached the specified backoff limit"
            if late:
                reason, text = "DeadlineExceeded", "Job was active longer than specified deadline"
            status["conditions"] = [
                {"type": kind, "status": "True", **times, "reason": reason, "message": text}
                for kind in ("FailureTarget", "Failed")
            ]
        if status != status_of(job):
            self.registry.update(key, lambda obj: {**obj, "status": status}, self.writer, subresource="status")
        if done:
            self.recorder.event(r.JOBS, job, "Normal", "Completed", "Job completed")
        elif gave_up:
            self.recorder.event(r.JOBS, job, "Warning", reason, text)
