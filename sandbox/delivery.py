"""One push to a client, from its first frame to its answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Undelivered(Exception):
    """The push will never be answered: no line was open, or every attempt went unanswered."""


@dataclass(frozen=True, slots=True)
class Ack:
    """A client's answer. `seconds` is real time from queueing the frame to reading the answer."""

    code: int
    message: str
    data: str
    message_id: str
    connection_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    message_id: str
    connection_id: str
    at: float


@dataclass(slots=True, eq=False)
class Delivery:
    """One push, over all its attempts. `waiting` becomes `acked`, `lost` (no line) or `expired` (no answer);
    `unheard` was never pushed, e.g. a group message without a mention."""

    id: int
    kind: str
    topic: str
    data: str
    headers: str = ""
    again: int = 0
    state: Literal["waiting", "acked", "lost", "expired", "unheard"] = "waiting"
    msg_id: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    ack: Ack | None = None
    answered: Callable[[Ack], None] | None = None
    waiters: list[asyncio.Future[None]] = field(default_factory=list)

    async def acked(self, seconds: float = 10.0) -> Ack:
        """The answer, waited for at most `seconds` of real time (TimeoutError); Undelivered when none can come."""
        if self.state == "waiting":
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiters.append(future)
            async with asyncio.timeout(seconds):
                await future
        if self.ack is None:
            raise Undelivered(self.state)
        return self.ack

    def settle(self, state: Literal["acked", "lost", "expired"]) -> None:
        self.state = state
        for future in self.waiters:
            if not future.done():
                future.set_result(None)
        self.waiters.clear()


class DeliverySnapshot(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: int
    state: str
    msg_id: str
    attempts: tuple[Attempt, ...]
    ack: Ack | None


def snapshot(delivery: Delivery) -> DeliverySnapshot:
    return DeliverySnapshot(
        id=delivery.id,
        state=delivery.state,
        msg_id=delivery.msg_id,
        attempts=tuple(delivery.attempts),
        ack=delivery.ack,
    )
