"""The daemon as a process, for tests that drive it over sockets and kill it."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from tests.leaks import WATCH
from tests.leaks.known import of_settings

ADMIN, MEMBER = "manager4220", "user123"
GROUP = "cidK8sOps0001=="
FEISHU_ADMIN, FEISHU_MEMBER = "ou_wangwei0000001", "ou_lilei00000001"
FEISHU_GROUP = "oc_k8s_ops_0001"


@dataclass(frozen=True)
class Finished:
    """A command that ended: its exit code and all that it said."""

    returncode: int
    out: str


@dataclass
class Daemon:
    """`steward run` with its data in `folder`; started and killed as often as a test likes. `gateway` is DingTalk's, None for a
    daemon that lives in Feishu alone."""

    folder: Path
    gateway: DingTalkStandIn | None
    kubeconfig: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    feishu: FeishuStandIn | None = None

    @property
    def gateways(self) -> list[DingTalkStandIn | FeishuStandIn]:
        return [each for each in (self.gateway, self.feishu) if each is not None]

    @property
    def given(self) -> dict[str, str]:
        """The settings by their names."""
        admins = [f"dingtalk:{ADMIN}"] if self.gateway else []
        admins += [f"feishu:{FEISHU_ADMIN}"] if self.feishu else []
        return {
            **(_dingtalk(self.gateway) if self.gateway else {}),
            **(_feishu(self.feishu) if self.feishu else {}),
            "KUBECONFIG": str(self.kubeconfig),
            "STEWARD_DATA_DIR": str(self.folder),
            "STEWARD_ADMINS": ",".join(admins),
            "STEWARD_LISTEN": "127.0.0.1:0",
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    @property
    def environment(self) -> dict[str, str]:
        ours = ("DINGTALK", "STEWARD", "FEISHU")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | self.given

    async def command(self, *arguments: str) -> Finished:
        """Another `steward` command with the same settings."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *arguments),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            stdin=asyncio.subprocess.DEVNULL,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        WATCH.heard(f"command: steward {arguments[0]}", out)
        return Finished(process.returncode, out.decode())

    async def start(self) -> None:
        """Returns when its lines are open."""
        await self.launch()
        async with asyncio.timeout(30):
            for gateway in self.gateways:
                await gateway.connected(seconds=30)

    async def launch(self) -> None:
        """Returns when the process has begun."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
            )

    async def kill(self) -> None:
        """kill -9, and wait until each gateway has noticed."""
        await self._end(signal.SIGKILL)
        for gateway in self.gateways:
            await gateway.until(lambda gateway=gateway: not gateway.lines)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(40):
            return await self.process.wait()

    @property
    def log(self) -> Path:
        return self.folder / "steward.log"

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Read the daemon's database beside it."""
        connection = sqlite3.connect(f"file:{self.folder / 'steward.db'}?mode=ro", uri=True, timeout=5)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def states(self) -> list[str]:
        return [row["state"] for row in self.rows("SELECT state FROM actions ORDER BY created_at")]

    async def until_state(self, *states: str, seconds: float = 60) -> str:
        """Until the newest action is in one of these states."""
        async with asyncio.timeout(seconds):
            while not (found := self.states()) or found[-1] not in states:
                await asyncio.sleep(0.01)
        return found[-1]


def _dingtalk(gateway: DingTalkStandIn) -> dict[str, str]:
    return {
        "DINGTALK_ENABLED": "true",
        "DINGTALK_CLIENT_ID": gateway.client_id,
        "DINGTALK_CLIENT_SECRET": gateway.client_secret,
        "DINGTALK_OPENAPI_ENDPOINT": gateway.url,
        "DINGTALK_OAPI_ENDPOINT": gateway.url,
    }


def _feishu(gateway: FeishuStandIn) -> dict[str, str]:
    return {
        "FEISHU_ENABLED": "true",
        "FEISHU_APP_ID": gateway.app_id,
        "FEISHU_APP_SECRET": gateway.app_secret,
        "FEISHU_DOMAIN": gateway.url,
    }


@asynccontextmanager
async def daemon_at(
    folder: Path,
    gateway: DingTalkStandIn | None,
    kubeconfig: Path,
    *,
    feishu: FeishuStandIn | None = None,
    **settings: str,
) -> AsyncIterator[Daemon]:
    """A started daemon in a world of its own: group, administrator and member are made in each gateway."""
    if gateway is not None:
        gateway.add_user(ADMIN, "王伟")
        gateway.add_user(MEMBER, "李雷")
        gateway.add_group(GROUP, "k8s-ops", [ADMIN, MEMBER])
    if feishu is not None:
        feishu.add_user(FEISHU_ADMIN, "王伟")
        feishu.add_user(FEISHU_MEMBER, "李雷")
        feishu.add_group(FEISHU_GROUP, "k8s-ops", [FEISHU_ADMIN, FEISHU_MEMBER])
    daemon = Daemon(folder, gateway, kubeconfig, settings, feishu=feishu)
    WATCH.learn(*of_settings(daemon.given))
    try:
        await daemon.start()
        yield daemon
    finally:
        if daemon.process is not None and daemon.process.returncode is None:
            daemon.process.kill()
            await daemon.process.wait()
