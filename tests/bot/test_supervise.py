"""A line comes back by itself, politely; only a human's matter parks it; our bugs are loud (I12)."""

import asyncio
from collections import deque

import pytest

from adapters.errors import CredentialsRejected, PlatformError, Throttled, Unreachable
from bot.supervise import supervise
from tests.bot.stand import Door


class Ended(Exception):
    """The script of errors is over."""


class Line(Door):
    """Each `listen` takes the next error; None is a polite close."""

    async def listen(self, on_message, on_action, on_change) -> None:
        if not self.errors:
            raise Ended
        self._fail()


async def pauses(*errors: PlatformError | None) -> list[float]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    with pytest.raises(Ended):
        await supervise(Line(errors=deque(errors)), None, None, sleep=sleep)
    return slept


async def test_an_unreachable_platform_is_tried_with_growing_jittered_pauses() -> None:
    slept = await pauses(*[Unreachable("down")] * 12)
    assert len(slept) == 12
    assert max(slept) <= 60
    assert slept[0] <= 0.5


async def test_a_gateway_that_closes_at_once_is_not_hammered() -> None:
    slept = await pauses(*[None] * 10)
    assert len(slept) == 10
    assert sum(slept) > 1


async def test_rejected_credentials_park_the_line() -> None:
    assert await pauses(CredentialsRejected("authFailed")) == [300]


async def test_throttling_is_obeyed() -> None:
    assert await pauses(Throttled("wait", retry_after=42)) == [42]


async def test_a_line_that_held_begins_its_back_off_afresh() -> None:
    slept: list[float] = []

    class Steady(Line):
        async def listen(self, on_message, on_action, on_change) -> None:
            if len(slept) == 8:
                await asyncio.sleep(0.05)
            await super().listen(on_message, on_action, on_change)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with pytest.raises(Ended):
        await supervise(Steady(errors=deque([Unreachable("x")] * 10)), None, None, sleep=sleep, steady_after=0.04)
    assert slept[9] <= 0.5 < max(slept[4:8]) * 8


async def test_our_own_bugs_are_raised() -> None:
    class Broken(Line):
        async def listen(self, on_message, on_action, on_change) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await supervise(Broken(), None, None)
