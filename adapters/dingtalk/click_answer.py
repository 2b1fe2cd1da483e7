"""The answer to a click on DingTalk: the new variables of the card, and what only the clicker reads."""

from collections.abc import Callable
from typing import Any

from adapters.dingtalk.frames import answer as frame
from adapters.dingtalk.line import Line
from adapters.dingtalk.small_print import TIPS, SmallPrint
from adapters.one_answer import OneAnswer
from adapters.types import Answer, CardAction, Platform
from cards.model import Card

Draw = Callable[[str, Card, str], dict[str, str]]
"""The variables of the card with that key, which may have been made in that form."""


class ClickAnswer(OneAnswer):
    platform: Platform = "dingtalk"

    def __init__(self, line: Line, message_id: str, small_print: SmallPrint, draw: Draw) -> None:
        super().__init__()
        self._line = line
        self._message_id = message_id
        self._small_print = small_print
        self._draw = draw
        line.last_calls.add(self.empty)

    def response(self, action: CardAction, answer: Answer) -> dict[str, Any]:
        """By key, so that what is not mentioned stays; `userPrivateData` is the clicker's and not keyed by user."""
        response: dict[str, Any] = {"cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True}}
        if answer.card is not None:
            variables = self._draw(action.key, answer.card, answer.form)
            self._small_print.shown(action.key, variables)
            response["cardData"] = {"cardParamMap": variables}
        own = self._small_print.answering(action.key, action.operator.id, answer)
        if own is not None:
            response["userPrivateData"] = {"cardParamMap": {TIPS: own}}
        return response

    async def write(self, response: dict[str, Any]) -> None:
        self._line.last_calls.discard(self.empty)
        try:
            await self._line.answer(frame(self._message_id, {"response": response}))
        finally:
            self._line.settle()
