"""The owner of the tasks that handle frames: bounded in number, waited for at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Handlers:
    """They outlive the line their frame came on: what was read is carried to its end when the line drops."""

    def __init__(self, most: int) -> None:
        self._slots = asyncio.Semaphore(most)
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, handle: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Waits while too many are running, so that frames wait on the wire."""
        await self._slots.acquire()
        task = asyncio.create_task(handle())
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> None:
        """Wait for all of them; whoever is not done by then is cancelled, and given as long again."""
        try:
            if self._running:
                await asyncio.wait(self._running, timeout=seconds)
        finally:
            if late := set(self._running):
                log.warning("handlers.cut", count=len(late))
                for task in late:
                    task.cancel()
                await asyncio.wait(late, timeout=seconds)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("handler.failed", exc_info=error)
