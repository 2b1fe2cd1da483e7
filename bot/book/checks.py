"""How the book stands: proven whole once a day, and what came since with every question.

A question in chat walks only the rows after the last that were proven, at most MOST_AT_ONCE of them, so that it costs the same
in a full book as in a new one. An edit of older rows is found by the next whole walk, here or by `steward audit verify`.
"""

import asyncio
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.book.chain import Broken, Mark, Walked, walk
from bot.clock import Clock, stamp
from bot.store import Store
from executor.reason import Reason, reason

log = structlog.get_logger()

MOST_AT_ONCE = 2000
REST = 0.005
"""Seconds that the daily walk sleeps after each batch: a third of one processor at most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All rows after row `since` are proven, in this run. `whole_at`: when the whole book was proven last, up to row `whole_seq`;
    None for never. `broken`: what is wrong, None while all that was looked at holds."""

    head: Mark
    since: int = 0
    whole_at: datetime | None = None
    whole_seq: int = 0
    broken: Reason | None = None


class Checks:
    """Keeps what was proven, in the store for the whole book and in memory for what came since."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._proven = Mark(0, "")
        self._since = 0
        """All rows after this one, up to `_proven`, were walked."""

    async def recent(self) -> Standing:
        """Prove what came since the last look."""
        head = await self._head()
        whole = await self._store.row("SELECT seq, hash, checked_at, broken FROM audit_checks")
        at = datetime.fromisoformat(whole["checked_at"]) if whole and whole["checked_at"] else None
        mark = Mark(whole["seq"], whole["hash"]) if whole else Mark(0, "")
        standing = partial(Standing, whole_at=at if mark.seq else None, whole_seq=mark.seq)
        if whole and whole["broken"]:
            return standing(head, broken=_kept(whole["broken"]))
        start = await self._start(mark, head)
        if start != head:
            try:
                walked = await asyncio.to_thread(walk, self._store.path, after=start)
            except Broken as error:
                return standing(head, since=self._since, broken=error.reason)
            self._proven = head = walked.head
        return standing(head, since=self._since)

    async def _start(self, whole: Mark, head: Mark) -> Mark:
        """The newest row that was proven; one MOST_AT_ONCE before the end, as it is, where that is further."""
        if whole.seq > self._proven.seq:
            self._proven, self._since = whole, 0
        if self._proven.seq < head.seq - MOST_AT_ONCE:
            row = await self._store.row("SELECT seq, hash FROM audit_logs WHERE seq = ?", head.seq - MOST_AT_ONCE)
            if row is not None:
                self._proven, self._since = Mark(row["seq"], row["hash"]), row["seq"]
        return self._proven

    async def _head(self) -> Mark:
        row = await self._store.row("SELECT seq, hash FROM audit_head")
        return Mark(row["seq"], row["hash"]) if row else Mark(0, "")

    async def last_whole(self) -> datetime | None:
        """When the whole book was walked last, whatever was found."""
        row = await self._store.row("SELECT checked_at FROM audit_checks")
        return datetime.fromisoformat(row["checked_at"]) if row else None

    async def whole(self) -> Standing:
        """Walk the whole book in a thread, without haste, and remember what was found. Cancelled: the thread ends soon."""
        row = await self._store.row("SELECT seq, hash FROM audit_checks WHERE seq > 0")
        known = (Mark(row["seq"], row["hash"]),) if row else ()
        stop = threading.Event()
        try:
            walked = await asyncio.to_thread(walk, self._store.path, known=known, rest=REST, stop=stop)
        except Broken as error:
            log.error("audit.broken", reason=str(error))  # noqa: TRY400 - the message says all
            await self._remember(known[0] if known else Mark(0, ""), error.reason.model_dump_json())
        else:
            self._proven, self._since = walked.head, 0
            await self._remember(walked.head, "")
            log.info("audit.proven", rows=walked.rows, head=str(walked.head))
        finally:
            stop.set()
        return await self.recent()

    async def _remember(self, mark: Mark, broken: str) -> None:
        values = (mark.seq, mark.hash, stamp(self._clock()), broken)
        sql = "INSERT OR REPLACE INTO audit_checks (one, seq, hash, checked_at, broken) VALUES (1, ?, ?, ?, ?)"
        await self._store.write(lambda tx: tx.execute(sql, *values))


def _kept(found: str) -> Reason:
    """What the last whole walk found: a reason; of a version before this one, a sentence."""
    return Reason.model_validate_json(found) if found.startswith("{") else reason("chain.said", text=found)


async def prove(store: Store, *known: Mark, rest: float = 0.0) -> Walked:
    """Walk the whole book in a thread, see `bot.book.chain.walk`. Raises Broken."""
    return await asyncio.to_thread(walk, store.path, known=known, rest=rest)
