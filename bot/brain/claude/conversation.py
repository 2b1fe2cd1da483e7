"""One conversation with the model, from the first message to an answer that uses no more tools."""

import asyncio
import re
from typing import Any

from bot.brain.claude.answers import Answer
from bot.brain.claude.away import Away, Unusable
from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.prompt import SYSTEM
from bot.brain.claude.toolbox import Toolbox, tools
from bot.brain.claude.usage import NO_USAGE, Usage
from executor.reason import reason

_SHORT = ("max_tokens", "model_context_window_exceeded")
_HALF_A_WORD = re.compile(r"[A-Za-z0-9_./-]+\Z")
"""Half a name may be another's name."""


class Conversation:
    """`usage` is what it has cost so far, however it ends; `lost` why the model went away in the middle of it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._begun = asyncio.get_running_loop().time()
        self.usage: Usage = NO_USAGE
        self.lost: Away | None = None

    @property
    def until(self) -> float:
        """When its time is over, by the loop's clock."""
        return self._begun + self._endpoint.patience.whole

    async def until_answered(self, first: str, toolbox: Toolbox | None = None) -> str:
        """The words that it ended with, "" where a tool said everything. Raises Away, and Unusable."""
        try:
            async with asyncio.timeout_at(self.until):
                return await self._rounds(first, toolbox)
        except TimeoutError as error:
            slow = reason("model.timeout")
            raise (Unusable(slow) if self.usage.calls else Away(slow)) from error
        except Away as error:
            self.lost = error
            raise

    async def _rounds(self, first: str, toolbox: Toolbox | None) -> str:
        limits = self._endpoint.limits
        messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": first}]}]
        for number in range(limits.rounds):
            answer = await self._endpoint.ask(SYSTEM, messages, tools())
            self.usage += answer.usage
            _complain(answer)
            messages.append({"role": "assistant", "content": list(answer.blocks)})
            if toolbox is None or not answer.uses:
                if answer.stop != "pause_turn":
                    return _said(answer)
                messages.append({"role": "user", "content": [{"type": "text", "text": "Go on."}]})
                continue
            if toolbox.closed:
                break
            if number + 2 >= limits.rounds or self._spent(answer):
                toolbox.closed = True  # one more answer, in words: what was found is not for nothing
            messages.append({"role": "user", "content": await toolbox.use(answer.uses)})
            if toolbox.diagnose is not None:
                return ""
        raise Unusable(reason("model.too_much"))

    def _spent(self, last: Answer) -> bool:
        """Whether another round with tools, as dear as the last, would go beyond what a request may cost; or its time is short."""
        late = asyncio.get_running_loop().time() - self._begun > self._endpoint.patience.reading
        return late or self.usage.total + last.usage.total > self._endpoint.limits.tokens


def _said(answer: Answer) -> str:
    """Raises Unusable where nothing was. What was cut off ends with a whole word, and shows that it was cut."""
    if not answer.text:
        raise Unusable(reason("model.empty"))
    return f"{_HALF_A_WORD.sub('', answer.text).rstrip()}…" if answer.stop in _SHORT else answer.text


def _complain(answer: Answer) -> None:
    """Raises Unusable for an answer that helps nobody."""
    if answer.stop == "refusal":
        raise Unusable(reason("model.declined"))
    if answer.stop in _SHORT and (answer.uses or not answer.text):
        raise Unusable(reason("model.cut_short"))
    if not answer.blocks or (not answer.text and not answer.uses):
        raise Unusable(reason("model.empty"))
