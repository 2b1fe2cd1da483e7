"""Keeps a platform's line up; parks it when only a human can help."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from adapters.errors import CredentialsRejected, Throttled, Unreachable
from adapters.types import Adapter, OnAction, OnMessage

log = structlog.get_logger()

PARKED_SECONDS = 300.0
"""A parked line is tried again this rarely: credentials may be mended on the platform's side alone."""
STEADY_SECONDS = 5.0
"""A line that held this long resets the back-off; a shorter one that ended politely counts as a failure, or a gateway that
accepts and closes would be called hundreds of times a second."""


async def supervise(
    adapter: Adapter,
    on_message: OnMessage,
    on_action: OnAction,
    *,
    longest: float = 60.0,
    parked: float = PARKED_SECONDS,
    steady_after: float = STEADY_SECONDS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Listen for ever. A dropped line comes back with jittered back-off up to `longest` seconds, which starts afresh after
    a line that held; rejected credentials park the line. Anything else is our bug and is raised.
    """
    backoff = wait_random_exponential(multiplier=0.5, max=longest)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CredentialsRejected):
            return parked
        if isinstance(error, Throttled):
            return error.retry_after
        return backoff(state)

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        event = "line.parked" if isinstance(error, CredentialsRejected) else "line.lost"
        log.warning(event, platform=adapter.platform, reason=str(error), again_in=round(state.upcoming_sleep, 1))

    while True:
        steady = False

        async def line() -> None:
            nonlocal steady
            opened = asyncio.get_running_loop().time()
            try:
                await adapter.listen(on_message, on_action, lambda _: None)
            finally:
                steady = asyncio.get_running_loop().time() - opened >= steady_after
            if not steady:
                raise Unreachable("the line was closed right after it opened")

        retrying = AsyncRetrying(
            retry=retry_if_exception_type((Unreachable, CredentialsRejected, Throttled)),
            wait=pause,
            before_sleep=tell,
            sleep=sleep,
            reraise=True,
        )
        async for attempt in retrying:
            if steady:
                break
            with attempt:
                await line()
        log.info("line.again", platform=adapter.platform)
