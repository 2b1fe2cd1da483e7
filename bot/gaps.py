"""Tells people when the bot could not hear them: no line of their platform was up, or the daemon was not running at all.

Until when a platform was heard is kept in the store, so that a restart and even a kill count. The notice and the new time are
written together: a gap is told once.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog

from adapters.types import Conversation, Platform
from bot.answers import notice
from bot.clock import Clock, stamp
from bot.deliveries import stable_id
from bot.lines import Gap, Line, Lines, News, Parked, Up
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words
from cards.model import Card, Tone

log = structlog.get_logger()

EVERY = 30.0
"""Seconds between writes while a line is up; so much of a gap stays unknown after a kill."""
MOST_REASON = 200


class Gaps:
    """`ops`: the conversations of each platform that are told how Steward is."""

    def __init__(
        self,
        store: Store,
        lines: Lines,
        router: NotificationRouter,
        words: Words,
        clock: Clock,
        *,
        ops: Mapping[Platform, tuple[Conversation, ...]],
        every: float = EVERY,
    ) -> None:
        self._store = store
        self._lines = lines
        self._router = router
        self._words = words
        self._clock = clock
        self._ops = ops
        self._every = every
        self._written: dict[Platform, datetime] = {}

    async def look_back(self) -> None:
        """Until when the last process heard; called before any line is opened. The first start ever has missed nothing."""
        for row in await self._store.rows("SELECT platform, heard_at FROM lines"):
            if line := self._lines.by_platform.get(row["platform"]):
                line.was_heard_until(datetime.fromisoformat(row["heard_at"]))

    async def run(self) -> None:
        """Keep the times, and tell what happens."""
        news = self._lines.news
        while True:
            try:
                async with asyncio.timeout(self._every):
                    happened = await news.get()
            except TimeoutError:
                await self.remember()
            else:
                await self._tell(happened)

    async def remember(self) -> None:
        """Write down until when each platform was heard, where that is news; the last time after its line was left."""
        changed = [
            (line.platform, until) for line in self._lines.by_platform.values() if (until := self._news_of(line))
        ]
        if not changed:
            return

        async def written(tx: Transaction) -> None:
            for platform, until in changed:
                await _keep(tx, platform, until)

        await self._store.write(written)
        self._written.update(changed)

    def _news_of(self, line: Line) -> datetime | None:
        until = line.heard_until
        return until if until != self._written.get(line.platform) else None

    async def _tell(self, happened: News) -> None:
        match happened:
            case Gap():
                await self._tell_gap(happened)
            case Parked():
                await self._tell_parked(happened)
            case Up():
                await self.remember()  # a process that never lives for half a minute would seem deaf all the time

    async def _tell_gap(self, gap: Gap) -> None:
        since, until = self._times(gap)
        words, platform = self._words, self._words(f"page.platform.{gap.platform}")
        card = self._notice(
            stable_id("gap", gap.platform, stamp(gap.since)),
            words("gap.title", platform=platform),
            words("gap.text", platform=platform, since=since, until=until),
        )
        to = self._ops.get(gap.platform) or await self._spoken_to_last(gap.platform)

        async def told(tx: Transaction) -> None:
            await _keep(tx, gap.platform, gap.until)
            if to:
                await self._router.send_card(card, to, within=tx)

        await self._store.write(told)
        self._written[gap.platform] = gap.until
        self._router.wake()

    async def _tell_parked(self, parked: Parked) -> None:
        """On the other platforms: on its own nothing can be said."""
        words, platform = self._words, self._words(f"page.platform.{parked.platform}")
        to = tuple(each for name, several in self._ops.items() if name != parked.platform for each in several)
        if not to:
            return
        card = self._notice(
            stable_id("parked", parked.platform, stamp(parked.since)),
            words("gap.parked", platform=platform),
            words("gap.parked_text", platform=platform, reason=parked.reason[:MOST_REASON]),
        )
        await self._router.send_card(card, to)

    def _notice(self, card_id: str, title: str, text: str) -> Card:
        return notice(self._words, card_id, title, text, tone=Tone.WARNING).card

    def _times(self, gap: Gap) -> tuple[str, str]:
        """In the daemon's time zone, with the day where it is not the same one."""
        since, until = gap.since.astimezone(), gap.until.astimezone()
        form = "%H:%M:%S" if since.date() == until.date() == self._clock().astimezone().date() else "%m-%d %H:%M:%S"
        return since.strftime(form), until.strftime(form)

    async def _spoken_to_last(self, platform: Platform) -> tuple[Conversation, ...]:
        row = await self._store.row(
            "SELECT json_extract(body, '$.conversation') AS conversation FROM inbox WHERE conversation LIKE ? || ':%'"
            " AND json_extract(body, '$.conversation.kind') = 'group' ORDER BY seq DESC LIMIT 1",
            platform,
        )
        if row is None:
            return ()
        found = Conversation.model_validate_json(row["conversation"], extra="ignore")
        return (found.model_copy(update={"thread": ""}),)


async def _keep(tx: Transaction, platform: Platform, until: datetime) -> None:
    await tx.execute(
        "INSERT INTO lines (platform, heard_at) VALUES (?, ?)"
        " ON CONFLICT (platform) DO UPDATE SET heard_at = excluded.heard_at",
        platform,
        stamp(until),
    )
