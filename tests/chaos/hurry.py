"""Time that does not wait: a loop that jumps to its next timer as soon as nothing else can happen.

Everything that talks lives in this one process, and what is written to a socket of this machine can be read at once: when no
socket is ready and no thread is at work, only a timer can be next. Hours of back-off and redelivery pass in seconds, and every
timeout still comes before or after another one as it would have.
"""

import asyncio
import linecache
import selectors
import sys
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, TypeVar

from sandbox.clock import Clock

T = TypeVar("T")

AT_WORK = 0.02
"""Real seconds between looks while a thread is at work."""
_AT_REST = frozenset({"_connection_worker_thread", "_worker"})
"""Where threads of aiosqlite and of an executor are while they wait for their queue."""
_WAITING = "wait"
"""Where a thread is that watches a test's time."""


class HurryingLoop(asyncio.SelectorEventLoop):
    """Its time stands still while anybody computes: a slow machine plays the same."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self._began = datetime.now(UTC)
        super().__init__(_Selector(self._skip))

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

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if _at_work():
            return super().select(min(timeout, AT_WORK))
        if ready := super().select(0):  # looked at last: a thread says that it is done before it rests
            return ready
        self._skip(timeout)
        return []


def _at_work() -> bool:
    """Whether a thread besides this one is carrying something out, or has been asked to."""
    frames = sys._current_frames()
    threads = [each for each in threading.enumerate() if each.ident != threading.get_ident()]
    return any(_busy(each, frames[each.ident]) for each in threads if each.ident in frames)


def _busy(thread: threading.Thread, frame: FrameType) -> bool:
    """Asked of the thread's own arguments: the variables of a frame that runs may not be looked at from here. What it carries out
    may leave no frame of its own (SQLite's calls are C), so that the line tells whether it waits for its queue."""
    name = frame.f_code.co_name
    if name not in _AT_REST:
        return name != _WAITING
    if ".get(" not in linecache.getline(frame.f_code.co_filename, frame.f_lineno):
        return True
    return any(argument.qsize() for argument in getattr(thread, "_args", ()) if hasattr(argument, "qsize"))


class LoopClock(Clock):
    """A stand-in's clock that jumps with the loop."""

    def __init__(self, loop: HurryingLoop) -> None:
        self._loop = loop
        super().__init__(frozen=False, start=loop.now().timestamp() - loop.time())

    def time(self) -> float:
        return self._origin + self._loop.time()


def hurry(work: Callable[[HurryingLoop], Coroutine[Any, Any, T]]) -> T:
    """Run it to its end in a loop of its own."""
    with asyncio.Runner(loop_factory=HurryingLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, HurryingLoop)
        return runner.run(work(loop))
