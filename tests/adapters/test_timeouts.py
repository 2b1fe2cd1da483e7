"""A cheap timeout does what `asyncio.timeout` does."""

import asyncio

import pytest

from adapters.timeouts import Timeouts

NEVER = 1000.0


async def test_what_takes_too_long_times_out() -> None:
    never = asyncio.Event()
    with pytest.raises(TimeoutError), Timeouts(0.01).limit():
        await never.wait()
    await asyncio.sleep(0)  # the task lives on and is not cancelled


async def test_what_is_done_in_time_is_left_alone() -> None:
    timeouts = Timeouts(0.01)
    for _ in range(3):
        with timeouts.limit():
            await asyncio.sleep(0)
    await asyncio.sleep(0.03)
    with pytest.raises(LookupError), timeouts.limit():
        raise LookupError


async def test_each_of_many_expires_for_itself() -> None:
    timeouts = Timeouts(0.02)
    ends: list[str] = []

    async def wait(name: str, seconds: float) -> None:
        try:
            with timeouts.limit():
                await asyncio.sleep(seconds)
            ends.append(f"{name} in time")
        except TimeoutError:
            ends.append(f"{name} late")

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(wait("a", NEVER))
        tasks.create_task(wait("b", 0))
        tasks.create_task(wait("c", NEVER))
        await asyncio.sleep(0.01)
        tasks.create_task(wait("d", NEVER))
        tasks.create_task(wait("e", 0))
    assert sorted(ends) == ["a late", "b in time", "c late", "d late", "e in time"]


async def test_a_cancellation_from_outside_is_no_timeout() -> None:
    timeouts = Timeouts(NEVER)

    async def wait() -> None:
        with timeouts.limit():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_together_with_the_timeout_wins() -> None:
    timeouts = Timeouts(0.01)

    async def wait() -> None:
        with timeouts.limit():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                await asyncio.sleep(NEVER)

    cancelled = asyncio.Event()
    task = asyncio.create_task(wait())
    await cancelled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_limits_of_different_lengths_nest() -> None:
    with pytest.raises(TimeoutError), Timeouts(0.01).limit(), Timeouts(NEVER).limit():
        await asyncio.Event().wait()
    with pytest.raises(TimeoutError), Timeouts(NEVER).limit(), Timeouts(0.01).limit():
        await asyncio.Event().wait()
