"""Those who left the organisation: told by the platform's event, or found out when they act as administrators.

An event can be lost (the application hears none, nobody was listening), so whoever decides as an administrator is looked up in the
background, at most once an hour. The click does not wait for it: the approval is checked once more before its effect.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from adapters.errors import MessageGone, PlatformError
from adapters.recent import Recent
from adapters.types import Adapter, Person, Platform
from bot import audit
from bot.audit import Entry
from bot.clock import Clock
from bot.identities import Identities
from bot.store import Store, Transaction

log = structlog.get_logger()

AGAIN = timedelta(hours=1)
_MOST = 1000


class Leavers:
    """`run` must be running for lookups; events need nobody."""

    def __init__(self, store: Store, identities: Identities, doors: Mapping[Platform, Adapter], clock: Clock) -> None:
        self._store = store
        self._identities = identities
        self._doors = doors
        self._clock = clock
        self._looked: Recent[tuple[str, str], datetime] = Recent(_MOST)
        self._wanted: asyncio.Queue[Person] = asyncio.Queue(_MOST)

    async def on_left(self, person: Person) -> None:
        """`adapters.types.OnLeft`: returns when it is on disk. From then on this person decides nothing any more."""
        if await self._store.write(partial(self._left, person=person, how="event")):
            log.warning("access.left", platform=person.platform, id=person.id)

    def look_at(self, person: Person) -> None:
        """Somebody decided: ask the platform whether they are still there, unless it was asked within the hour. Never waits."""
        pair, now = (person.platform, person.id), self._clock()
        before = self._looked.get(pair)
        if (before is None or now - before >= AGAIN) and not self._wanted.full():
            self._looked[pair] = now
            self._wanted.put_nowait(person)

    async def run(self) -> None:
        """Look people up, one after the other, for ever."""
        while True:
            person = await self._wanted.get()
            door = self._doors.get(person.platform)
            if door is None:
                continue
            try:
                await door.person(person.id)
            except MessageGone:
                if await self._store.write(partial(self._left, person=person, how="lookup")):
                    log.warning("access.left", platform=person.platform, id=person.id)
            except PlatformError as exc:
                log.info("access.not_looked_up", platform=person.platform, id=person.id, reason=str(exc))

    async def _left(self, tx: Transaction, person: Person, how: str) -> bool:
        if not await self._identities.leave(tx, person):
            return False
        row = Entry(
            user_id="steward",
            action_type="leave",
            target_resource=f"person/{person.platform}:{person.id}",
            status="SUCCESS",
            platform=person.platform,
            detail=how,
        )
        await audit.append(tx, row, self._clock)
        return True
