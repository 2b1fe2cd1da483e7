"""What becomes of a frame: a message is persisted and acknowledged, a click answered, somebody's leaving noted."""

import asyncio
from functools import partial

import structlog

from adapters.errors import Unreachable
from adapters.feishu.click_answer import ClickAnswer
from adapters.feishu.clicks import parse_click
from adapters.feishu.deliveries import Deliveries
from adapters.feishu.events import HEEDED, leaver
from adapters.feishu.frames import CARD, CLICK, EVENT, FAILED, MESSAGE, OK, Delivery, Event, Malformed
from adapters.feishu.line import Line
from adapters.feishu.messages import parse_message
from adapters.feishu.patience import Patience
from adapters.feishu.people import People
from adapters.handlers import Handlers
from adapters.timeouts import Timeouts
from adapters.types import OnAction, OnLeft, OnMessage, Person

log = structlog.get_logger()


class Hearing:
    """Of all lines."""

    def __init__(self, deliveries: Deliveries, people: People, *, patience: Patience, concurrency: int) -> None:
        self._deliveries = deliveries
        self._people = people
        self._patience = patience
        self._persisting = Timeouts(patience.message)
        self._handlers = Handlers(concurrency)

    async def drain(self) -> None:
        await self._handlers.drain(self._patience.drain)

    async def hear(
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
            await _acknowledge(line, delivery, code)

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
            await _acknowledge(line, delivery, code)

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


async def _acknowledge(line: Line, delivery: Delivery, code: int) -> None:
    try:
        await line.answer(delivery, code=code)
    except Unreachable as exc:
        log.info("feishu.answer.lost", why=str(exc))
    finally:
        line.settle()
