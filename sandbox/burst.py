"""Many messages or clicks at a steady pace, for benchmarks: open loop, so a slow client is not spared."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from sandbox.delivery import Delivery

T = TypeVar("T")
K_co = TypeVar("K_co", covariant=True)


class Hears(Protocol):
    async def say(self, person: str, text: str, /, *, conversation: str) -> Delivery: ...


class Pressed(Protocol[K_co]):
    async def click(self, person: str, card: str, button: str, /) -> K_co: ...


async def say_burst(
    gateway: Hears, person: str, texts: Sequence[str], *, conversation: str = "", per_second: float
) -> list[float]:
    """Seconds from frame out to answer in, for each text in its order. Undelivered when one was not answered."""

    async def one(index: int) -> float:
        delivery = await gateway.say(person, texts[index], conversation=conversation)
        return (await delivery.acked(30.0)).seconds

    return await _paced(len(texts), per_second, one)


async def click_burst(gateway: Pressed[T], presses: Sequence[tuple[str, str, str]], *, per_second: float) -> list[T]:
    """`presses` are (person, card, button)."""

    async def one(index: int) -> T:
        return await gateway.click(*presses[index])

    return await _paced(len(presses), per_second, one)


async def _paced(count: int, per_second: float, one: Callable[[int], Awaitable[T]]) -> list[T]:
    async def run(index: int) -> T:
        return await one(index)

    start = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        running = []
        for index in range(count):
            early = start + index / per_second - time.perf_counter()
            if early > 0:
                await asyncio.sleep(early)
            running.append(tasks.create_task(run(index)))
    return [task.result() for task in running]
