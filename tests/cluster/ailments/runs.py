"""Jobs and CronJobs that fail, wait, or do not come."""

from datetime import UTC, datetime, timedelta

from executor.errors import Invalid
from executor.operations import Target
from tests.cluster.ailments.ailment import NotHere, ailment, at
from tests.cluster.bench import IMAGE, Bench, Raw, pod_spec


async def job(bench: Bench, image: str, *, owners: tuple[Raw, ...] = (), **spec: object) -> Target:
    template = {"spec": {**pod_spec(image), "restartPolicy": "Never"}}
    metadata = {"name": "import", "ownerReferences": list(owners)}
    await bench.create("Job", {"metadata": metadata, "spec": {"template": template, **spec}})
    return at(bench, "Job", "import")


def failed(raw: Raw) -> bool:
    conditions = raw.get("status", {}).get("conditions") or ()
    return any(said["type"] == "Failed" and said["status"] == "True" for said in conditions)


@ailment(
    "crash_said",
    "job import spec.backoffLimit: 0",
    "BackoffLimitExceeded",
    "connection refused",
    also=("job_backoff",),
)
async def a_job_that_gave_up(bench: Bench) -> Target:
    """The root first, and that it is not tried again."""
    target = await job(bench, "crash:1", backoffLimit=0)
    await bench.until("Job", "import", failed)
    return target


@ailment("job_deadline", "job import spec.activeDeadlineSeconds: 1", "DeadlineExceeded")
async def a_job_that_took_too_long(bench: Bench) -> Target:
    target = await job(bench, "slow:1", activeDeadlineSeconds=1)
    await bench.until("Job", "import", failed)
    return target


@ailment("job_failed", "job import Failed=True PodFailurePolicy: Container app failed with exit code 42")
async def a_job_that_its_policy_ended(bench: Bench) -> Target:
    """Told: old clusters have no such policies, and the hollow nodes no such exit code."""
    target = await job(bench, IMAGE, parallelism=0)
    message = "Container app failed with exit code 42 matching FailJob rule at index 0"
    ended = [
        {"type": kind, "status": "True", "reason": "PodFailurePolicy", "message": message}
        for kind in ("FailureTarget", "Failed")
    ]
    try:
        await bench.meddle("Job", "import", {"status": {"conditions": ended}}, subresource="status")
    except Invalid as exc:
        raise NotHere("its API does not take the word of others on how a Job ended") from exc
    return target


@ailment("job_suspended", "job import spec.suspend: true")
async def a_job_that_is_suspended(bench: Bench) -> Target:
    target = await job(bench, IMAGE, suspend=True)
    if "suspend" not in (await bench.get("Job", "import"))["spec"]:
        raise NotHere("its API is older than suspended Jobs")
    return target


async def cron_job(bench: Bench, schedule: str = "0 3 1 1 *", name: str = "nightly", **spec: object) -> Target:
    template = {"spec": {"template": {"spec": {**pod_spec(IMAGE), "restartPolicy": "Never"}}}}
    body = {"metadata": {"name": name}, "spec": {"schedule": schedule, "jobTemplate": template, **spec}}
    await bench.create("CronJob", body)
    return at(bench, "CronJob", name)


@ailment("cron_suspended", "cronjob nightly spec.suspend: true")
async def a_cron_job_that_is_suspended(bench: Bench) -> Target:
    return await cron_job(bench, suspend=True)


@ailment("cron_missed", "cronjob nightly spec.schedule: * * * * *", "too many missed start time")
async def a_cron_job_that_missed_its_times(bench: Bench) -> Target:
    target = await cron_job(bench, "* * * * *")
    last = (datetime.now(UTC) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    await bench.meddle("CronJob", "nightly", {"status": {"lastScheduleTime": last}}, subresource="status")
    return target


@ailment("crash_said", "job import spec.backoffLimit: 0", "connection refused", also=("job_backoff",))
async def a_cron_job_whose_last_run_failed(bench: Bench) -> Target:
    target = await cron_job(bench)
    live = await bench.get("CronJob", "nightly")
    owner = {
        "apiVersion": live["apiVersion"],
        "kind": "CronJob",
        "name": "nightly",
        "uid": live["metadata"]["uid"],
        "controller": True,
    }
    await job(bench, "crash:1", owners=(owner,), backoffLimit=0)
    await bench.until("Job", "import", failed)
    return target
