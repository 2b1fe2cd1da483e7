"""Time that does not wait: a loop that jumps to its next timer as soon as nothing else can happen.

Everything that talks lives in this one process, and what is written to a socket of this machine can be read at once: when no
socket is ready and no thread is at work, only a timer can be next. Hours of back-off and redelivery pass in seconds, and every
timeout still comes before or after another one as it would have.
"""

import asyncio
import queue
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

import aiosqlite.core

from sandbox.clock import Clock

T = TypeVar("T")

AT_WORK = 0.002
"""Real seconds between looks while a thread is at work."""


class Requests(queue.SimpleQueue[Any]):
    """What a thread is asked to do. It has done all of it when it comes back for more: it hands an answer over before."""

    def __init__(self) -> None:
        self._asked = self._done = 0
        self._begun = threading.local()
        self._counting = threading.Lock()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        self._asked += 1
        super().put(item, block, timeout)

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        with self._counting:
            self._done += getattr(self._begun, "any", 0)
        self._begun.any = 0
        item = super().get(block, timeout)
        self._begun.any = 1
        return item

    def get_nowait(self) -> Any:
        return self.get(block=False)

    @property
    def open(self) -> bool:
        return self._asked != self._done


class HurryingLoop(asyncio.SelectorEventLoop):
    """Its time stands still while anybody computes: a slow machine plays the same."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self._began = datetime.now(UTC)
        super().__init__(_Selector(self._skip))
        executor = ThreadPoolExecutor(thread_name_prefix="asyncio")
        executor._work_queue = Requests()  # type: ignore[assignment] # no other way to see whether it is at rest
        self.set_default_executor(executor)

    def time(self) -> float:
        return self.skipped

    def _skip(self, seconds: float) -> None:
        self.skipped += seconds

    def now(self) -> datetime:
        """The time of day, as everybody in the loop shall see it."""
        return self._began + timedelta(seconds=self.skipped)


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type] # it is a class by platform
    def __init__(self, skip: Callable[[float], None]) -> None:
        super().__init__()
        self._skip = skip
        self._strangers = frozenset(threading.enumerate())

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if any(_at_work(each) for each in threading.enumerate() if each not in self._strangers):
            return super().select(min(timeout, AT_WORK))
        if ready := super().select(0):  # looked at last: a thread hands its answer over before it rests
            return ready
        self._skip(timeout)
        return []


def _at_work(thread: threading.Thread) -> bool:
    """Whether it is carrying something out, or has been asked to. One that takes no requests is, as long as it lives, unless it
    watches a test's time."""
    if isinstance(thread, threading.Timer):
        return False
    requests = [each for each in getattr(thread, "_args", ()) if isinstance(each, Requests)]
    return not requests or any(each.open for each in requests)


class LoopClock(Clock):
    """A stand-in's clock that jumps with the loop."""

    def __init__(self, loop: HurryingLoop) -> None:
        self._loop = loop
        super().__init__(frozen=False, start=loop.now().timestamp() - loop.time())

    def time(self) -> float:
        return self._origin + self._loop.time()


def hurry(work: Callable[[HurryingLoop], Coroutine[Any, Any, T]]) -> T:
    """Run it to its end in a loop of its own."""
    with patch.object(aiosqlite.core, "SimpleQueue", Requests), asyncio.Runner(loop_factory=HurryingLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, HurryingLoop)
        return runner.run(work(loop))
