"""A polite pace: some at once, then so many a second."""

import asyncio
from collections.abc import Awaitable, Callable

PER_SECOND = 5.0
BURST = 10
"""client-go's own defaults towards an API server. They also keep the loop free for clicks: an approval that waits a moment for its
turn was answered at once."""


class Turns:
    """`take` returns when it is the caller's turn; turns are given in the order in which they were asked for."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        burst: int = BURST,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._gap = 1 / per_second
        self._ahead = (burst - 1) * self._gap
        self._next = float("-inf")

    async def take(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(self._next, now - self._ahead)
        self._next = turn + self._gap
        if turn > now:
            await self._sleep(turn - now)
