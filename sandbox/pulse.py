"""Waking those who wait for something in the gateway to become true."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """`beat()` after every change; it costs nothing while nobody waits."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def beat(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    async def until(self, condition: Callable[[], T | None], seconds: float = 10.0) -> T:
        """The first truthy answer of `condition`, asked again after each beat. TimeoutError after `seconds` of real time."""
        async with asyncio.timeout(seconds):
            while True:
                answer = condition()
                if answer:
                    return answer
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                try:
                    await future
                finally:
                    if future in self._waiting:
                        self._waiting.remove(future)
