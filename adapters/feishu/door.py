"""Feishu as an `Adapter`."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from adapters.errors import CredentialsRejected, MessageGone, Refused, Unreachable
from adapters.feishu.audit import audit
from adapters.feishu.click_answer import ClickAnswer
from adapters.feishu.clicks import parse_click
from adapters.feishu.deliveries import Deliveries
from adapters.feishu.endpoint import connect, find
from adapters.feishu.events import HEEDED, leaver
from adapters.feishu.frames import CARD, CLICK, EVENT, FAILED, MESSAGE, OK, Delivery, Event, Malformed
from adapters.feishu.line import Line
from adapters.feishu.messages import parse_message
from adapters.feishu.openapi import DOMAIN, Account, OpenApi
from adapters.feishu.people import People
from adapters.handlers import Handlers
from adapters.timeouts import Timeouts
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


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, each with what is known of the platform.

    `silence`: nothing heard, on top of two of the gateway's ping intervals. `click`: an answer is due within 3 s, sending
    included. `message`: until a message is persisted; Feishu sends it again when it has heard nothing for 3 s. `moment`: for
    answers in hand before the close frame. `drain`: for the gateway's goodbye, and for handlers at the end. `request`: one REST
    call.
    """

    silence: float = 10.0
    click: float = 2.6
    message: float = 20.0
    moment: float = 0.5
    drain: float = 5.0
    request: float = 10.0


class Feishu:
    """`domain` is where all of the Open API is, the long connection's address included; Lark's differs."""

    platform: Platform = "feishu"

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        domain: str = DOMAIN,
        patience: Patience = Patience(),
        concurrency: int = 512,
    ) -> None:
        self._api = OpenApi(Account(app_id, app_secret), domain=domain, timeout=patience.request)
        self._deliveries = Deliveries(self._api)
        self._people = People(self._api)
        self._patience = patience
        self._persisting = Timeouts(patience.message)
        self._handlers = Handlers(concurrency)
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
            await line.run(partial(self._hear, on_message, on_action, on_left, bot), _Alive(self._heard, on_change))
        except asyncio.CancelledError:
            await self._handlers.drain(self._patience.drain)
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
        await self._handlers.drain(self._patience.drain)
        await self._api.close()

    def _heard(self) -> None:
        self._last_heard = datetime.now(UTC)

    async def _hear(
        self,
        on_message: OnMessage,
        on_action: OnAction,
        on_left: OnLeft,
        bot: str,
        line: Line,
        delivery: Delivery,
    ) -> None:
        if delivery.type != EVENT:
            await self._no_event(line, delivery)
            return
        try:
            event = delivery.event()
        except Malformed as exc:
            log.warning("feishu.event.malformed", why=str(exc))
            await self._pass_over(line, delivery)
            return
        if event.kind == MESSAGE:
            await self._handlers.start(partial(self._message, on_message, bot, line, delivery, event))
        elif event.kind == CLICK:
            await self._handlers.start(partial(self._click, on_action, line, delivery, event))
        elif event.kind in HEEDED:
            await self._handlers.start(partial(self._left, on_left, line, delivery, event))
        else:
            log.debug("feishu.event", kind=event.kind[:100])
            await self._pass_over(line, delivery)

    async def _no_event(self, line: Line, delivery: Delivery) -> None:
        """`card` frames are clicks of an application whose callbacks are not subscribed or not published: the clicker sees 200340,
        whatever is answered."""
        if delivery.type == CARD:
            log.error("feishu.callback.not_subscribed", wanted=CLICK)
        else:
            log.warning("feishu.frame.unknown", type=delivery.type[:100])
        await self._pass_over(line, delivery)

    async def _pass_over(self, line: Line, delivery: Delivery) -> None:
        """Acknowledged, or it would come again and again."""
        line.settle()
        try:
            await line.answer(delivery)
        except Unreachable as exc:
            log.info("feishu.answer.lost", why=str(exc))

    async def _message(self, on_message: OnMessage, bot: str, line: Line, delivery: Delivery, event: Event) -> None:
        """Acknowledged when persisted; else it comes again after 15 s, 5 min, 1 h and 6 h, with the same message_id."""
        code = FAILED
        try:
            try:
                message = parse_message(event, bot=bot, name=self._people.name)
            except Malformed as exc:
                log.warning("feishu.message.malformed", why=str(exc))
            else:
                if message is not None:
                    self._remember(message.mentions)
                    with self._persisting.limit():
                        await on_message(message)
            code = OK
        except Exception:
            log.exception("feishu.message.failed")
        finally:
            try:
                await line.answer(delivery, code=code)
            except Unreachable as exc:
                log.info("feishu.answer.lost", why=str(exc))
            finally:
                line.settle()

    async def _left(self, on_left: OnLeft, line: Line, delivery: Delivery, event: Event) -> None:
        """Acknowledged when noted; else it comes again, as a message does."""
        code = FAILED
        try:
            person = leaver(event)
            if person is not None:
                with self._persisting.limit():
                    await on_left(person)
            code = OK
        except Exception:
            log.exception("feishu.event.failed")
        finally:
            try:
                await line.answer(delivery, code=code)
            except Unreachable as exc:
                log.info("feishu.answer.lost", why=str(exc))
            finally:
                line.settle()

    async def _click(self, on_action: OnAction, line: Line, delivery: Delivery, event: Event) -> None:
        answer = ClickAnswer(line, delivery)
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(answer.at_the_latest(self._patience.click))
            try:
                action = parse_click(event, name=self._people.name, place=self._deliveries.place)
                answer.about(action)
                await on_action(action, answer.acknowledge)
            except Unreachable as exc:
                log.warning("feishu.click.cut", why=str(exc))
            except Exception:
                log.exception("feishu.click.failed")
            finally:
                watch.cancel()
                await answer.empty()

    def _remember(self, mentioned: tuple[Person, ...]) -> None:
        for person in mentioned:
            self._people.remember(person.id, person.name)


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
