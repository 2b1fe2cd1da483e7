"""The feed of what became visible in the chat, numbered, for a terminal or a test that follows along."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.dingtalk.pulse import Pulse
from sandbox.dingtalk.robot_messages import RobotMessage

KEPT = 20_000


class Change(BaseModel):
    """`card` is a card newly visible in a conversation, `update` a new version of it (`cause` says by what), `message`
    a message of the robot's. What a person sees of the card is asked of the card."""

    model_config = ConfigDict(frozen=True)

    number: int
    kind: Literal["card", "update", "message"]
    at: float
    conversations: tuple[str, ...]
    out_track_id: str = ""
    cause: str = ""
    message: RobotMessage | None = None


class Changes:
    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self.last = 0

    def add(
        self,
        kind: Literal["card", "update", "message"],
        at: float,
        conversations: tuple[str, ...],
        *,
        out_track_id: str = "",
        cause: str = "",
        message: RobotMessage | None = None,
    ) -> None:
        self.last += 1
        self._kept.append(
            Change(
                number=self.last,
                kind=kind,
                at=at,
                conversations=conversations,
                out_track_id=out_track_id,
                cause=cause,
                message=message,
            )
        )
        self._pulse.beat()

    def after(self, number: int) -> list[Change]:
        news = []
        for change in reversed(self._kept):
            if change.number <= number:
                break
            news.append(change)
        return news[::-1]

    async def wait_after(self, number: int, seconds: float) -> list[Change]:
        """The changes after `number`, waiting for the first at most `seconds`; empty when none came."""
        try:
            return await self._pulse.until(lambda: self.after(number), seconds)
        except TimeoutError:
            return []

    async def follow(self, number: int) -> AsyncIterator[Change]:
        """Every change after `number`, for ever."""
        while True:
            for change in await self.wait_after(number, 3600):
                number = change.number
                yield change
