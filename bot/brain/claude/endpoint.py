"""The model's address: asked with bounded retries, left alone while it is away, and with less where it offers less."""

import asyncio
import importlib
from collections.abc import Sequence
from typing import Any, Protocol

import structlog

from bot.brain.claude.answers import Answer
from bot.brain.claude.away import Away, Unusable
from bot.brain.claude.breaker import Breaker
from bot.brain.claude.patience import Limits, Patience
from executor.reason import reason

log = structlog.get_logger()

DEFAULT_MODEL = "claude-sonnet-5-5"
"""Where ANTHROPIC_MODEL is empty; a test holds that the installed SDK knows it."""
_EPHEMERAL = {"type": "ephemeral"}

Json = dict[str, Any]


class Doorway(Protocol):
    async def ask(self, request: dict[str, Any]) -> Answer: ...

    async def close(self) -> None: ...


class Endpoint:
    """One model at one address. `plain` once it has refused a request for its cache marks: from then on it gets none."""

    def __init__(
        self,
        key: str,
        base_url: str,
        model: str = "",
        *,
        patience: Patience | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.model = model or DEFAULT_MODEL
        self.patience = patience or Patience()
        self.limits = limits or Limits()
        self.breaker = Breaker(self.patience)
        self.plain = False
        self._address = (key, base_url)
        self._door: Doorway | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Load the SDK, in a thread; `ask` does it by itself when nobody has."""
        async with self._opening:
            if self._door is None:
                self._door = await asyncio.to_thread(self._loaded)

    def _loaded(self) -> Doorway:
        door: Doorway = importlib.import_module("bot.brain.claude.door").Door(*self._address, self.patience)
        return door

    async def close(self) -> None:
        if self._door is not None:
            await self._door.close()

    async def ask(
        self, system: str, messages: Sequence[Json], tools: Sequence[Json] = (), *, output: int = 0
    ) -> Answer:
        """One answer. Raises Away, and Unusable for a request that the endpoint does not take."""
        await self.open()
        try:
            return await self._tried(self._request(system, messages, tools, output))
        except Unusable as refused:
            if self.plain or not refused.rejected:
                raise
            answer = await self._tried(_without_marks(self._request(system, messages, tools, output)))
            self.plain = True
            log.warning("model.plain", model=self.model)
            return answer

    async def _tried(self, request: Json) -> Answer:
        assert self._door is not None, "opened before"
        for number in range(1, self.patience.tries + 1):
            try:
                return await self._door.ask(request)
            except Away as error:
                pause = self.patience.pause * 2 ** (number - 1) if error.retry_after is None else error.retry_after
                if not error.again or number == self.patience.tries or pause > self.patience.longest_pause:
                    raise
                log.info("model.again", reason=error.reason.code, seconds=round(pause, 2))
                await asyncio.sleep(pause)
        raise Away(reason("model.unreachable", message=""))

    def _request(self, system: str, messages: Sequence[Json], tools: Sequence[Json], output: int) -> Json:
        """Tools and the system prompt are the same in every request: they are what is cached. The last message is marked as well,
        for the next round of the same conversation."""
        request: Json = {
            "model": self.model,
            "max_tokens": output or self.limits.output,
            "system": [{"type": "text", "text": system, "cache_control": _EPHEMERAL}],
            "messages": [*messages[:-1], _marked(messages[-1])],
        }
        if tools:
            request["tools"] = list(tools)
        return _without_marks(request) if self.plain else request


def _marked(message: Json) -> Json:
    *before, last = message["content"]
    return {**message, "content": [*before, {**last, "cache_control": _EPHEMERAL}]}


def _without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_marks(each) for key, each in value.items() if key != "cache_control"}
    return [_without_marks(each) for each in value] if isinstance(value, list) else value
