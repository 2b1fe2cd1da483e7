"""The one answer to a click, in time."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any

import structlog

from adapters.errors import Unreachable
from adapters.types import Answer, CardAction, Platform

log = structlog.get_logger()


class OneAnswer(ABC):
    """Whatever happens, exactly one answer goes out on the line that the click came on: the given one, or an empty one that
    leaves the card as it is when nobody gave one in time. Without any, the client shows a failure."""

    platform: Platform

    def __init__(self) -> None:
        self._action: CardAction | None = None
        self._done: str = ""

    def about(self, action: CardAction) -> None:
        """Which click it is; known before anybody can answer."""
        self._action = action

    async def acknowledge(self, answer: Answer) -> None:
        """Raises Unreachable when it came too late or the line is gone: the card then needs an update."""
        if self._done == "empty":
            raise Unreachable("too late: the click has been answered without a card")
        if self._done:
            raise RuntimeError("a click is acknowledged once")
        assert self._action is not None
        response = self.response(self._action, answer)
        self._done = "given"
        await self.write(response)

    async def at_the_latest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if not self._done:
            log.warning("click.late", platform=self.platform, seconds=seconds)
            await self.empty()

    async def empty(self) -> None:
        """Unless it has been answered."""
        if self._done:
            return
        self._done = "empty"
        try:
            await self.write({})
        except Unreachable as exc:
            log.info("answer.lost", platform=self.platform, why=str(exc))

    @abstractmethod
    def response(self, action: CardAction, answer: Answer) -> dict[str, Any]:
        """In the platform's words."""

    @abstractmethod
    async def write(self, response: dict[str, Any]) -> None:
        """To the line that the click came on; raises Unreachable when that is gone."""
