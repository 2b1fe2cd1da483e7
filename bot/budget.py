"""The calls that a platform counts by the month: counted here too, shown, and not exceeded.

A free DingTalk organisation has 5000 a month for all of its applications together (billing-model page), so that ours may be fewer
than the limit says; the platform's own refusal is heeded in any case.
"""

import asyncio
from datetime import timedelta, timezone
from typing import Literal

import structlog

from adapters.types import Platform
from bot.clock import Clock
from bot.pace import FRUGAL, LIVE, ONLY_THE_END, Pace
from bot.store import Store, Transaction

log = structlog.get_logger()

SCARCE = 0.8
"""From this part of the limit on, a card on its way is only shown again at its end."""
RICH = 50_000
"""Calls a month from which on they need not be saved."""
FLUSH_SECONDS = 5.0
"""A crash forgets at most what was spent in so many seconds."""
_PLATFORM_TIME = timezone(timedelta(hours=8))
"""DingTalk's months begin at midnight in China."""


class Budget:
    """`limit` calls a month, 0 for as many as one likes. `load` first; `run` keeps the count on disk. An `adapters.types.Meter`."""

    def __init__(self, store: Store, clock: Clock, platform: Platform, limit: int) -> None:
        self.platform = platform
        self.limit = limit
        self._store = store
        self._clock = clock
        self._month = ""
        self._used = 0
        self._unsaved = 0

    @property
    def used(self) -> int:
        """Calls of this month."""
        self._turn_page()
        return self._used

    @property
    def level(self) -> Literal["rich", "plenty", "scarce", "spent"]:
        if not self.limit:
            return "rich"
        if self.used >= self.limit:
            return "spent"
        if self.used >= self.limit * SCARCE:
            return "scarce"
        return "rich" if self.limit >= RICH else "plenty"

    @property
    def pace(self) -> Pace:
        """How often a moving card may be shown."""
        return {"rich": LIVE, "plenty": FRUGAL, "scarce": ONLY_THE_END, "spent": ONLY_THE_END}[self.level]

    async def load(self) -> None:
        self._month = self._this_month()
        sql = "SELECT calls FROM spending WHERE platform = ? AND month = ?"
        row = await self._store.row(sql, self.platform, self._month)
        self._used = row["calls"] if row else 0

    def left(self) -> bool:
        return self.level != "spent"

    def spend(self, api: str) -> None:
        """One call was made."""
        before = self.level
        self._used += 1
        self._unsaved += 1
        if self.level != before:
            log.warning(
                "budget.level", platform=self.platform, level=self.level, used=self._used, limit=self.limit, api=api
            )

    async def run(self) -> None:
        """Write the count down now and then, for ever."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        unsaved, self._unsaved = self._unsaved, 0
        if unsaved:
            await self._store.write(lambda tx: _add(tx, self.platform, self._month, unsaved))

    def _this_month(self) -> str:
        return self._clock().astimezone(_PLATFORM_TIME).strftime("%Y-%m")

    def _turn_page(self) -> None:
        """A new month begins with nothing spent; what was not written down yet is of the month that it falls into by seconds."""
        if (month := self._this_month()) != self._month:
            self._month, self._used = month, 0


async def _add(tx: Transaction, platform: Platform, month: str, calls: int) -> None:
    await tx.execute(
        "INSERT INTO spending (platform, month, calls) VALUES (?, ?, ?)"
        " ON CONFLICT (platform, month) DO UPDATE SET calls = calls + excluded.calls",
        platform,
        month,
        calls,
    )
