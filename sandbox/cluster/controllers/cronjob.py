"""CronJobs: a Job whenever it is time, after cronjob_controllerv2.go (no time zones: UTC)."""

import copy
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from sandbox.cluster import resources as r
from sandbox.cluster.clock import moment_of, stamp_of
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import owner_key
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    condition_of,
    is_terminating,
    name_of,
    namespace_of,
    owner_reference,
    status_of,
    uid_of,
)
from sandbox.cluster.schedule import Schedule, parse_schedule
from sandbox.cluster.store import Key

_TOO_MANY = 100
_LATE = "%a, %d %b %Y %H:%M:%S +0000"


class CronJobs(ControlLoop[Key]):
    """It goes by the clock on the wall, which no speed bends."""

    component = "cronjob-controller"

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.CRON_JOBS and change.type != "DELETED":
            yield Key(r.CRON_JOBS, namespace_of(change.object), name_of(change.object))
        elif change.resource is r.JOBS and (key := owner_key(change.object, r.CRON_JOBS)):
            yield key

    def sync(self, key: Key) -> float | None:
        cron_job = self.store.at(key)
        if cron_job is None or is_terminating(cron_job):
            return None
        jobs = self.store.owned(uid_of(cron_job), r.JOBS)
        self._see_ends(key, cron_job, jobs)
        cron_job = self.registry.read(*key)
        if cron_job["spec"].get("suspend"):
            return None
        try:
            schedule = parse_schedule(cron_job["spec"]["schedule"])
        except ValueError as error:
            text = f'unparseable schedule: "{cron_job["spec"]["schedule"]}" : {error}'
            self.recorder.event(r.CRON_JOBS, cron_job, "Warning", "UnparseableCronJobSchedule", text)
            return None
        now = self.clock.now()
        if due := self._due(cron_job, schedule, now):
            self._start(key, cron_job, [job for job in jobs if _runs(job)], due)
        following = next(schedule.after(now), None)
        return None if following is None else (following - now).total_seconds() * self.clock.speed + 0.1

    def _due(self, cron_job: Object, schedule: Schedule, now: datetime) -> datetime | None:
        """The newest time that is over and has no Job yet, unless it is too late for that."""
        earliest = moment_of(status_of(cron_job).get("lastScheduleTime") or cron_job["metadata"]["creationTimestamp"])
        deadline = cron_job["spec"].get("startingDeadlineSeconds")
        if deadline is not None:
            earliest = max(earliest, now - timedelta(seconds=deadline))
        missed: list[datetime] = []
        for at in islice(schedule.after(earliest), 10 * _TOO_MANY):
            if at > now:
                break
            missed.append(at)
        if len(missed) > _TOO_MANY:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self.recorder.event(r.CRON_JOBS, cron_job, "Warning", "TooManyMissedTimes", text)
        if missed and deadline is not None and missed[-1] + timedelta(seconds=deadline) < now:
            text = f"Missed scheduled time to start a job: {missed[-1].strftime(_LATE)}"
            self.recorder.event(r.CRON_JOBS, cron_job, "Warning", "MissSchedule", text)
            return None
        return missed[-1] if missed else None

    def _start(self, key: Key, cron_job: Object, active: list[Object], due: datetime) -> None:
        policy = cron_job["spec"].get("concurrencyPolicy", "Allow")
        if active and policy == "Forbid":
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.recorder.event(r.CRON_JOBS, cron_job, "Normal", "JobAlreadyActive", text)
            return
        for job in active if policy == "Replace" else ():
            self.registry.delete(Key(r.JOBS, key.namespace, name_of(job)), DeleteOptions(policy="Background"))
        template = cron_job["spec"]["jobTemplate"]
        metadata = {**(template.get("metadata") or {}), "name": f"{key.name}-{int(due.timestamp()) // 60}"}
        metadata["ownerReferences"] = [owner_reference(cron_job, "batch/v1", "CronJob")]
        if self.store.get(r.JOBS, key.namespace, metadata["name"]) is None:
            body = {"metadata": metadata, "spec": copy.deepcopy(template["spec"])}
            job = self.registry.create(r.JOBS, key.namespace, body, self.writer)
            self.recorder.event(r.CRON_JOBS, cron_job, "Normal", "SuccessfulCreate", f"Created job {name_of(job)}")
        self._write(key, lastScheduleTime=stamp_of(due))

    def _see_ends(self, key: Key, cron_job: Object, jobs: list[Object]) -> None:
        """`status.active` less those that ended, and no more ended ones than the history takes."""
        active = [{"kind": "Job", "apiVersion": "batch/v1", "name": name_of(job)} for job in jobs if _runs(job)]
        done = [stamp for job in jobs if (stamp := status_of(job).get("completionTime"))]
        last = max(done, default=status_of(cron_job).get("lastSuccessfulTime"))
        self._write(key, active=active or None, lastSuccessfulTime=last)
        for kind, limit in (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")):
            ended = sorted(
                (job for job in jobs if condition_of(job, kind)),
                key=lambda job: str(job["metadata"]["creationTimestamp"]),
            )
            for job in ended[: max(0, len(ended) - cron_job["spec"].get(limit, 1))]:
                self.registry.delete(Key(r.JOBS, key.namespace, name_of(job)), DeleteOptions(policy="Background"))

    def _write(self, key: Key, **fields: object) -> None:
        def change(obj: Object) -> Object:
            status = {**status_of(obj), **fields}
            return {**obj, "status": {name: value for name, value in status.items() if value is not None}}

        self.registry.update(key, change, self.writer, subresource="status")


def _runs(job: Object) -> bool:
    return not (condition_of(job, "Complete") or condition_of(job, "Failed"))
