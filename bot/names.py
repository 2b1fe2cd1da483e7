"""What people are called, where their platform's messages do not say it (Feishu's never do).

Asked for once a message is safe on disk and not waited for long: a card that knows only an id is still a card.
"""

import asyncio
import time
from collections.abc import Mapping

import structlog

from adapters.errors import PlatformError
from adapters.recent import Recent
from adapters.types import Adapter, Message, Person, Platform
from bot.inbox import Handle
from bot.store import Body

log = structlog.get_logger()

WAIT_SECONDS = 2.0
NAMELESS_SECONDS = 600.0
"""Somebody whose name may not be read is not asked for again so soon."""
_MOST = 5000


class Names:
    def __init__(self, doors: Mapping[Platform, Adapter]) -> None:
        self._doors = doors
        self._nameless: Recent[str, float] = Recent(_MOST)

    def before(self, handle: Handle) -> Handle:
        """A handler that gets messages of people who have a name, if they have one."""

        async def named(message: Message) -> Body[None] | None:
            if message.sender.id and not message.sender.name:
                sender = await self._named(message.sender)
                message = message.model_copy(update={"sender": sender})
            return await handle(message)

        return named

    async def _named(self, person: Person) -> Person:
        door = self._doors.get(person.platform)
        if door is None or (self._nameless.get(person.id) or 0.0) > time.monotonic():
            return person
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await door.person(person.id)
        except (PlatformError, TimeoutError) as error:
            log.info("person.unnamed", platform=person.platform, reason=str(error) or type(error).__name__)
            self._nameless[person.id] = time.monotonic() + NAMELESS_SECONDS
            return person
