"""DingTalk as an `Adapter`."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import structlog
from dingtalk_stream.credential import Credential

from adapters.dingtalk.audit import audit
from adapters.dingtalk.deliveries import Deliveries
from adapters.dingtalk.hearing import Hearing
from adapters.dingtalk.line import Line, Ticket, connect, open_line
from adapters.dingtalk.log_stream import LogStream
from adapters.dingtalk.openapi import OAPI, OPENAPI, OpenApi
from adapters.dingtalk.patience import USUAL, Patience
from adapters.dingtalk.small_print import SmallPrint
from adapters.dingtalk.templates import Templates
from adapters.dingtalk.webhooks import Webhooks
from adapters.strange import string
from adapters.types import (
    UNMETERED,
    Conversation,
    Finding,
    Meter,
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
from cards.dingtalk import PUBLIC_TEMPLATE
from cards.model import Card

log = structlog.get_logger()

_RATE = Rate(sends=18, updates=18, conversation=5, message=1)
"""20 calls a second of one app and API, by the calendar second (how-to-process-api-throttling); the rest are our manners."""


async def unheard(_: str) -> None:
    """For whoever does not keep which organisation it is."""


class DingTalk:
    """`robot_code` is the client id for internal applications. `corp_id` is learned from the first message when not given, and
    told to `on_corp_id` before that is acknowledged: until then clicks are not checked for coming from another organisation.

    `templates` are ids of own templates by kind of card (docs/dingtalk-templates.md); a kind without one, or one that DingTalk
    refuses, is shown in `card_template_id`, which has the public template's variables. `streaming`: the log of cards in own
    templates is streamed, a call each time; for organisations that have calls to spare."""

    platform: Platform = "dingtalk"

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        openapi_endpoint: str = OPENAPI,
        oapi_endpoint: str = OAPI,
        card_template_id: str = PUBLIC_TEMPLATE,
        templates: Mapping[str, str] | None = None,
        streaming: bool = False,
        meter: Meter = UNMETERED,
        robot_code: str = "",
        corp_id: str = "",
        on_corp_id: Callable[[str], Awaitable[None]] = unheard,
        patience: Patience = USUAL,
        concurrency: int = 512,
    ) -> None:
        self._credential = Credential(client_id, client_secret)
        self._api = OpenApi(
            self._credential, openapi=openapi_endpoint, oapi=oapi_endpoint, timeout=patience.request, meter=meter
        )
        small_print = SmallPrint()
        self._templates = Templates(card_template_id or PUBLIC_TEMPLATE, templates or {}, streaming=streaming)
        webhooks = Webhooks(self._api, oapi_endpoint)
        self._deliveries = Deliveries(
            self._api,
            small_print,
            self._templates,
            LogStream(self._api, works=streaming),
            webhooks,
            robot_code=robot_code or client_id,
        )
        self._hearing = Hearing(
            self._deliveries,
            small_print,
            webhooks,
            corp_id=corp_id,
            on_corp_id=on_corp_id,
            patience=patience,
            concurrency=concurrency,
        )
        self._patience = patience
        self._last_heard: datetime | None = None

    def __repr__(self) -> str:
        return f"DingTalk({self._credential.client_id!r}, ***)"

    @property
    def last_heard(self) -> datetime | None:
        return self._last_heard

    @property
    def rate(self) -> Rate:
        return _RATE

    def use(self, identifier: str, secret: str) -> None:
        self._credential = Credential(identifier, secret)
        self._api.use(self._credential)
        self._deliveries.robot_code = identifier

    @property
    def calls(self) -> Counter[str]:
        """REST calls since the start, by method and path."""
        return self._api.calls

    async def check(self) -> None:
        """Credentials, Stream mode and the permission to send cards. Counts as one call of the month's budget."""
        await self._api.token()
        await self._open()
        await self._deliveries.check()

    async def audit(self) -> tuple[Finding, ...]:
        return await audit(self._api, self._deliveries.robot_code, self._templates.configured)

    async def listen(
        self,
        on_message: OnMessage,
        on_action: OnAction,
        on_change: OnChange = unheeded,
        on_left: OnLeft = nobody_left,
    ) -> None:
        ws = await connect(self._api.session, await self._open())
        line = Line(ws, silence=self._patience.silence, drain=self._patience.drain)
        log.info("dingtalk.connected")
        hear = partial(self._hearing.hear, on_message, on_action, on_left)
        reading = asyncio.create_task(line.run(hear, self._alive, on_change))  # goes on while we say goodbye
        try:
            await asyncio.wait({reading})
            reading.result()
        except asyncio.CancelledError:
            await line.leave(self._patience.moment)
            await asyncio.wait({reading}, timeout=self._patience.drain)
            await self._hearing.drain()
            raise
        finally:
            reading.cancel()
            await asyncio.wait({reading})
            if not reading.cancelled():
                reading.exception()  # after our goodbye any end will do
            await line.close()

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        form = await self._deliveries.send(conversation, card, key)
        return Sent(platform=self.platform, conversation=conversation, message_id=key, key=key, form=form)

    async def update(self, sent: Sent, card: Card) -> None:
        await self._deliveries.update(sent.conversation, sent.message_id, card, sent.form)

    async def say(self, conversation: Conversation, words: str | Card, *, key: str = "") -> None:
        del key  # DingTalk's messages have none
        await self._deliveries.say(conversation, words)

    async def person(self, user_id: str) -> Person:
        """Who that is; not counted in the month's budget. Raises MessageGone for nobody, Refused without the permission to read
        contacts."""
        answer = await self._api.call_oapi("/topapi/v2/user/get", {"userid": user_id, "language": "zh_CN"})
        found = answer.get("result")
        name = string(found.get("name")) if isinstance(found, dict) else ""
        self._hearing.names[user_id] = name
        return Person(platform=self.platform, id=user_id, name=name)

    async def close(self) -> None:
        await self._hearing.drain()
        await self._api.close()

    async def _open(self) -> Ticket:
        return await open_line(self._api, self._credential.client_id, self._credential.client_secret)

    def _alive(self) -> None:
        self._last_heard = datetime.now(UTC)
