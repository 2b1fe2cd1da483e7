"""How each platform's line is: written by `supervise`, read by /healthz, the status page and the notices."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import structlog

from adapters.types import Adapter, Platform
from bot.clock import Clock

log = structlog.get_logger()

Condition = Literal["connecting", "up", "retiring", "down", "parked"]

LEAST_GAP = timedelta(seconds=60)
"""A shorter gap is not worth a notice. What was said in it comes again on DingTalk (16 to 60 s after it was not acknowledged), and
after a kill nobody knows the last half minute (`bot.gaps.EVERY`), so that a quick restart would always look like deafness."""
MOST_NEWS = 64


@dataclass(frozen=True, slots=True)
class LineState:
    """`up`: something was heard on it. `retiring`: the platform wants a new one, which is being made. `down`: tried again at
    `again_at`. `parked`: its credentials are refused, a human must act; also tried again, rarely."""

    state: Condition
    since: datetime
    reason: str = ""
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """The platform was not heard from `since` until `until`, on no line."""

    platform: Platform
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    platform: Platform
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Up:
    """The platform is heard again, after so short a time that nobody need know; or for the first time."""

    platform: Platform


News = Gap | Parked | Up


class Line:
    """One platform's. Several connections can be it for a moment: it is heard while any of them is up."""

    def __init__(self, adapter: Adapter, clock: Clock, news: asyncio.Queue[News]) -> None:
        self.adapter = adapter
        self.state = LineState("connecting", clock())
        self.renewed = False
        """Whether the newest connection was asked for before the credentials changed."""
        self.stirred = asyncio.Event()
        """Set when there is something new for whoever supervises it."""
        self._clock = clock
        self._news = news
        self._hearing = 0
        self._deaf_since: datetime | None = None

    @property
    def platform(self) -> Platform:
        return self.adapter.platform

    @property
    def hears(self) -> bool:
        return self._hearing > 0

    def renew(self) -> None:
        """There are other credentials: a parked or resting line tries them at once, a working one is replaced."""
        self.renewed = True
        self.stirred.set()

    def try_now(self) -> None:
        """Something was mended on the platform's side: do not wait out the pause. A line that hears is left alone."""
        if not self.hears:
            self.renew()

    def move(self, state: Condition, reason: str = "", again_at: datetime | None = None) -> None:
        if state != self.state.state:
            self.state = LineState(state, self._clock(), reason, again_at)
            if state == "parked":
                self._tell(Parked(self.platform, self.state.since, reason))
        else:
            self.state = replace(self.state, reason=reason, again_at=again_at)

    def begins_to_hear(self) -> None:
        """One more connection hears."""
        self._hearing += 1
        if self._hearing > 1:
            return
        now, since = self._clock(), self._deaf_since
        self._deaf_since = None
        if since is not None and now - since >= LEAST_GAP:
            log.warning("line.was_deaf", platform=self.platform, since=since.isoformat(), until=now.isoformat())
            self._tell(Gap(self.platform, since, now))
        else:
            self._tell(Up(self.platform))

    def ends_to_hear(self, *, silent: bool = False) -> None:
        """One connection less hears. `silent`: it had not for a while, nobody noticed."""
        self._hearing -= 1
        if not self._hearing:
            self._deaf_since = (self.adapter.last_heard if silent else None) or self._clock()

    def was_heard_until(self, moment: datetime) -> None:
        """By an earlier process."""
        self._deaf_since = moment

    @property
    def heard_until(self) -> datetime | None:
        """Now, while it hears; None when it never did."""
        return self._clock() if self._hearing else self._deaf_since

    def _tell(self, news: News) -> None:
        try:
            self._news.put_nowait(news)
        except asyncio.QueueFull:  # the store has been away for an hour or more
            log.warning("line.news_lost", platform=self.platform, kind=type(news).__name__)


class Lines:
    """All of them, and what happened to them that people should hear about."""

    def __init__(self, adapters: Mapping[Platform, Adapter], clock: Clock) -> None:
        self.news: asyncio.Queue[News] = asyncio.Queue(MOST_NEWS)
        self.by_platform: dict[Platform, Line] = {
            platform: Line(adapter, clock, self.news) for platform, adapter in adapters.items()
        }
