"""The standing task: asks both sources for ever and hands what fires to the desk."""

import asyncio
import math
import random
from datetime import datetime

import aiohttp
import structlog

from bot.alerts import events
from bot.alerts.alert import Alert, Place, key_of
from bot.alerts.desk import Desk
from bot.alerts.poll import Alertmanager, Away
from bot.clock import Clock
from executor.cluster import Reader
from executor.happenings import is_warning
from executor.kinds import kind_named
from executor.watching import Source, Watching

log = structlog.get_logger()

EVERY = 30.0
LONGEST_PAUSE = 300.0
MISSED_LONG = 600.0
"""Seconds without Alertmanager after which people are told: silence is not health."""
_EVENTS = Source("events", kind_named("Event"), None, fields="type=Warning", limit=2000, keep=is_warning)


class AlertWatch:
    """`url` of Alertmanager, "" for none. Without an ops conversation (`told` is False) nothing is asked: nobody would hear."""

    def __init__(
        self, desk: Desk, cluster: Reader, clock: Clock, *, url: str, told: bool, every: float = EVERY
    ) -> None:
        self._desk = desk
        self._cluster = cluster
        self._clock = clock
        self._url = url
        self._told = told
        self._every = every

    async def run(self) -> None:
        if not self._told:
            log.info("alerts.nobody_to_tell", setting="STEWARD_OPS_CONVERSATIONS")
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_events())
            if self._url:
                group.create_task(self._poll())

    async def _poll(self) -> None:
        away_since: datetime | None = None
        pause = self._every
        async with aiohttp.ClientSession() as session:
            alertmanager = Alertmanager(self._url, session)
            while True:
                try:
                    alerts, complete = await alertmanager.firing()
                except Away as away:
                    now = self._clock()
                    if away_since is None:
                        away_since = now
                        log.warning("alertmanager.away", reason=str(away))
                    if (now - away_since).total_seconds() >= MISSED_LONG:
                        await self._desk.settle("steward", (_blind(away, away_since),))
                    pause = min(pause * 2, max(LONGEST_PAUSE, self._every))
                else:
                    if away_since is not None:
                        log.info("alertmanager.back")
                    away_since, pause = None, self._every
                    await self._desk.settle("alertmanager", alerts, complete=complete)
                    await self._desk.settle("steward", ())
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret

    async def _watch_events(self) -> None:
        """The groups are looked at now and then, however many events come in between. There is no single object whose watch could
        be checked, so that nothing is listed again while the watch holds."""
        async with Watching(self._cluster, (_EVENTS,), poll=math.inf) as view:
            while True:
                await self._until_later(view)
                if view.known():
                    alerts = await asyncio.to_thread(events.firing, view.of("events"), self._clock())
                    await self._desk.settle("events", alerts, complete=view.complete("events"))

    async def _until_later(self, view: Watching) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._every
        while (left := end - loop.time()) > 0:
            await view.changed(left)


def _blind(away: Away, since: datetime) -> Alert:
    place = Place()
    return Alert(
        source="steward",
        key=key_of("steward", "alertmanager_away", place),
        name="alertmanager_away",
        summary=str(away),
        since=since,
    )
