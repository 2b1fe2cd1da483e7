"""Feishu as an `Adapter`."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog

from adapters.errors import CredentialsRejected, MessageGone, Refused
from adapters.feishu.audit import audit
from adapters.feishu.deliveries import Deliveries
from adapters.feishu.endpoint import connect, find
from adapters.feishu.hearing import Hearing
from adapters.feishu.line import Line
from adapters.feishu.openapi import DOMAIN, Account, OpenApi
from adapters.feishu.patience import USUAL, Patience
from adapters.feishu.people import People
from adapters.types import (
    Conversation,
    Finding,
    OnAction,
    OnChange,
    OnLeft,
    OnMessage,
    Person,
    Platform,
    Rate,
    Sent,
    nobody_left,
    unheeded,
)
from cards.model import Card

log = structlog.get_logger()

_RATE = Rate(sends=14, updates=14, conversation=4, message=4)
"""A thousand calls a minute of one API (and fifty a second), five a second to one group, shared by all bots in it, and five
changes a second of one message (frequency-control; the pages of the two calls)."""


class Feishu:
    """`domain` is where all of the Open API is, the long connection's address included; Lark's differs."""

    platform: Platform = "feishu"

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        domain: str = DOMAIN,
        patience: Patience = USUAL,
        concurrency: int = 512,
    ) -> None:
        self._api = OpenApi(Account(app_id, app_secret), domain=domain, timeout=patience.request)
        self._deliveries = Deliveries(self._api)
        self._people = People(self._api)
        self._hearing = Hearing(self._deliveries, self._people, patience=patience, concurrency=concurrency)
        self._patience = patience
        self._last_heard: datetime | None = None

    def __repr__(self) -> str:
        return f"Feishu({self._api.account.app_id!r}, ***)"

    @property
    def last_heard(self) -> datetime | None:
        return self._last_heard

    @property
    def rate(self) -> Rate:
        return _RATE

    @property
    def calls(self) -> Counter[str]:
        """REST calls since the start, by method and path."""
        return self._api.calls

    def use(self, identifier: str, secret: str) -> None:
        self._api.use(Account(identifier, secret))

    async def check(self) -> None:
        """Credentials, the bot capability and the long connection. How the application is configured is told by `audit`."""
        await self._api.token()
        await self._people.bot()
        await find(self._api, self._api.account)

    async def audit(self) -> tuple[Finding, ...]:
        """Permissions, events and callbacks as the console has them, as far as they may be read."""
        return await audit(self._api)

    async def listen(
        self,
        on_message: OnMessage,
        on_action: OnAction,
        on_change: OnChange = unheeded,
        on_left: OnLeft = nobody_left,
    ) -> None:
        """Without its own open_id a bot cannot tell what is meant for it, so it is asked first."""
        try:
            bot = await self._people.bot()
        except (Refused, MessageGone) as exc:
            raise CredentialsRejected(str(exc), code=exc.code) from exc
        endpoint = await find(self._api, self._api.account)
        line = Line(
            await connect(self._api.session, endpoint),
            service=endpoint.service,
            every=endpoint.ping_seconds,
            grace=self._patience.silence,
            moment=self._patience.moment,
            drain=self._patience.drain,
        )
        log.info("feishu.connected")
        naming = asyncio.create_task(self._people.look_up())
        try:
            await line.run(
                partial(self._hearing.hear, on_message, on_action, on_left, bot), _Alive(self._heard, on_change)
            )
        except asyncio.CancelledError:
            await self._hearing.drain()
            raise
        finally:
            naming.cancel()
            await asyncio.gather(naming, return_exceptions=True)
            await line.close()

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        return await self._deliveries.send(conversation, card, key)

    async def update(self, sent: Sent, card: Card) -> None:
        await self._deliveries.update(sent, card)

    async def say(self, conversation: Conversation, words: str | Card, *, key: str = "") -> None:
        await self._deliveries.say(conversation, words, key)

    async def person(self, user_id: str) -> Person:
        return await self._people.person(user_id)

    async def close(self) -> None:
        await self._hearing.drain()
        await self._api.close()

    def _heard(self) -> None:
        self._last_heard = datetime.now(UTC)


class _Alive:
    """Called for each frame; the first one says that the line is up."""

    def __init__(self, heard: Callable[[], None], on_change: OnChange) -> None:
        self._heard = heard
        self._on_change: OnChange | None = on_change

    def __call__(self) -> None:
        self._heard()
        if self._on_change is not None:
            on_change, self._on_change = self._on_change, None
            on_change("up")
