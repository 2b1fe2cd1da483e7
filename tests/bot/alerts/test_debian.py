"""Debian's own prometheus-alertmanager, told over its API what fires: its silences, inhibitions, filters, prefix, and its death."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import bcrypt
import pytest

from bot.alerts.access import Access
from bot.alerts.away import Away
from bot.alerts.poll import Alertmanager
from tests.bot.alerts.duty import Duty, duty
from tests.bot.alerts.test_poll import OPENSSL, vouched_for
from tests.bot.stand import Clock

BINARY = shutil.which("prometheus-alertmanager")
CONFIG = """
route:
  receiver: nobody
receivers:
  - name: nobody
inhibit_rules:
  - source_matchers: [alertname="NodeDown"]
    target_matchers: [alertname="PodDown"]
    equal: [node]
"""
CRASHING = {"alertname": "KubePodCrashLooping", "namespace": "shop", "severity": "critical"}
PODS = ("cart-7d9c5b6f4d-x2vbn", "cart-7d9c5b6f4d-9zqwl")

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs Debian's prometheus-alertmanager")


@dataclass
class Real:
    """The real one on a port of its own; `start` again after `kill` is one that has lost all it knew."""

    folder: Path
    session: aiohttp.ClientSession
    port: int = 0
    lives: int = 0
    web: str = ""
    """Its `--web.config.file`: TLS, and who is let in."""
    access: Access = field(default_factory=Access)
    """How the first life of it is reached, where that takes more than an address."""
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.web else 'http'}://127.0.0.1:{self.port}/am"

    async def start(self) -> None:
        self.lives += 1
        config = self.folder / "alertmanager.yml"
        await asyncio.to_thread(config.write_text, CONFIG)
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        self.process = await asyncio.create_subprocess_exec(
            str(BINARY),
            f"--config.file={config}",
            f"--storage.path={self.folder / f'data-{self.lives}'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.route-prefix=/am",
            "--cluster.listen-address=",
            *([f"--web.config.file={self.web}"] if self.web else []),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(30), Alertmanager(replace(self.access, url=self.url)) as asked:
            while True:
                try:
                    await asked.firing()
                    break
                except Away:
                    await asyncio.sleep(0.1)

    async def kill(self) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def post(self, labels: dict[str, str], *, over: bool = False) -> None:
        now = datetime.now(UTC)
        alert = {
            "labels": labels,
            "annotations": {"summary": "Pod is crash looping."},
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
            "startsAt": (now - timedelta(minutes=5)).isoformat(),
            "endsAt": (now - timedelta(seconds=1) if over else now + timedelta(minutes=5)).isoformat(),
        }
        async with self.session.post(f"{self.url}/api/v2/alerts", json=[alert]) as answer:
            assert answer.status == 200, await answer.text()

    async def silence(self, alertname: str) -> str:
        now = datetime.now(UTC)
        body = {
            "matchers": [{"name": "alertname", "value": alertname, "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "test",
            "comment": "test",
        }
        async with self.session.post(f"{self.url}/api/v2/silences", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["silenceID"])

    async def end_silence(self, silence: str) -> None:
        async with self.session.delete(f"{self.url}/api/v2/silence/{silence}") as answer:
            assert answer.status == 200, await answer.text()


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[Real]:
    async with aiohttp.ClientSession() as session:
        made = Real(tmp_path, session)
        await made.start()
        try:
            yield made
        finally:
            await made.kill()


async def poll(here: Duty, asked: Alertmanager, wanted: dict[str, str]) -> None:
    """Once it says what it was told (name → why it is quiet), the desk hears it."""
    async with asyncio.timeout(30):
        while True:
            alerts, complete = await asked.firing()
            if {one.name: one.quiet for one in alerts} == wanted:
                await here.poll(*alerts, complete=complete)
                return
            await asyncio.sleep(0.1)


async def test_alerts_of_the_real_one_become_a_card_and_are_closed(real: Real, tmp_path: Path) -> None:
    async with Alertmanager(Access(url=real.url)) as asked, duty(tmp_path, Clock()) as here:
        for pod in PODS:
            await real.post({**CRASHING, "pod": pod})
        await poll(here, asked, {"KubePodCrashLooping": ""})
        card = await here.card()
        assert card.title == "告警：KubePodCrashLooping · cart (shop)"
        assert "2" in [fact.value for fact in card.facts]
        assert [button.url for button in card.buttons if button.url] == ["http://prometheus:9090/graph?g0.expr=up"]
        for pod in PODS:
            await real.post({**CRASHING, "pod": pod}, over=True)
        await poll(here, asked, {})
        await here.over()
        assert (await here.card()).tag == "✅ 已恢复"


async def test_its_silences_and_inhibitions_are_kept_and_are_no_resolution(real: Real, tmp_path: Path) -> None:
    async with Alertmanager(Access(url=real.url)) as asked, duty(tmp_path, Clock()) as here:
        await real.post({"alertname": "PodDown", "node": "node-1"})
        await poll(here, asked, {"PodDown": ""})
        silence = await real.silence("PodDown")
        await poll(here, asked, {"PodDown": "silenced"})
        assert (await here.card()).tag == "已在 Alertmanager 静默"
        await real.end_silence(silence)
        await poll(here, asked, {"PodDown": ""})
        assert (await here.card()).tag == "告警中"
        await real.post({"alertname": "NodeDown", "node": "node-1"})
        await poll(here, asked, {"PodDown": "inhibited", "NodeDown": ""})
        tags = {card.title.split("：")[1].split(" ")[0]: card.tag for card in await here.cards()}
        assert tags == {"PodDown": "被 Alertmanager 抑制", "NodeDown": "告警中"}


async def test_one_that_dies_and_forgets_everything_closes_nothing(real: Real, tmp_path: Path) -> None:
    async with Alertmanager(Access(url=real.url)) as asked, duty(tmp_path, Clock()) as here:
        await real.post({**CRASHING, "pod": PODS[0]})
        await poll(here, asked, {"KubePodCrashLooping": ""})
        await real.kill()
        with pytest.raises(Away, match="unreachable"):
            await asked.firing()
        await real.start()
        await poll(here, asked, {})  # it knows nothing yet
        here.clock.advance(60)
        await real.post({**CRASHING, "pod": PODS[0]})  # Prometheus tells it again
        await poll(here, asked, {"KubePodCrashLooping": ""})
        here.clock.advance(600)
        await poll(here, asked, {"KubePodCrashLooping": ""})
        card = await here.card()
        assert (card.tag, card.final) == ("告警中", False)


async def test_its_own_matchers_choose_this_clusters_alerts(real: Real, tmp_path: Path) -> None:
    matchers = ('cluster="prod"', 'severity=~"warning|critical"')
    async with Alertmanager(Access(url=real.url, matchers=matchers)) as asked, duty(tmp_path, Clock()) as here:
        for cluster, severity in (("prod", "critical"), ("prod", "info"), ("test", "critical")):
            await real.post({"alertname": f"{cluster}-{severity}", "cluster": cluster, "severity": severity})
        await poll(here, asked, {"prod-critical": ""})
        with pytest.raises(Away, match="not_found"):
            async with Alertmanager(Access(url=real.url.removesuffix("/am"))) as wrong:
                await wrong.firing()


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with openssl")
async def test_its_own_tls_and_login_are_passed(tmp_path: Path) -> None:
    certificate, _ = await vouched_for(tmp_path)
    hashed = await asyncio.to_thread(bcrypt.hashpw, b"pw-of-ops", bcrypt.gensalt(4))
    web = tmp_path / "web.yml"
    tls = f"tls_server_config: {{cert_file: {certificate}, key_file: {tmp_path / 'ours.key'}}}\n"
    await asyncio.to_thread(web.write_text, f"{tls}basic_auth_users: {{ops: '{hashed.decode()}'}}\n")
    opened = Access(user="ops", password="pw-of-ops", ca_file=certificate)
    async with aiohttp.ClientSession() as session:
        real = Real(tmp_path, session, web=str(web), access=opened)
        try:
            await real.start()
            for wrong, why in (
                (replace(opened, password="wrong"), "rejected"),
                (replace(opened, user="", password=""), "unauthorized"),
                (replace(opened, ca_file=""), "untrusted"),
            ):
                async with Alertmanager(replace(wrong, url=real.url)) as asked:
                    with pytest.raises(Away, match=why):
                        await asked.firing()
            async with Alertmanager(Access(url=real.url.replace("https", "http"))) as asked:
                with pytest.raises(Away, match="status"):
                    await asked.firing()
        finally:
            await real.kill()
