"""The answer to a click on Feishu: a toast for the clicker, and the card as everybody now sees it."""

from typing import Any

from adapters.feishu.deliveries import drawn
from adapters.feishu.frames import Delivery
from adapters.feishu.line import Line
from adapters.one_answer import OneAnswer
from adapters.types import Answer, CardAction, Platform
from cards.plain import clip, one_line

_MOST_CHARS = 200


class ClickAnswer(OneAnswer):
    platform: Platform = "feishu"

    def __init__(self, line: Line, delivery: Delivery) -> None:
        super().__init__()
        self._line = line
        self._delivery = delivery

    def response(self, action: CardAction, answer: Answer) -> dict[str, Any]:
        response: dict[str, Any] = {}
        if answer.toast:
            response["toast"] = {"type": answer.tone, "content": clip(one_line(answer.toast), _MOST_CHARS)}
        if answer.card is not None:
            response["card"] = {"type": "raw", "data": drawn(answer.card, action.key, answer.form)}
        return response

    async def write(self, response: dict[str, Any]) -> None:
        try:
            await self._line.answer(self._delivery, response)
        finally:
            self._line.settle()
