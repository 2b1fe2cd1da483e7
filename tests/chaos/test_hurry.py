"""Hurried time stands still while a thread is at work, however the threads take turns."""

import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiosqlite
import pytest

from tests.chaos.hurry import HurryingLoop, hurry

pytestmark = pytest.mark.chaos


@pytest.fixture(autouse=True)
def restless_threads() -> Iterator[None]:
    """They take turns whenever they can, as on a machine that has too much to do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_time_jumps_to_the_next_timer_when_nobody_is_at_work() -> None:
    async def work(loop: HurryingLoop) -> float:
        await asyncio.sleep(3600)
        return loop.time()

    assert hurry(work) == pytest.approx(3600, abs=1)


def test_time_waits_for_a_thread_that_takes_long_or_is_just_asked() -> None:
    async def work(_: HurryingLoop) -> None:
        for seconds in (0.1, *[0.0] * 300):
            async with asyncio.timeout(1e-4):
                await asyncio.to_thread(time.sleep, seconds)

    hurry(work)


def test_time_waits_for_a_database_and_holds_nothing_of_its_threads(tmp_path: Path) -> None:
    async def work(_: HurryingLoop) -> int:
        async with asyncio.timeout(1e-4), aiosqlite.connect(tmp_path / "some.db") as database:
            for _ in range(300):
                await database.execute("SELECT 1 UNION SELECT 2")
            return sum(type(each).__name__ == "Cursor" for each in gc.get_objects())

    gc.disable()
    try:
        assert hurry(work) < 10
    finally:
        gc.enable()
