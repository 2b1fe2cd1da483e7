"""CronJobs of the stand-in, and the schedules that they go by."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster.schedule import parse_schedule

NOON = datetime(2026, 2, 27, 12, 0, 30, tzinfo=UTC)
"""A Friday."""


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("* * * * *", ["02-27 12:01", "02-27 12:02"]),
        ("*/20 6,18 * * *", ["02-27 18:00", "02-27 18:20"]),
        ("0 3 1 1 *", ["01-01 03:00", "01-01 03:00"]),
        ("30 9-11/2 * * mon-wed", ["03-02 09:30", "03-02 11:30"]),
        ("0 0 13 * 5", ["03-06 00:00", "03-13 00:00"]),
        ("@daily", ["02-28 00:00", "03-01 00:00"]),
        ("0 0 29 feb *", ["02-29 00:00"]),
        ("5/30 * * * 7", ["03-01 00:05", "03-01 00:35"]),
    ],
)
def test_the_next_times_of_a_schedule(text: str, times: list[str]) -> None:
    found = [f"{at:%m-%d %H:%M}" for at in islice(parse_schedule(text).after(NOON), len(times))]
    assert found == times


@pytest.mark.parametrize("text", ["", "* * * *", "61 * * * *", "* * 0 * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_schedule(text)


def ago(**past: int) -> str:
    return (datetime.now(UTC) - timedelta(**past)).strftime("%Y-%m-%dT%H:%M:%SZ")


def cron_job(schedule: str, last: str, image: str = "done:1", **spec: Any) -> dict[str, Any]:
    pods = {"restartPolicy": "Never", "containers": [{"name": "app", "image": image}]}
    template = {"spec": {"template": {"spec": pods}}}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": schedule, "jobTemplate": template, **spec},
        "status": {"lastScheduleTime": last},
    }


def said(cluster: ClusterStandIn) -> set[str]:
    return {event["reason"] for event in cluster.objects("events", "default")}


def status(cluster: ClusterStandIn) -> dict[str, Any]:
    return (cluster.get("cronjob", "nightly", "default") or {}).get("status", {})


async def test_a_time_that_is_due_makes_a_job_which_is_seen_to_end(cluster: ClusterStandIn) -> None:
    cluster.apply(cron_job("*/5 * * * *", ago(minutes=6)))
    await cluster.until(lambda: "lastSuccessfulTime" in status(cluster))
    jobs = cluster.objects("jobs", "default")
    assert len(jobs) == 1
    assert jobs[0]["metadata"]["name"].startswith("nightly-")
    assert jobs[0]["metadata"]["ownerReferences"][0]["kind"] == "CronJob"
    assert "active" not in status(cluster)


async def test_too_many_missed_times_are_told(cluster: ClusterStandIn) -> None:
    cluster.apply(cron_job("* * * * *", ago(hours=3)))
    await cluster.until(lambda: "TooManyMissedTimes" in said(cluster))
    await cluster.until(lambda: len(cluster.objects("jobs", "default")) == 1)


async def test_no_second_job_beside_one_that_runs_where_that_is_forbidden(cluster: ClusterStandIn) -> None:
    cluster.apply(cron_job("* * * * *", ago(minutes=2), "busybox", concurrencyPolicy="Forbid"))
    await cluster.until(lambda: bool(status(cluster).get("active")))
    cluster.apply(cron_job("* * * * *", ago(minutes=2), "busybox", concurrencyPolicy="Forbid"))
    await cluster.until(lambda: "JobAlreadyActive" in said(cluster))
    assert len(cluster.objects("jobs", "default")) == 1


async def test_a_suspended_one_rests(cluster: ClusterStandIn) -> None:
    cluster.apply(cron_job("* * * * *", ago(minutes=2), suspend=True))
    cluster.apply({**cron_job("* * * * *", ago(minutes=2)), "metadata": {"name": "other"}})
    await cluster.until(lambda: bool(cluster.objects("jobs", "default")))
    assert [job["metadata"]["name"].rpartition("-")[0] for job in cluster.objects("jobs", "default")] == ["other"]
