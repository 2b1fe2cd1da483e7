"""The standing task: asks both sources for ever and hands what fires to the desk."""

import asyncio
import math
import random
from datetime import datetime

import structlog

from bot.alerts import events
from bot.alerts.access import Access
from bot.alerts.alert import Alert, Place, key_of
from bot.alerts.away import Away
from bot.alerts.desk import Desk
from bot.alerts.ear import Ear
from bot.alerts.poll import Alertmanager
from bot.alerts.rhythm import Rhythm
from bot.clock import Clock
from bot.words import Words
from executor.cluster import Reader
from executor.happenings import is_warning
from executor.kinds import kind_named
from executor.reason import Reason
from executor.watching import Source, Watching

log = structlog.get_logger()

_EVENTS = Source("events", kind_named("Event"), None, fields="type=Warning", limit=2000, keep=is_warning)


class AlertWatch:
    """Without an ops conversation (`told` is False) nothing is asked: nobody would hear. `ear` says how it goes."""

    def __init__(
        self,
        desk: Desk,
        cluster: Reader,
        words: Words,
        clock: Clock,
        *,
        access: Access,
        told: bool,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._desk = desk
        self._cluster = cluster
        self._words = words
        self._clock = clock
        self._access = access
        self._told = told
        self._rhythm = rhythm or Rhythm()
        self._turned = asyncio.Event()
        self._pulse_seen = False
        self._dead_since: datetime | None = None
        self.ear = Ear(clock)
        if told:
            self.ear.turn_to(access.shown)

    def use(self, access: Access) -> None:
        """From now on it is reached like this; at once, whatever pause was being made."""
        if access != self._access:
            self._access = access
            self._pulse_seen, self._dead_since = False, None
            self._turned.set()
            if self._told:
                self.ear.turn_to(access.shown)
            log.info("alertmanager.access_changed")

    async def run(self) -> None:
        if not self._told:
            log.info("alerts.nobody_to_tell", setting="STEWARD_OPS_CONVERSATIONS")
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_events())
            group.create_task(self._poll())

    async def _poll(self) -> None:
        pause = self._rhythm.every
        async with Alertmanager(self._access) as alertmanager:
            while True:
                self._turned.clear()
                alertmanager.use(self._access)
                if self.ear.present is None:
                    await self._turned.wait()
                    continue
                try:
                    alerts, complete = await alertmanager.firing()
                except Away as away:
                    since = self.ear.miss(away.reason)
                    if self._clock() - since >= self._rhythm.missed_long:
                        await self._desk.settle("steward", (self._blind(away.reason, since),))
                        await self._desk.doubt("alertmanager", since)
                    pause = min(pause * 2, max(self._rhythm.longest_pause, self._rhythm.every))
                else:
                    pause = self._rhythm.every
                    dead = self._without_pulse(pulse=alertmanager.pulse)
                    groups = await self._desk.settle("alertmanager", alerts, complete=complete and dead is None)
                    self.ear.hear(groups, complete=complete)
                    late = dead is not None and self._clock() - dead >= self._rhythm.missed_long
                    await self._desk.settle("steward", (_silent(self._words, dead),) if dead and late else ())
                await self._rest(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret

    def _without_pulse(self, *, pulse: bool) -> datetime | None:
        """Since when the pulse that was there is missing: whatever ends without it may only be told no more."""
        if pulse:
            self._pulse_seen, self._dead_since = True, None
        elif self._pulse_seen and self._dead_since is None:
            self._dead_since = self._clock()
            log.warning("alertmanager.no_pulse")
        return self._dead_since

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._turned.wait()
        except TimeoutError:
            pass

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
        end = loop.time() + self._rhythm.every
        while (left := end - loop.time()) > 0:
            await view.changed(left)

    def _blind(self, why: Reason, since: datetime) -> Alert:
        return Alert(
            source="steward",
            key=key_of("steward", "alertmanager_away", Place()),
            name="alertmanager_away",
            summary=self._words.say(why),
            since=since,
        )


def _silent(words: Words, since: datetime) -> Alert:
    return Alert(
        source="steward",
        key=key_of("steward", "no_pulse", Place()),
        name="no_pulse",
        summary=words("alert.no_pulse"),
        since=since,
    )
