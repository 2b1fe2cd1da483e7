"""One conversation with the model, from the first message to an answer that uses no more tools."""

from typing import Any

from bot.brain.claude.answers import Answer
from bot.brain.claude.away import Unusable
from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.prompt import SYSTEM
from bot.brain.claude.toolbox import Toolbox, tools
from bot.brain.claude.usage import NO_USAGE, Usage
from executor.reason import reason

_SHORT = ("max_tokens", "model_context_window_exceeded")


class Conversation:
    """`usage` is what it has cost so far, however it ends."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.usage: Usage = NO_USAGE

    async def until_answered(self, first: str, toolbox: Toolbox | None = None) -> str:
        """The words that it ended with, "" where a tool said everything. Raises Away, and Unusable."""
        limits = self._endpoint.limits
        messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": first}]}]
        said: list[str] = []
        for _ in range(limits.rounds):
            answer = await self._endpoint.ask(SYSTEM, messages, tools())
            self.usage += answer.usage
            _complain(answer)
            said.append(answer.text)
            if toolbox is None or not answer.uses:
                if answer.stop != "pause_turn":
                    return "\n".join(filter(None, said[-1:]))
                messages.append({"role": "assistant", "content": list(answer.blocks)})
                messages.append({"role": "user", "content": [{"type": "text", "text": "Go on."}]})
                continue
            messages.append({"role": "assistant", "content": list(answer.blocks)})
            messages.append({"role": "user", "content": await toolbox.use(answer.uses)})
            if toolbox.diagnose is not None:
                return ""
            if self.usage.total > limits.tokens:
                raise Unusable(reason("model.too_much"))
        raise Unusable(reason("model.too_much"))


def _complain(answer: Answer) -> None:
    """Raises Unusable for an answer that helps nobody."""
    if answer.stop == "refusal":
        raise Unusable(reason("model.declined"))
    if answer.stop in _SHORT and (answer.uses or not answer.text):
        raise Unusable(reason("model.cut_short"))
    if not answer.blocks or (not answer.text and not answer.uses):
        raise Unusable(reason("model.empty"))
