"""Alertmanager's answers over a socket: grouped, masked, and never believed beyond what they say."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.alerts.poll import Alertmanager, Away
from sandbox.alertmanager import AlertmanagerStandIn, Fault

SINCE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
async def there() -> AsyncIterator[AlertmanagerStandIn]:
    async with AlertmanagerStandIn() as standin:
        yield standin


@pytest.fixture
async def asked(there: AlertmanagerStandIn) -> AsyncIterator[Alertmanager]:
    async with aiohttp.ClientSession() as session:
        yield Alertmanager(there.url, session, seconds=0.5)


def crash(pod: str, **more: str) -> dict[str, str]:
    return {"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": pod, "severity": "warning", **more}


async def test_the_pods_of_a_workload_are_one_alert(there: AlertmanagerStandIn, asked: Alertmanager) -> None:
    there.fire(crash("cart-7d9c5b6f4d-x2vbn"), {"summary": "Pod is crash looping."}, since=SINCE)
    there.fire(crash("cart-7d9c5b6f4d-9zqwl", severity="critical"), since=SINCE + timedelta(minutes=5))
    there.fire(crash("redis-0"), since=SINCE)
    alerts, complete = await asked.firing()
    assert complete
    assert [(one.place.name, one.count, one.severity) for one in alerts] == [
        ("cart", 2, "critical"),
        ("redis", 1, "warning"),
    ]
    assert alerts[0].since == SINCE
    assert alerts[0].labels == ("namespace=shop",)


async def test_what_is_silenced_there_is_not_told_here(there: AlertmanagerStandIn, asked: Alertmanager) -> None:
    there.fire({"alertname": "Quiet"}, silenced=True)
    there.fire({"alertname": "Watchdog", "severity": "none"})
    assert (await asked.firing())[0] == ()
    assert there.asked == [{"active": "true", "silenced": "false", "inhibited": "false", "unprocessed": "true"}]


@pytest.mark.parametrize("fault", ["error", "hang", "cut", "garbage", "object", "huge", "redirect"])
async def test_an_answer_that_is_none_says_nothing_about_what_fires(
    there: AlertmanagerStandIn, asked: Alertmanager, fault: Fault
) -> None:
    there.fire({"alertname": "Real"})
    there.faults.append(fault)
    with pytest.raises(Away):
        await asked.firing()
    assert [one.name for one in (await asked.firing())[0]] == ["Real"]


async def test_what_cannot_be_read_is_left_out_and_the_rest_is_told(
    there: AlertmanagerStandIn, asked: Alertmanager
) -> None:
    there.fire({"alertname": "Real"})
    there.extra = [
        None,
        7,
        {},
        {"labels": {"alertname": 3}, "startsAt": "never"},
        {"labels": {}, "startsAt": "2026-11-22T03:00:00"},
    ]
    alerts, complete = await asked.firing()
    assert [one.name for one in alerts] == ["Real"]
    assert not complete


async def test_secrets_in_labels_and_annotations_stay_there(there: AlertmanagerStandIn, asked: Alertmanager) -> None:
    there.fire(
        {"alertname": "DbDown", "namespace": "shop", "db_password": "hunter2-Zq9!x"},
        {
            "summary": "cannot log in with password=hunter2-Zq9!x",
            "description": "url postgres://app:hunter2-Zq9!x@db/x",
        },
    )
    ((alert,), _) = await asked.firing()
    assert "hunter2" not in alert.model_dump_json()


async def test_credentials_in_the_url_are_used_and_wrong_ones_are_no_silence() -> None:
    async with AlertmanagerStandIn(user=("ops", "pw")) as there, aiohttp.ClientSession() as session:
        there.fire({"alertname": "Real"})
        right = there.url.replace("http://", "http://ops:pw@")
        assert len((await Alertmanager(right, session).firing())[0]) == 1
        with pytest.raises(Away, match="401"):
            await Alertmanager(there.url, session).firing()


async def test_an_address_where_nobody_listens_is_away() -> None:
    async with AlertmanagerStandIn() as there:
        url = there.url
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Away):
            await Alertmanager(url, session).firing()
