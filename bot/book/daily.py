"""What is done for the book once a day: prove it whole, post the head of the chain, let go of what is too old."""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog

from adapters.types import Conversation
from bot.book.cards import head_notice
from bot.book.chain import Broken
from bot.book.checks import REST, Checks, Standing
from bot.book.periods import midnight
from bot.book.prune import YOUNGEST, TooYoung, prune
from bot.clock import Clock
from bot.deliveries import card_of, stable_id
from bot.router import NotificationRouter
from bot.store import Store
from bot.words import Words

log = structlog.get_logger()

A_DAY = timedelta(days=1)
IDLE = 30.0
"""Seconds between looks at the clock: it may be set, and a laptop may sleep."""


def time_of_day(text: str) -> time | None:
    """`09:30`; None for "". Raises ValueError."""
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"{text!r} is no time of day; write HH:MM")
    return time.fromisoformat(text) if text else None


def due(now: datetime, at: time, done: datetime | None) -> bool:
    """Whether the daily moment (in the daemon's time zone) has come since it was done last. What was missed on the same day, for
    the daemon was down, is made up for; what was missed on days before is not."""
    today = now.astimezone().date()
    moment = midnight(today).replace(hour=at.hour, minute=at.minute)
    return now >= moment and (done is None or done < moment)


class Daily:
    """`post_at`: when the head goes to the conversations `to`, None for never. `keep_days` (2 or more): older rows are written to
    `folder` and removed; None keeps them for ever. That a book does not hold is told to `to` whether or not posting is asked for.
    """

    def __init__(
        self,
        store: Store,
        router: NotificationRouter,
        words: Words,
        clock: Clock,
        folder: Path,
        *,
        to: Sequence[Conversation] = (),
        post_at: time | None = None,
        keep_days: int | None = None,
    ) -> None:
        self._store = store
        self._router = router
        self._words = words
        self._clock = clock
        self._folder = folder
        self._to = tuple(to)
        self._post_at = post_at
        self._keep_days = keep_days
        self._checks = Checks(store, clock)

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except sqlite3.OperationalError as error:  # locked for long, or a disk that fails: it is looked at again
                log.warning("audit.not_proven", reason=str(error))
            await asyncio.sleep(IDLE)

    async def look(self) -> None:
        """Do what is due now, and nothing twice."""
        now = self._clock()
        card_id = stable_id("card", f"audit-head/{now.astimezone().date()}")
        posting = bool(self._post_at and self._to and due(now, self._post_at, None))
        posting = posting and await card_of(self._store, card_id) is None
        last = await self._checks.last_whole()
        if not posting and last is not None and timedelta() <= now - last < A_DAY:
            return
        standing = await self._checks.whole()
        if posting or standing.broken:
            await self._post(card_id if posting else _alarm(standing), standing, now)
        if not standing.broken:
            await self._let_go(now)

    async def _post(self, card_id: str, standing: Standing, now: datetime) -> None:
        told = head_notice(self._words, card_id, standing, now)
        await self._router.send_card(told.card, self._to)

    async def _let_go(self, now: datetime) -> None:
        if self._keep_days is None:
            return
        try:
            before = now - max(timedelta(days=self._keep_days), YOUNGEST)
            gone = await prune(self._store, before, self._folder, self._clock, rest=REST)
        except (Broken, TooYoung, OSError, sqlite3.OperationalError) as error:
            log.error("audit.not_pruned", reason=str(error))  # noqa: TRY400 - the message says all
        else:
            if gone is not None:
                log.info("audit.pruned", first=gone.first, last=gone.last.seq, file=str(gone.file))


def _alarm(standing: Standing) -> str:
    """The same fault is told once."""
    assert standing.broken is not None
    return stable_id("card", f"audit-broken/{standing.broken.model_dump_json()}")
