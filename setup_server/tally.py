"""Refusals are counted, so that a flood of them is in the audit book and the book does not fill the disk.

What was looked at (SUCCESS, DENIED) always has a row of its own; the brake bounds how many of those there are. What was turned
away unseen costs the sender nothing, so of one kind from one place the first has a row at once, and those that follow share one a
minute, which says how many they were.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from setup_server.accounts import Attempt, Audit, Clock
from setup_server.site import neighbourhood

WINDOW = timedelta(minutes=1)
PLACES = 500
"""Beyond, places share a count: the address of the first is on it."""


@dataclass(slots=True)
class _Count:
    first: Attempt
    since: datetime
    unsaid: int = 0


class Tally:
    """An `Audit` in front of another."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._counts: dict[tuple[str, str, str], _Count] = {}

    async def __call__(self, attempt: Attempt) -> None:
        await self._say_what_is_due()
        if attempt.status != "REFUSED":
            await self._audit(attempt)
            return
        key = (attempt.action, attempt.detail, neighbourhood(attempt.address))
        if key not in self._counts and len(self._counts) >= PLACES:
            key = (attempt.action, attempt.detail, "")
        if (count := self._counts.get(key)) is not None:
            count.unsaid += 1
            return
        self._counts[key] = _Count(attempt, self._clock())
        await self._audit(attempt)

    async def _say_what_is_due(self) -> None:
        now = self._clock()
        due = [(key, count) for key, count in self._counts.items() if now - count.since >= WINDOW]
        for key, _ in due:
            del self._counts[key]
        for _, count in due:
            if count.unsaid:
                detail = (
                    f"{count.first.detail}, {count.unsaid} more from {count.since.isoformat(timespec='seconds')} on"
                )
                await self._audit(count.first._replace(detail=detail))
