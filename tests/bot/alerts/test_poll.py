"""Alertmanager's answers over a socket: grouped, masked, and never believed beyond what they say."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.access import Access, access_of
from bot.alerts.alert import Alert, grouped
from bot.alerts.away import Away
from bot.alerts.labels import alert_of
from bot.alerts.poll import SECONDS, Alertmanager
from bot.settings import Settings
from sandbox.alertmanager import AlertmanagerStandIn, Fault
from tests.bot.stand import ZH

OPENSSL = shutil.which("openssl")

SINCE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
async def there() -> AsyncIterator[AlertmanagerStandIn]:
    async with AlertmanagerStandIn() as standin:
        yield standin


@pytest.fixture
async def asked(there: AlertmanagerStandIn) -> AsyncIterator[Alertmanager]:
    async with Alertmanager(Access(url=there.url)) as alertmanager:
        yield alertmanager


async def told(access: Access) -> tuple[Alert, ...]:
    async with Alertmanager(access) as alertmanager:
        return (await alertmanager.firing())[0]


def crash(pod: str, **more: str) -> dict[str, str]:
    return {"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": pod, "severity": "warning", **more}


async def test_the_pods_of_a_workload_are_one_alert(there: AlertmanagerStandIn, asked: Alertmanager) -> None:
    there.fire(crash("cart-7d9c5b6f4d-x2vbn"), {"summary": "Pod is crash looping."}, since=SINCE)
    there.fire(crash("cart-7d9c5b6f4d-9zqwl", severity="critical"), since=SINCE + timedelta(minutes=5))
    there.fire(crash("redis-0"), since=SINCE)
    alerts, complete = await asked.firing()
    assert complete
    groups = grouped(alerts)
    assert [(one.place.name, one.count, one.severity) for one in groups] == [
        ("cart", 2, "critical"),
        ("redis", 1, "warning"),
    ]
    assert groups[0].since == SINCE
    assert groups[0].labels == ("namespace=shop",)


async def test_what_is_silenced_or_inhibited_there_still_fires_and_is_quiet(
    there: AlertmanagerStandIn, asked: Alertmanager
) -> None:
    there.fire({"alertname": "Quiet"}, silenced=True)
    there.fire({"alertname": "Hushed"}, inhibited=True)
    there.fire({"alertname": "Watchdog", "severity": "none"})
    assert {one.name: one.quiet for one in (await asked.firing())[0]} == {"Quiet": "silenced", "Hushed": "inhibited"}
    assert there.asked == [{"active": "true", "silenced": "true", "inhibited": "true", "unprocessed": "true"}]


def test_a_group_is_told_while_one_of_its_members_is_not_silenced() -> None:
    loud = alert_of(crash("cart-7d9c5b6f4d-x2vbn"), {}, SINCE)
    quiet = alert_of(crash("cart-7d9c5b6f4d-9zqwl"), {}, SINCE, quiet="silenced")
    assert [(one.quiet, one.count) for one in grouped([loud, quiet])] == [("", 1)]
    assert [(one.quiet, one.count) for one in grouped([quiet])] == [("silenced", 1)]


FAULTS: dict[Fault, tuple[str, str]] = {
    "error": ("500", "日志"),
    "hang": ("没有答完", ""),
    "drip": ("没有答完", ""),
    "cut": ("断了", ""),
    "garbage": ("网页", "路径前缀"),
    "truncated": ("不是 JSON", "STEWARD_ALERTMANAGER_URL"),
    "squeezed": ("不是 JSON", "STEWARD_ALERTMANAGER_URL"),
    "object": ("不是告警的列表", "Prometheus"),
    "huge": ("8 MiB", "STEWARD_ALERTMANAGER_FILTER"),
    "redirect": ("https://sso.example/login", "STEWARD_ALERTMANAGER_URL"),
    "unauthorized": ("401", "STEWARD_ALERTMANAGER_TOKEN"),
    "forbidden": ("403", "权限"),
    "missing": ("404", "路径前缀"),
    "busy": ("429", ""),
    "bad": ("400", "http 还是 https"),
}
"""What each says, and what it says to do."""


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_answer_that_is_none_says_nothing_about_what_fires_but_what_to_do(
    there: AlertmanagerStandIn, asked: Alertmanager, fault: Fault
) -> None:
    there.fire({"alertname": "Real"})
    there.faults.append(fault)
    hurried = Alertmanager(Access(url=there.url), seconds=0.5 if fault in {"hang", "drip"} else SECONDS)
    with pytest.raises(Away) as raised:
        async with hurried:
            await hurried.firing()
    said = ZH.say(raised.value.reason)
    assert all(part in said for part in FAULTS[fault])
    assert "s3cr3t-session" not in said
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
            "runbook_url": "https://wiki.example/x?token=hunter2-Zq9!x",
        },
        source="http://ops:hunter2-Zq9!x@prometheus/graph",
    )
    ((alert,), _) = await asked.firing()
    assert "hunter2" not in alert.model_dump_json()


async def test_credentials_open_it_and_wrong_ones_are_no_silence() -> None:
    async with AlertmanagerStandIn(user=("ops", "p:w%")) as there:
        there.fire({"alertname": "Real"})
        inside = there.url.replace("http://", "http://ops:p%3Aw%25@")
        assert len(await told(Access(url=inside))) == 1
        assert len(await told(Access(url=there.url, user="ops", password="p:w%"))) == 1
        with pytest.raises(Away, match="unauthorized"):
            await told(Access(url=there.url))
        with pytest.raises(Away, match="rejected"):
            await told(Access(url=there.url, user="ops", password="wrong"))
    async with AlertmanagerStandIn(token="t0ken-of-ours") as there:
        there.fire({"alertname": "Real"})
        assert len(await told(Access(url=there.url, token="t0ken-of-ours"))) == 1
        with pytest.raises(Away, match="rejected"):
            await told(Access(url=there.url, token="another"))


async def test_an_address_of_a_page_below_a_prefix_is_understood() -> None:
    async with AlertmanagerStandIn(prefix="/alertmanager") as there:
        there.fire({"alertname": "Real"})
        for copied in ("", "/", "/#/alerts", "/api/v2", "/api/v2/alerts", "/?receiver=x"):
            assert len(await told(Access(url=there.url + copied))) == 1
        with pytest.raises(Away, match="not_found"):
            await told(Access(url=there.url.removesuffix("/alertmanager")))


async def test_only_the_alerts_of_this_cluster_are_asked_for() -> None:
    async with AlertmanagerStandIn() as there:
        there.fire({"alertname": "Ours", "cluster": "prod", "severity": "warning"})
        there.fire({"alertname": "Theirs", "cluster": "test", "severity": "warning"})
        settings = await asyncio.to_thread(
            Settings,
            steward_alertmanager_url=there.url,
            steward_alertmanager_filter='cluster="prod", severity=~"warning|critical"',
        )
        assert [one.name for one in await told(access_of(settings))] == ["Ours"]
        assert there.filters[-1] == ['cluster="prod"', 'severity=~"warning|critical"']


async def test_an_address_where_nobody_listens_is_away() -> None:
    async with AlertmanagerStandIn() as there:
        url = there.url
    for wrong in (url, "http://does-not-exist.invalid:9093", "http://\x80:9093", "http://a..b"):
        with pytest.raises(Away, match=r"unreachable|no_name|no_address"):
            await told(Access(url=wrong))


def test_no_way_of_printing_it_shows_what_opens_it() -> None:
    access = Access(url="https://ops:pw-9Zq@am.example/x", token="t0ken-9Zq", user="u-9Zq", password="p-9Zq")
    assert "9Zq" not in f"{access!r} {access} {access.shown} {access.alerts}"
    assert access.shown == "https://am.example/x"


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with openssl")
async def test_tls_is_checked_and_the_authority_may_be_ones_own(tmp_path: Path) -> None:
    certificate, serving = await vouched_for(tmp_path)
    async with AlertmanagerStandIn(tls=serving) as there:
        there.fire({"alertname": "Real"})
        assert len(await told(Access(url=there.url, ca_file=certificate))) == 1
        with pytest.raises(Away, match="untrusted"):
            await told(Access(url=there.url))
        with pytest.raises(Away, match="untrusted"):  # not the name that it vouches for
            await told(Access(url=there.url.replace("127.0.0.1", "localhost"), ca_file=certificate))
        with pytest.raises(Away, match="ca_file"):
            await told(Access(url=there.url, ca_file=str(tmp_path / "nowhere.pem")))
        with pytest.raises(Away, match="ca_not_pem"):
            await told(Access(url=there.url, ca_file=str(tmp_path / "empty.pem")))
        with pytest.raises(Away):
            await told(Access(url=there.url.replace("https", "http")))
    async with AlertmanagerStandIn() as plain:
        with pytest.raises(Away, match="tls"):
            await told(Access(url=plain.url.replace("http", "https")))


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with openssl")
async def test_an_authority_that_is_put_right_on_disk_is_taken_up(tmp_path: Path) -> None:
    certificate, serving = await vouched_for(tmp_path)
    file = tmp_path / "ca.pem"
    await asyncio.to_thread(shutil.copy, tmp_path / "other.pem", file)
    async with (
        AlertmanagerStandIn(tls=serving) as there,
        Alertmanager(Access(url=there.url, ca_file=str(file))) as asked,
    ):
        with pytest.raises(Away, match="untrusted"):
            await asked.firing()
        await asyncio.to_thread(shutil.copy, certificate, file)
        assert await asked.firing() == ((), True)


async def vouched_for(folder: Path) -> tuple[str, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that vouches for itself, and a server's context with it; `other.pem` is another."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for name in ("other", "ours"):
        made = await asyncio.create_subprocess_exec(
            str(OPENSSL),
            *("req", "-x509", *curve, "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")),
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await made.wait() == 0
    await asyncio.to_thread((folder / "empty.pem").write_text, "nothing")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(folder / "ours.pem", folder / "ours.key")
    return str(folder / "ours.pem"), serving
