"""What becomes of a frame: a message is persisted and acknowledged, a click answered, somebody's leaving noted."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from adapters.dingtalk.click_answer import ClickAnswer
from adapters.dingtalk.clicks import parse_click, user_id
from adapters.dingtalk.deliveries import Deliveries
from adapters.dingtalk.events import is_heeded, leavers
from adapters.dingtalk.frames import (
    BOT_MESSAGE,
    CARD_CALLBACK,
    Frame,
    Malformed,
    event_done,
    event_later,
    heard,
    not_ours,
)
from adapters.dingtalk.line import Line
from adapters.dingtalk.messages import parse_message
from adapters.dingtalk.patience import Patience
from adapters.dingtalk.small_print import SmallPrint
from adapters.dingtalk.webhooks import Webhooks
from adapters.errors import Unreachable
from adapters.handlers import Handlers
from adapters.recent import Recent
from adapters.strange import string
from adapters.timeouts import Timeouts
from adapters.types import Message, OnAction, OnLeft, OnMessage

log = structlog.get_logger()

_MOST_NAMES = 5000


class Hearing:
    """Of all lines. It remembers what only messages tell: people's names, where a conversation's webhook is, and the organisation,
    where that was not given."""

    def __init__(
        self,
        deliveries: Deliveries,
        small_print: SmallPrint,
        webhooks: Webhooks,
        *,
        corp_id: str,
        on_corp_id: Callable[[str], Awaitable[None]],
        patience: Patience,
        concurrency: int,
    ) -> None:
        self.names: Recent[str, str] = Recent(_MOST_NAMES)
        self._deliveries = deliveries
        self._small_print = small_print
        self._webhooks = webhooks
        self._corp_id = corp_id
        self._on_corp_id = on_corp_id
        self._patience = patience
        self._persisting = Timeouts(patience.message)
        self._handlers = Handlers(concurrency)

    async def drain(self) -> None:
        await self._handlers.drain(self._patience.drain)

    async def hear(self, on_message: OnMessage, on_action: OnAction, on_left: OnLeft, line: Line, frame: Frame) -> None:
        topic = frame.headers.topic
        if is_heeded(frame):
            await self._handlers.start(partial(self._left, on_left, line, frame))
        elif topic == BOT_MESSAGE:
            await self._handlers.start(partial(self._message, on_message, line, frame))
        elif topic == CARD_CALLBACK:
            await self._handlers.start(partial(self._click, on_action, line, frame))
        else:
            log.warning("dingtalk.topic.unknown", topic=str(topic)[:100])
            line.settle()
            await line.answer(not_ours(frame.headers.message_id))

    async def _message(self, on_message: OnMessage, line: Line, frame: Frame) -> None:
        """Acknowledged when persisted; else it comes again after 16 to 60 s (seen), with the same msgId."""
        try:
            try:
                message = parse_message(frame.data)
            except Malformed as exc:
                log.warning("dingtalk.message.malformed", why=str(exc))
            else:
                self._remember(frame.data, message)
                with self._persisting.limit():
                    await self._learn(string(frame.data.get("chatbotCorpId")))
                    await on_message(message)
            await line.answer(heard(frame.headers.message_id))
        except Unreachable as exc:
            log.info("dingtalk.answer.lost", why=str(exc))
        except Exception:
            log.exception("dingtalk.message.failed")
        finally:
            line.settle()

    async def _left(self, on_left: OnLeft, line: Line, frame: Frame) -> None:
        """Acknowledged when noted; else DingTalk is asked to bring it again."""
        answer = event_later
        try:
            try:
                with self._persisting.limit():
                    for person in leavers(frame, corp_id=self._corp_id):
                        await on_left(person)
                answer = event_done
            except Exception:
                log.exception("dingtalk.event.failed")
            await line.answer(answer(frame.headers.message_id))
        except Unreachable as exc:
            log.info("dingtalk.answer.lost", why=str(exc))
        finally:
            line.settle()

    async def _click(self, on_action: OnAction, line: Line, frame: Frame) -> None:
        name = self.names.get(user_id(frame.data)) or ""
        answer = ClickAnswer(line, frame.headers.message_id, self._small_print, self._deliveries.answer)
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(answer.at_the_latest(self._patience.click))
            try:
                action = parse_click(frame.data, corp_id=self._corp_id, name=name)
                answer.about(action)
                await on_action(action, answer.acknowledge)
            except Malformed as exc:
                log.warning("dingtalk.click.malformed", why=str(exc))
            except Unreachable as exc:
                log.warning("dingtalk.click.cut", why=str(exc))
            except Exception:
                log.exception("dingtalk.click.failed")
            finally:
                watch.cancel()
                await answer.empty()

    async def _learn(self, corp_id: str) -> None:
        if corp_id and not self._corp_id:
            await self._on_corp_id(corp_id)
            self._corp_id = corp_id

    def _remember(self, body: dict[str, Any], message: Message) -> None:
        self._webhooks.heard(message.conversation, body)
        if message.sender.id:
            self.names[message.sender.id] = message.sender.name
