"""Keeps a platform's line up; parks it when only a human can help.

A line may have two connections for a moment: when the platform asks for a new one, or the credentials changed, the next is opened
before the old one is gone, so that nothing is said to nobody.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from adapters.errors import CredentialsRejected, Silent, Throttled, Unreachable
from adapters.types import OnAction, OnLeft, OnMessage, nobody_left
from bot.clock import Clock
from bot.lines import Line

log = structlog.get_logger()

PARKED_SECONDS = 300.0
"""A parked line is tried again this rarely: credentials may be mended on the platform's side alone."""
STEADY_SECONDS = 5.0
"""A connection that was heard for this long resets the back-off; a shorter one that ended politely counts as a failure, or a
gateway that accepts and closes would be called hundreds of times a second."""
MOST_CONNECTIONS = 2
_PASSING = (Unreachable, CredentialsRejected, Throttled)


async def supervise(
    line: Line,
    on_message: OnMessage,
    on_action: OnAction,
    clock: Clock,
    *,
    longest: float = 60.0,
    parked: float = PARKED_SECONDS,
    steady_after: float = STEADY_SECONDS,
    limit: Callable[[float], asyncio.Timeout] = asyncio.timeout,
    on_left: OnLeft = nobody_left,
) -> None:
    """Listen for ever. A dropped line comes back with jittered back-off up to `longest` seconds, which starts afresh after
    a line that held; rejected credentials park the line; other credentials end either wait at once. Anything else is our bug and
    is raised. `limit` is how long a wait may be.
    """
    connections = _Connections(line, on_message, on_action, on_left, steady_after)
    backoff = wait_random_exponential(multiplier=0.5, max=longest)

    def pause(state: RetryCallState) -> float:
        if connections.held:
            state.attempt_number = 1
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CredentialsRejected):
            return parked
        if isinstance(error, Throttled):
            return error.retry_after
        return backoff(state)

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        rejected = isinstance(error, CredentialsRejected)
        again_at = clock() + timedelta(seconds=state.upcoming_sleep)
        line.move("parked" if rejected else "down", str(error), again_at)
        event = "line.parked" if rejected else "line.lost"
        log.warning(event, platform=line.platform, reason=str(error), again_in=round(state.upcoming_sleep, 1))

    async def rest(seconds: float) -> None:
        try:
            async with limit(seconds):
                await connections.until(lambda: line.renewed)
        except TimeoutError:
            return

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(_PASSING), wait=pause, before_sleep=tell, sleep=rest, reraise=True
    )
    try:
        while True:
            await retrying(connections.one)
            log.info("line.again", platform=line.platform)
    finally:
        await connections.end()


@dataclass(slots=True, eq=False)
class _Connection:
    task: asyncio.Task[None] | None = None
    heard_at: float | None = None
    """By the loop's clock; None before its first frame."""
    hears: bool = False
    retiring: bool = False
    unwanted: bool = False
    """To be left once another one hears."""

    @property
    def over(self) -> bool:
        return self.task is None or self.task.done()


class _Connections:
    """Those of one line; owns their tasks."""

    def __init__(
        self, line: Line, on_message: OnMessage, on_action: OnAction, on_left: OnLeft, steady_after: float
    ) -> None:
        self.held = False
        """Whether the last connection was heard for long enough."""
        self._line = line
        self._on_message = on_message
        self._on_action = on_action
        self._on_left = on_left
        self._steady_after = steady_after
        self._open: list[_Connection] = []
        self._bug: BaseException | None = None

    async def one(self) -> None:
        """Open the next connection and wait until it wants a successor: it is retiring, ended politely after it held, or the
        credentials changed. Raises what it ended with."""
        self.held = False
        await self.until(lambda: len(self._open) < MOST_CONNECTIONS)
        self._line.renewed = False
        if self._line.state.state == "up" and not self._line.hears:
            self._line.move("connecting")
        one = self._listen()
        await self.until(lambda: one.over or one.retiring or self._line.renewed)
        self.held = one.heard_at is not None and asyncio.get_running_loop().time() - one.heard_at >= self._steady_after
        if one.over:
            assert one.task is not None
            one.task.result()
        if not one.over and not one.retiring:
            self._replace(one)
        elif not self.held:
            raise Unreachable("the line was closed right after it opened")
        elif one.retiring and not one.over:
            self._line.move("retiring")

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that connections, or new credentials, bring about. A bug in any connection is raised here."""
        while self._bug is None and not true():
            self._line.stirred.clear()
            await self._line.stirred.wait()
        if self._bug is not None:
            raise self._bug

    async def end(self) -> None:
        tasks = [one.task for one in self._open if one.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _listen(self) -> _Connection:
        one = _Connection()

        def on_change(change: Literal["up", "retiring"]) -> None:
            if change == "up":
                self._hears(one)
            else:
                one.retiring = True
                self._deaf(one)
            self._line.stirred.set()

        listening = self._line.adapter.listen(self._on_message, self._on_action, on_change, self._on_left)
        one.task = asyncio.create_task(listening, name=f"connection:{self._line.platform}")
        self._open.append(one)
        one.task.add_done_callback(lambda task: self._ended(one, task))
        return one

    def _hears(self, one: _Connection) -> None:
        if one.unwanted:
            return
        one.heard_at = asyncio.get_running_loop().time()
        one.hears = True
        self._line.begins_to_hear()
        self._line.move("up")
        log.info("line.up", platform=self._line.platform)
        for other in self._open:
            if other.unwanted and other.task is not None:
                other.task.cancel()

    def _deaf(self, one: _Connection, *, silent: bool = False) -> None:
        if one.hears:
            one.hears = False
            self._line.ends_to_hear(silent=silent)

    def _replace(self, one: _Connection) -> None:
        """A connection that never heard anything is given up at once; one that works is left when its successor does."""
        assert one.task is not None
        one.unwanted = True
        if not one.hears:
            one.task.cancel()

    def _ended(self, one: _Connection, task: asyncio.Task[None]) -> None:
        self._open.remove(one)
        error = None if task.cancelled() else task.exception()
        self._deaf(one, silent=isinstance(error, Silent))
        if error is not None and not isinstance(error, _PASSING):
            self._bug = error
        elif error is not None and one.retiring:
            log.info("line.left", platform=self._line.platform, reason=str(error))
        self._line.stirred.set()
