"""How fast a platform may be called: nobody is asked more often than it bears, in any second."""

import math
from collections import deque
from collections.abc import Callable

from adapters.types import Rate
from bot.outbox import Due

FORGET_AFTER = 1000
"""Conversations and cards that are remembered before those that rest are forgotten."""


class Window:
    """At most so many calls in any stretch of time, however they lie in it: DingTalk counts by the calendar second, so that a
    burst right before its end and another right after must not add up to more."""

    def __init__(self, per_second: float) -> None:
        self._most = max(1, int(per_second))
        self.seconds = self._most / per_second
        self._calls: deque[float] = deque()
        self._promised = 0
        """Turns that were given and not used yet: they count as if they were being used now, whenever that will be."""

    def wait(self, now: float) -> float:
        """Seconds until the next turn may be given; infinite while all of them are promised."""
        while self._calls and self._calls[0] + self.seconds <= now:
            self._calls.popleft()
        if len(self._calls) + self._promised < self._most:
            return 0.0
        return self._calls[0] + self.seconds - now if self._calls else math.inf

    def promise(self) -> None:
        self._promised += 1

    def use(self, now: float | None) -> None:
        """A promised turn is used now; None: not at all."""
        self._promised -= 1
        if now is not None:
            self._calls.append(now)

    def rests(self, now: float) -> bool:
        return not self._promised and (not self._calls or self._calls[-1] + self.seconds <= now)


class Rates:
    """One platform's windows: new cards and changes, all together and for each conversation and card."""

    def __init__(self, rate: Rate, now: Callable[[], float]) -> None:
        self._rate = rate
        self._now = now
        self._sends = Window(rate.sends)
        self._updates = Window(rate.updates)
        self._places: dict[str, Window] = {}

    @property
    def sends(self) -> float:
        """Seconds until any new card may be posted."""
        return self._sends.wait(self._now())

    @property
    def updates(self) -> float:
        """Seconds until any card may be changed."""
        return self._updates.wait(self._now())

    def wait(self, copy: Due) -> float:
        """Seconds until this copy may be brought up to date."""
        now = self._now()
        return max(window.wait(now) for window in self._windows(copy))

    def promise(self, copy: Due) -> None:
        """This copy has its turn; `use` or `pass_on` must follow."""
        now = self._now()
        if len(self._places) > FORGET_AFTER:
            self._places = {name: window for name, window in self._places.items() if not window.rests(now)}
        for window in self._windows(copy):
            window.promise()

    def use(self, copy: Due) -> None:
        """The call is made now."""
        now = self._now()
        for window in self._windows(copy):
            window.use(now)

    def pass_on(self, copy: Due) -> None:
        """No call was needed."""
        for window in self._windows(copy):
            window.use(None)

    def _windows(self, copy: Due) -> tuple[Window, Window]:
        if copy.on_screen:
            place = self._places.setdefault(copy.key, Window(self._rate.message))
            return self._updates, place
        place = self._places.setdefault(copy.conversation_id, Window(self._rate.conversation))
        return self._sends, place
