"""Jobs that failed or wait, and CronJobs that do not run."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, condition, controller_of, field, moment, name_of, number, shown, text
from executor.operations import Describe, Events, Logs, Operation, Patch, Target, canonical
from executor.reason import reason

_FAILED = {"BackoffLimitExceeded": "job_backoff", "DeadlineExceeded": "job_deadline"}
_SINCE = ("FailedNeedsStart", "TooManyMissedTimes", "MissSchedule", "UnparseableCronJobSchedule", "UnknownTimeZone")


def job_suspicions(situation: Situation) -> Iterator[Suspicion]:
    if situation.target.kind == "Job":
        yield from _job(situation, situation.live)
    elif situation.target.kind == "CronJob":
        yield from _cron_job(situation)


def _job(situation: Situation, job: Raw) -> Iterator[Suspicion]:
    name, failed = name_of(job), condition(job, "Failed")
    target = Target(kind="Job", name=name, namespace=situation.target.namespace)
    steps: tuple[Operation, ...] = (Logs(target=target), Describe(target=target))
    if failed.get("status") == "True":
        word = text(failed, "reason")
        limits = {"BackoffLimitExceeded": "backoffLimit", "DeadlineExceeded": "activeDeadlineSeconds"}
        limit = field(job, "spec", limits.get(word, ""))
        lines = [f"job {name} Failed=True {word}: {shown(text(failed, 'message'))}"]
        lines += [f"job {name} spec.{limits[word]}: {limit}"] if limit is not None else []
        values = {
            "job": name,
            "limit": limit if isinstance(limit, int) else "-",
            "failed": number(job, "status", "failed"),
        }
        cause = reason(f"triage.{_FAILED.get(word, 'job_failed')}", **values, message=shown(text(failed, "message")))
        yield Suspicion(
            66,
            cause,
            situation.target,
            0.9,
            evidence=(*fields(*lines), *situation.warnings_of(job)),
            next_steps=steps,
            alike=("job", name),
        )
    elif field(job, "spec", "suspend") is True and condition(job, "Complete").get("status") != "True":
        told, resume = fields(f"job {name} spec.suspend: true"), _resume(target)
        yield Suspicion(50, reason("triage.job_suspended", job=name), situation.target, 0.95, told, resume)


def _cron_job(situation: Situation) -> Iterator[Suspicion]:
    live, name = situation.live, situation.target.name
    said = situation.events_of(live, named=_SINCE)
    if field(live, "spec", "suspend") is True:
        told, resume = fields(f"cronjob {name} spec.suspend: true"), _resume(situation.target)
        yield Suspicion(50, reason("triage.cron_suspended", job=name), situation.target, 0.95, told, resume)
    elif said:
        line = f"cronjob {name} spec.schedule: {text(live, 'spec', 'schedule')}"
        deadline = field(live, "spec", "startingDeadlineSeconds")
        lines = [line] + ([f"cronjob {name} spec.startingDeadlineSeconds: {deadline}"] if deadline else [])
        yield Suspicion(
            61,
            reason("triage.cron_missed", job=name, message=shown(text(said[-1], "message"))),
            situation.target,
            0.85,
            evidence=(*fields(*lines), *situation.warnings_of(live, *_SINCE)),
            next_steps=(Events(target=situation.target, namespace=situation.target.namespace),),
        )
    if newest := newest_job(situation.around.jobs, live):
        yield from _job(situation, newest)


def newest_job(jobs: tuple[Raw, ...], cron_job: Raw) -> Raw | None:
    """The newest that a CronJob made: what went wrong before a success is over."""
    mine = [job for job in jobs if text(controller_of(job), "uid") == text(cron_job, "metadata", "uid")]
    known = [(born, name_of(job), job) for job in mine if (born := moment(text(job, "metadata", "creationTimestamp")))]
    return max(known, key=lambda found: found[:2])[2] if known else None


def _resume(target: Target) -> tuple[Operation, ...]:
    body = canonical({"spec": {"suspend": False}})
    return (Patch(target=target, patch_type="merge", body=body), Describe(target=target))
