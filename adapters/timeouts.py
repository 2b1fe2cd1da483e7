"""Timeouts of one length for the price of one timer.

`asyncio.timeout` plants a timer in the loop's heap and takes it out again; with three of them a message they were most of what
a message cost. Here those of one length stand in a queue, in which the oldest is the next to expire.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self


class Timeouts:
    """`with timeouts.limit(): await …` raises TimeoutError when it took longer than `seconds`, as `asyncio.timeout` does."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: deque[_Limit] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def limit(self) -> "_Limit":
        return _Limit(self)

    def begun(self, limit: "_Limit") -> None:
        loop = asyncio.get_running_loop()
        limit.until = loop.time() + self.seconds
        self._running.append(limit)
        if self._timer is None:
            self._timer = loop.call_at(limit.until, self._ring, loop)

    def ended(self) -> None:
        while self._running and self._running[0].over:
            self._running.popleft()

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self.ended()
        while self._running and self._running[0].until <= loop.time():
            self._running.popleft().expire()
            self.ended()
        if self._running:
            self._timer = loop.call_at(self._running[0].until, self._ring, loop)


class _Limit:
    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._expired = False
        self.until = 0.0
        self.over = False

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        assert self._task is not None, "used in a coroutine"
        self._cancelling = self._task.cancelling()
        self._timeouts.begun(self)
        return self

    def expire(self) -> None:
        assert self._task is not None
        self._expired = self.over = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over = True
        self._timeouts.ended()
        assert self._task is not None
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
