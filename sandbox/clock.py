"""The gateway's own time, which a test can move by hand: ten seconds of silence need not last ten seconds."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable


class Timer:
    """One planned call; `cancel()` is final and may be repeated."""

    __slots__ = ("callback", "cancelled")

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Seconds since the epoch. Runs with the machine's clock unless `frozen`; `advance()` jumps ahead in both cases."""

    def __init__(self, *, frozen: bool = False, start: float | None = None) -> None:
        self._frozen = frozen
        self._origin = time.time() if start is None else start
        self._started = time.monotonic()
        self._planned: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0

    def time(self) -> float:
        return self._origin if self._frozen else self._origin + time.monotonic() - self._started

    def milliseconds(self) -> int:
        return int(self.time() * 1000)

    @property
    def planned(self) -> int:
        """How many calls are still to come."""
        return sum(1 for _, _, timer in self._planned if not timer.cancelled)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(callback)
        heapq.heappush(self._planned, (self.time() + seconds, next(self._order), timer))
        self._arm()
        return timer

    async def sleep(self, seconds: float) -> None:
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if reached.done() else reached.set_result(None))
        try:
            await reached
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Jump ahead; what was planned for the time between happens in its order, a frozen clock showing each moment."""
        if not self._frozen:
            self._origin += seconds
            self._ring()
            await asyncio.sleep(0)
            return
        target = self._origin + seconds
        while self._planned and self._planned[0][0] <= target:
            self._origin = max(self._origin, self._planned[0][0])
            self._call_due()
            await asyncio.sleep(0)
        self._origin = target

    def close(self) -> None:
        self._planned.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _arm(self) -> None:
        if self._frozen or not self._planned:
            return
        due = self._planned[0][0]
        if self._alarm is not None:
            if self._alarm_at <= due:
                return
            self._alarm.cancel()
        self._alarm_at = due
        self._alarm = asyncio.get_running_loop().call_later(max(0.0, due - self.time()), self._ring)

    def _ring(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._call_due()
        self._arm()

    def _call_due(self) -> None:
        now = self.time()
        while self._planned and self._planned[0][0] <= now:
            timer = heapq.heappop(self._planned)[2]
            if not timer.cancelled:
                timer.callback()
