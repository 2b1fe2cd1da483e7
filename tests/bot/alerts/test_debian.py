"""Debian's own prometheus-alertmanager, told over its API what fires."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.alerts.access import Access
from bot.alerts.away import Away
from bot.alerts.poll import Alertmanager
from tests.bot.alerts.duty import duty
from tests.bot.stand import Clock

BINARY = shutil.which("prometheus-alertmanager")
CONFIG = "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n"

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs Debian's prometheus-alertmanager")


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    config = tmp_path / "alertmanager.yml"
    config.write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        str(BINARY),
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def post(session: aiohttp.ClientSession, url: str, labels: dict[str, str], *, over: bool = False) -> None:
    now = datetime.now(UTC)
    alert = {
        "labels": labels,
        "annotations": {"summary": "Pod is crash looping."},
        "startsAt": (now - timedelta(minutes=5)).isoformat(),
        "endsAt": (now - timedelta(seconds=1) if over else now + timedelta(minutes=5)).isoformat(),
    }
    async with session.post(f"{url}/api/v2/alerts", json=[alert]) as answer:
        assert answer.status == 200, await answer.text()


async def silence(session: aiohttp.ClientSession, url: str, alertname: str) -> None:
    now = datetime.now(UTC)
    body = {
        "matchers": [{"name": "alertname", "value": alertname, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "test",
        "comment": "test",
    }
    async with session.post(f"{url}/api/v2/silences", json=body) as answer:
        assert answer.status == 200, await answer.text()


async def named(asked: Alertmanager, wanted: set[str]) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                alerts, _ = await asked.firing()
            except Away:
                alerts = ()
            if {one.name for one in alerts if not one.quiet} == wanted:
                return
            await asyncio.sleep(0.1)


async def test_alerts_of_the_real_one_become_a_card_and_are_closed(url: str, tmp_path: Path) -> None:
    async with (
        aiohttp.ClientSession() as session,
        Alertmanager(Access(url=url)) as asked,
        duty(tmp_path, Clock()) as here,
    ):
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await asked.firing() == ((), True)
                    break
                except Away:
                    await asyncio.sleep(0.1)
        labels = {"alertname": "KubePodCrashLooping", "namespace": "shop", "severity": "critical"}
        pods = ["cart-7d9c5b6f4d-x2vbn", "cart-7d9c5b6f4d-9zqwl"]
        for pod in pods:
            await post(session, url, {**labels, "pod": pod})
        await post(session, url, {"alertname": "Quiet"})
        await named(asked, {"KubePodCrashLooping", "Quiet"})
        await silence(session, url, "Quiet")
        await named(asked, {"KubePodCrashLooping"})
        alerts, complete = await asked.firing()
        await here.poll(*alerts, complete=complete)
        card = await here.card()
        assert card.title == "告警：KubePodCrashLooping · cart (shop)"
        assert "2" in [fact.value for fact in card.facts]
        for pod in pods:
            await post(session, url, {**labels, "pod": pod}, over=True)
        await named(asked, set())
        await here.over()
        assert (await here.card()).tag == "✅ 已恢复"
