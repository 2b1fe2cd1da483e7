"""A control loop: changes name keys, keys are synced one at a time, failures are tried again with back-off."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from sandbox.cluster.clock import Clock
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.recorder import Recorder
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.store import Store

K = TypeVar("K", bound=Hashable)

_FIRST_BACK_OFF = 0.005
_LONGEST_BACK_OFF = 30.0
_SLICE_SECONDS = 0.001
"""For how long a loop goes on with ready keys before the others have their turn."""
_COSTLY_SECONDS = 0.005
_SHARE = 5
"""A costly key is synced for at most one part in five of the time, so that one huge object does not starve the rest."""


class WorkQueue(Generic[K]):
    """Keys to sync, each at most once. Delays are cluster seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[K, None] = {}
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._filled = asyncio.Event()

    def add(self, key: K) -> None:
        self._keys[key] = None
        self._filled.set()

    def add_after(self, key: K, seconds: float) -> None:
        """The earliest of several delays counts."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._clock.wait(seconds)
        timer = self._timers.get(key)
        if timer is not None and timer.when() <= due:
            return
        if timer is not None:
            timer.cancel()
        self._timers[key] = loop.call_at(due, self._ripe, key)

    def _ripe(self, key: K) -> None:
        del self._timers[key]
        self.add(key)

    def __bool__(self) -> bool:
        return bool(self._keys)

    async def get(self) -> K:
        while not self._keys:
            self._filled.clear()
            await self._filled.wait()
        key = next(iter(self._keys))
        del self._keys[key]
        return key

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


class ControlLoop(ABC, Generic[K]):
    """One controller. `component` is what its events come from."""

    component = "controller-manager"
    writer = Writer("kube-controller-manager")

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self.registry = registry
        self.clock = clock
        self.recorder = Recorder(registry, clock, self.component)
        self._queue = WorkQueue[K](clock)
        self._failures: dict[K, int] = {}
        self._not_before: dict[K, float] = {}
        registry.store.listen(self._see)

    @property
    def store(self) -> Store:
        return self.registry.store

    @abstractmethod
    def concerns(self, change: Change) -> Iterable[K]:
        """The keys that a change may have an effect on. Called inside the write: must be quick."""

    @abstractmethod
    def sync(self, key: K) -> float | None:
        """Make the world as the object at `key` wants it, or take a step. Answers when to look again without a change, in
        cluster seconds. A Failure is tried again later."""

    def _see(self, change: Change) -> None:
        for key in self.concerns(change):
            self._enqueue(key)

    def _enqueue(self, key: K) -> None:
        wait = self._not_before.get(key, 0.0) - time.monotonic()
        if wait > 0:
            self._queue.add_after(key, wait * self.clock.speed)
        else:
            self._queue.add(key)

    async def run(self) -> None:
        try:
            while True:
                self._turn(await self._queue.get())
                until = time.monotonic() + _SLICE_SECONDS
                while self._queue and time.monotonic() < until:
                    self._turn(await self._queue.get())
                await asyncio.sleep(0)
        finally:
            self._queue.close()

    def _turn(self, key: K) -> None:
        started = time.monotonic()
        try:
            again = self.sync(key)
        except Failure:
            tried = self._failures[key] = self._failures.get(key, 0) + 1
            again = min(_FIRST_BACK_OFF * 2**tried, _LONGEST_BACK_OFF)
        else:
            self._failures.pop(key, None)
        cost = time.monotonic() - started
        if cost > _COSTLY_SECONDS:
            self._not_before[key] = time.monotonic() + _SHARE * cost
        else:
            self._not_before.pop(key, None)
        if again is not None:
            self._queue.add_after(key, again)
