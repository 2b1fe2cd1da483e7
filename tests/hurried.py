"""Time that runs faster for all in the test's loop: the daemon, both gateways and the cluster live through a long job together.

Nothing is skipped: every timer fires, in its order, at its hurried moment, over real sockets. `pace` may be changed on the way,
so that a person's click is answered at a person's pace.
"""

import asyncio
import selectors
import time
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import Clock as GatewayClock
from sandbox.cluster import Clock as ClusterClock


class Tempo:
    """`pace` seconds pass in one."""

    def __init__(self) -> None:
        self.pace = 1.0
        self._at, self._since = 0.0, time.monotonic()
        self.origin = time.time()

    def now(self) -> float:
        return self._at + (time.monotonic() - self._since) * self.pace

    def change(self, pace: float) -> None:
        self._at, self._since = self.now(), time.monotonic()
        self.pace = pace


class _Hurried(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    tempo: Tempo

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout if timeout is None else timeout / self.tempo.pace)


class HurriedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.tempo = Tempo()
        selector = _Hurried()
        selector.tempo = self.tempo
        super().__init__(selector)

    def time(self) -> float:
        return self.tempo.now()


def tempo() -> Tempo:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, HurriedLoop)
    return loop.tempo


class HurriedGatewayClock(GatewayClock):
    """Of a stand-in of DingTalk or Feishu."""

    def __init__(self, tempo: Tempo) -> None:
        super().__init__()
        self._tempo = tempo

    def time(self) -> float:
        return self._tempo.origin + self._tempo.now()


class HurriedClusterClock(ClusterClock):
    def __init__(self, tempo: Tempo) -> None:
        super().__init__()
        self._tempo = tempo

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._tempo.origin + self._tempo.now(), UTC)

    def seconds(self) -> float:
        return self._tempo.now()


def utc_of(tempo: Tempo) -> Any:
    """The daemon's clock."""
    return lambda: datetime.fromtimestamp(tempo.origin + tempo.now(), UTC)
