"""A world with both platforms: a cluster, two gateways with several groups each, and the daemon between them, all in one loop."""

import asyncio
import sqlite3
import traceback
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import structlog
from pydantic import SecretStr

from bot import app
from bot.settings import Settings
from executor.diff import MARK
from sandbox.cluster import ClusterStandIn
from sandbox.cluster.manifests import deployment, namespace
from sandbox.cluster.store import Change
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from tests.chaos.hurry import HurryingLoop, LoopClock

Platform = Literal["dingtalk", "feishu"]
Run = Callable[..., Awaitable[None]]
"""As `bot.app.run`."""

NAMESPACES = ("alpha", "beta", "gamma", "delta")
NAMES = tuple(f"{team}-{what}" for team in NAMESPACES for what in ("web", "api", "cart", "mail", "jobs", "feed"))
"""Each exists once, in the namespace it is named after."""
MONTH = 20_000


@dataclass(frozen=True)
class Side:
    """One platform: its gateway, its groups (the last one is told of every action) and who is in all of them. The typists are
    administrators who never press a button."""

    platform: Platform
    gateway: Any
    groups: tuple[str, ...]
    admins: tuple[str, ...]
    members: tuple[str, ...]
    typist: str

    @property
    def ops(self) -> str:
        return self.groups[-1]

    @property
    def people(self) -> tuple[str, ...]:
        return (*self.admins, *self.members, self.typist)


@dataclass
class World:
    loop: HurryingLoop
    folder: Path
    cluster: ClusterStandIn
    sides: dict[Platform, Side]
    run: Run = app.run
    log: list[Any] = field(default_factory=list)
    ended: str = ""
    """Why the daemon ended, where it did so by itself."""
    effects: dict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    """By the mark that a write bears, which is the action's id: the objects' uids and the generations that it made."""
    late_frames: Counter[str] = field(default_factory=Counter)
    """By platform: frames that misfortunes brought late."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _life: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._stop = asyncio.Event()
        self._life = asyncio.create_task(self._live(self._stop), name="the daemon")

    async def stop(self) -> None:
        """As SIGTERM does it."""
        self._stop.set()
        if self._life is not None:
            await asyncio.wait([self._life])

    async def _live(self, stop: asyncio.Event) -> None:
        try:
            await self.run(await asyncio.to_thread(self._settings), stop, clock=self.loop.now)
        except Exception:  # noqa: BLE001 - the verdict tells it
            self.ended = traceback.format_exc()

    def _settings(self) -> Settings:
        dingtalk, feishu = self.sides["dingtalk"].gateway, self.sides["feishu"].gateway
        return Settings(
            dingtalk_enabled=True,
            dingtalk_client_id=dingtalk.client_id,
            dingtalk_client_secret=SecretStr(dingtalk.client_secret),
            dingtalk_openapi_endpoint=dingtalk.url,
            dingtalk_oapi_endpoint=dingtalk.url,
            dingtalk_monthly_calls=MONTH,
            feishu_enabled=True,
            feishu_app_id=feishu.app_id,
            feishu_app_secret=SecretStr(feishu.app_secret),
            feishu_domain=feishu.url,
            kubeconfig=str(self.folder / "kubeconfig"),
            steward_data_dir=self.folder / "data",
            steward_listen="",
            steward_admins=frozenset(
                (side.platform, one) for side in self.sides.values() for one in (*side.admins, side.typist)
            ),
            steward_ops_conversations=frozenset((side.platform, side.ops) for side in self.sides.values()),
        )

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Read the daemon's database beside it; nothing while there is none."""
        try:
            connection = sqlite3.connect(f"file:{self.folder / 'data' / 'steward.db'}?mode=ro", uri=True, timeout=5)
        except sqlite3.OperationalError:
            return []
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


def _note_effect(world: World, change: Change) -> None:
    if change.resource.kind == "Deployment":
        metadata = change.object["metadata"]
        if mark := metadata.get("annotations", {}).get(MARK):
            world.effects[mark].add((metadata["uid"], metadata["generation"]))


def _teams(cluster: ClusterStandIn) -> None:
    cluster.apply_all(namespace(name) for name in NAMESPACES)
    cluster.apply_all(deployment(name, "registry.local/app:1", home=name.partition("-")[0]) for name in NAMES)


def _dingtalk(gateway: DingTalkStandIn) -> Side:
    side = Side(
        "dingtalk",
        gateway,
        ("cidTeamA==", "cidTeamB==", "cidTeamC==", "cidOps=="),
        ("manager1", "manager2", "manager3"),
        ("user1", "user2", "user3"),
        "manager9",
    )
    for person in side.people:
        gateway.add_user(person, f"钉{person}")
    for number, group in enumerate(side.groups):
        gateway.add_group(group, f"组{number}", side.people)
    return side


def _feishu(gateway: FeishuStandIn) -> Side:
    side = Side(
        "feishu",
        gateway,
        ("oc_team_a", "oc_team_b", "oc_topics", "oc_ops"),
        ("ou_chief1", "ou_chief2", "ou_chief3"),
        ("ou_some1", "ou_some2", "ou_some3"),
        "ou_chief9",
    )
    for person in side.people:
        gateway.add_user(person, f"飞{person[3:]}")
    for number, group in enumerate(side.groups):
        gateway.add_group(group, f"群{number}", side.people, topics=group == "oc_topics")
    return side


@asynccontextmanager
async def both(loop: HurryingLoop, folder: Path, seed: int, run: Run = app.run) -> AsyncIterator[World]:
    """The daemon is started, its lines may not be open yet."""
    (folder / "data").mkdir()
    with structlog.testing.capture_logs() as log:
        async with (
            ClusterStandIn(seed=_teams) as cluster,
            DingTalkStandIn(
                clock=LoopClock(loop), offline="redeliver", times=1000, month_calls=None, month_pushes=None, seed=seed
            ) as dingtalk,
            FeishuStandIn(clock=LoopClock(loop), seed=seed) as feishu,
        ):
            cluster.traffic.calls = deque()
            for gateway in (dingtalk, feishu):
                gateway.deliveries.kept = deque()
            cluster.write_kubeconfig(folder / "kubeconfig")
            sides: dict[Platform, Side] = {"dingtalk": _dingtalk(dingtalk), "feishu": _feishu(feishu)}
            world = World(loop, folder, cluster, sides, run, log)
            cluster.store.listen(partial(_note_effect, world))
            loop.set_exception_handler(lambda _, context: log.append({"exc_info": True, **context}))
            world.start()
            try:
                yield world
            finally:
                await world.stop()
