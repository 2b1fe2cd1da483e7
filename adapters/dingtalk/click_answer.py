"""The one answer to a click, in time."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from adapters.dingtalk.frames import answer as frame
from adapters.dingtalk.line import Line
from adapters.dingtalk.small_print import TIPS, SmallPrint
from adapters.errors import Unreachable
from adapters.types import Answer, CardAction
from cards.model import Card

log = structlog.get_logger()

Draw = Callable[[str, Card, str], dict[str, str]]
"""The variables of the card with that key, which may have been made in that form."""


class ClickAnswer:
    """Whatever happens, exactly one answer goes out on the line that the click came on: the given one, or an empty one that
    leaves the card as it is when nobody gave one in time. Without any, the client shows a failure."""

    def __init__(self, line: Line, message_id: str, small_print: SmallPrint, draw: Draw) -> None:
        self._line = line
        self._message_id = message_id
        self._small_print = small_print
        self._draw = draw
        self._action: CardAction | None = None
        self._done: str = ""

    def about(self, action: CardAction) -> None:
        self._action = action

    async def acknowledge(self, answer: Answer) -> None:
        """Raises Unreachable when it came too late or the line is gone: the card then needs an update."""
        if self._done == "empty":
            raise Unreachable("too late: the click has been answered without a card")
        if self._done:
            raise RuntimeError("a click is acknowledged once")
        response = self._response(answer)
        self._done = "given"
        await self._send(response)

    async def at_the_latest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if not self._done:
            log.warning("dingtalk.click.late", seconds=seconds)
            await self.empty()

    async def empty(self) -> None:
        """Unless it has been answered."""
        if self._done:
            return
        self._done = "empty"
        try:
            await self._send({})
        except Unreachable as exc:
            log.info("dingtalk.answer.lost", why=str(exc))

    async def _send(self, response: dict[str, Any]) -> None:
        try:
            await self._line.answer(frame(self._message_id, {"response": response}))
        finally:
            self._line.settle()

    def _response(self, answer: Answer) -> dict[str, Any]:
        """By key, so that what is not mentioned stays; `userPrivateData` is the clicker's and not keyed by user."""
        assert self._action is not None, "known before anybody can answer"
        response: dict[str, Any] = {"cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True}}
        if answer.card is not None:
            variables = self._draw(self._action.key, answer.card, answer.form)
            self._small_print.shown(self._action.key, variables)
            response["cardData"] = {"cardParamMap": variables}
        own = self._small_print.answering(self._action.key, self._action.operator.id, answer)
        if own is not None:
            response["userPrivateData"] = {"cardParamMap": {TIPS: own}}
        return response
