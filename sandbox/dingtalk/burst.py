"""Many messages or clicks at a steady pace, for benchmarks: open loop, so a slow client is not spared."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.gateway import DingTalkStandIn

T = TypeVar("T")


async def say_burst(
    gateway: DingTalkStandIn, user_id: str, texts: Sequence[str], *, conversation: str = "", per_second: float
) -> list[float]:
    """Seconds from frame out to answer in, for each text in its order. Undelivered when one was not answered."""

    async def one(index: int) -> float:
        delivery = await gateway.say(user_id, texts[index], conversation=conversation)
        return (await delivery.acked(30.0)).seconds

    return await _paced(len(texts), per_second, one)


async def click_burst(
    gateway: DingTalkStandIn, presses: Sequence[tuple[str, str, str]], *, per_second: float
) -> list[Click]:
    """`presses` are (user id, outTrackId, button)."""

    async def one(index: int) -> Click:
        user_id, out_track_id, button = presses[index]
        return await gateway.click(user_id, out_track_id, button)

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
