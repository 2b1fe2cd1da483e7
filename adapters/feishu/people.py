"""What people are called. Neither messages nor clicks say it, and nothing that is due in seconds waits for it: a name that is
missing is asked for in the background, and known the next time."""

import asyncio
import time

import structlog

from adapters.errors import MessageGone, PlatformError, Refused
from adapters.feishu.events import resigned
from adapters.feishu.openapi import OpenApi
from adapters.recent import Recent
from adapters.strange import json_object, string
from adapters.types import Person

log = structlog.get_logger()

ONE = "/open-apis/contact/v3/users/{}"
SEVERAL = "/open-apis/contact/v3/users/batch"
BOT = "/open-apis/bot/v3/info"

_MOST = 5000
_BATCH = 50
_NAMELESS_SECONDS = 600.0
"""Without the permission, or for somebody outside of what the application may see, it is not asked again so soon."""
_PAUSE_SECONDS = 10.0
_BY_OPEN_ID = ("user_id_type", "open_id")


class People:
    def __init__(self, api: OpenApi) -> None:
        self._api = api
        self._names: Recent[str, str] = Recent(_MOST)
        self._nameless: Recent[str, float] = Recent(_MOST)
        self._quiet_until = 0.0
        self._wanted: dict[str, None] = {}
        self._asked = asyncio.Event()

    def name(self, open_id: str) -> str:
        """ "" while it is not known; then it is wanted from now on."""
        name = self._names.get(open_id)
        if name is None and open_id and (self._nameless.get(open_id) or 0.0) <= time.monotonic():
            if len(self._wanted) < _MOST:
                self._wanted[open_id] = None
            self._asked.set()
        return name or ""

    def remember(self, open_id: str, name: str) -> None:
        if open_id and name:
            self._names[open_id] = name

    async def look_up(self) -> None:
        """Names that are wanted, as long as the line is up. Whatever goes wrong, it is only names."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            while batch := list(self._wanted)[:_BATCH]:
                if time.monotonic() >= self._quiet_until:
                    await self._ask(batch)
                for open_id in batch:
                    del self._wanted[open_id]

    async def person(self, open_id: str) -> Person:
        """Raises MessageGone for nobody and for who has left, Refused without the permission to read contacts."""
        answer = await self._api.call("GET", ONE, open_id, query=[_BY_OPEN_ID])
        found = json_object(json_object(answer.get("data")).get("user"))
        if not found:
            raise MessageGone("no such person", code="no-user")
        if resigned(found):
            raise MessageGone("this person has left", code="resigned")
        name = string(found.get("name"))
        self.remember(open_id, name)
        return Person(platform="feishu", id=open_id, name=name)

    async def bot(self) -> str:
        """The bot's own open_id, which only this application knows it by."""
        answer = await self._api.call("GET", BOT)
        open_id = string(json_object(answer.get("bot")).get("open_id"))
        if not open_id:
            raise Refused(
                "the application has no bot: switch the bot capability on and publish a version", code="no-bot"
            )
        return open_id

    async def _ask(self, batch: list[str]) -> None:
        query = [("user_ids", open_id) for open_id in batch]
        try:
            answer = await self._api.call("GET", SEVERAL, query=[*query, _BY_OPEN_ID])
        except MessageGone as exc:
            log.info("feishu.names.unknown", why=str(exc))
            await self._ask_each(batch)
        except PlatformError as exc:
            log.info("feishu.names.unknown", why=str(exc))
            self._quiet_until = time.monotonic() + (_NAMELESS_SECONDS if isinstance(exc, Refused) else _PAUSE_SECONDS)
        else:
            self._nameless_for_now(batch)
            items = json_object(answer.get("data")).get("items")
            for item in map(json_object, items if isinstance(items, list) else []):
                self.remember(string(item.get("open_id")), string(item.get("name")))

    async def _ask_each(self, batch: list[str]) -> None:
        """One id that Feishu does not know may spoil the question for all."""
        if len(batch) == 1:
            self._nameless_for_now(batch)
            return
        for open_id in batch:
            await self._ask([open_id])

    def _nameless_for_now(self, batch: list[str]) -> None:
        for open_id in batch:
            self._nameless[open_id] = time.monotonic() + _NAMELESS_SECONDS
