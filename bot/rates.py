"""How fast a platform may be called: nobody is asked more often than it bears, in any second."""

from collections import deque
from collections.abc import Callable

from adapters.types import Rate
from bot.deliveries import Due

FORGET_AFTER = 1000
"""Conversations and cards that are remembered before those that rest are forgotten."""


class Window:
    """At most so many calls in any stretch of time, however they lie in it: DingTalk counts by the calendar second, so that a
    burst right before its end and another right after must not add up to more."""

    def __init__(self, per_second: float) -> None:
        self._most = max(1, int(per_second))
        self.seconds = self._most / per_second
        self._calls: deque[float] = deque(maxlen=self._most)

    def wait(self, now: float) -> float:
        """Seconds until the next call is allowed."""
        if len(self._calls) < self._most:
            return 0.0
        return max(0.0, self._calls[0] + self.seconds - now)

    def take(self, now: float) -> None:
        self._calls.append(now)

    def rests(self, now: float) -> bool:
        return not self._calls or self._calls[-1] + self.seconds <= now


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

    def take(self, copy: Due) -> None:
        now = self._now()
        if len(self._places) > FORGET_AFTER:
            self._places = {name: window for name, window in self._places.items() if not window.rests(now)}
        for window in self._windows(copy):
            window.take(now)

    def _windows(self, copy: Due) -> tuple[Window, Window]:
        if copy.on_screen:
            place = self._places.setdefault(copy.key, Window(self._rate.message))
            return self._updates, place
        place = self._places.setdefault(copy.conversation_id, Window(self._rate.conversation))
        return self._sends, place
