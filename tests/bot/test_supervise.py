"""A line comes back by itself, politely; only a human's matter parks it; our bugs are loud (I12)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.errors import CredentialsRejected, PlatformError, Silent, Throttled, Unreachable
from bot.lines import Gap, Line, Lines, News, Parked, Up
from bot.supervise import supervise
from tests.bot.stand import Clock, Door


class Ended(Exception):
    """The script of errors is over."""


class Scripted(Door):
    """Each `listen` takes the next error; None is a polite close."""

    async def listen(self, on_message, on_action, on_change, on_left) -> None:
        if not self.errors:
            raise Ended
        self._fail()


def line_of(door: Door) -> Line:
    return Lines({"dingtalk": door}, Clock()).by_platform["dingtalk"]


class Pauses(list[float]):
    """Waits that are over at once, by their lengths."""

    def __call__(self, seconds: float) -> asyncio.Timeout:
        self.append(seconds)
        return asyncio.timeout(0)


async def pauses(*errors: PlatformError | None) -> list[float]:
    slept = Pauses()
    with pytest.raises(Ended):
        await supervise(line_of(Scripted(errors=deque(errors))), None, None, Clock(), limit=slept)
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
    slept = Pauses()

    class Steady(Scripted):
        async def listen(self, on_message, on_action, on_change, on_left) -> None:
            if len(slept) == 8:
                on_change("up")
                await asyncio.sleep(0.05)
            await super().listen(on_message, on_action, on_change, on_left)

    door = Steady(errors=deque([Unreachable("x")] * 10))
    with pytest.raises(Ended):
        await supervise(line_of(door), None, None, Clock(), limit=slept, steady_after=0.04)
    assert slept[8] <= 0.5 < max(slept[4:8]) * 8


async def test_a_connection_that_never_heard_anything_has_not_held() -> None:
    slept = Pauses()

    class Mute(Scripted):
        async def listen(self, on_message, on_action, on_change, on_left) -> None:
            await asyncio.sleep(0.01)
            await super().listen(on_message, on_action, on_change, on_left)

    with pytest.raises(Ended):
        await supervise(line_of(Mute(errors=deque([None] * 10))), None, None, Clock(), limit=slept, steady_after=0.005)
    assert len(slept) == 10


async def test_our_own_bugs_are_raised() -> None:
    class Broken(Scripted):
        async def listen(self, on_message, on_action, on_change, on_left) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await supervise(line_of(Broken()), None, None, Clock())


# Connections that a test ends by hand


@dataclass(eq=False)
class Call:
    """One call of `listen`: the credentials it was made with, and what the test makes of it."""

    secret: str
    on_change: Callable[[str], None]
    end: asyncio.Future[None]
    cancelled: bool = False

    def fails(self, error: Exception) -> None:
        self.end.set_exception(error)


@dataclass
class Manual(Door):
    calls: list[Call] = field(default_factory=list)

    async def listen(self, on_message, on_action, on_change, on_left) -> None:
        secret = self.used[-1][1] if self.used else "first"
        call = Call(secret, on_change, asyncio.get_running_loop().create_future())
        self.calls.append(call)
        try:
            await call.end
        except asyncio.CancelledError:
            call.cancelled = True
            raise

    @property
    def open(self) -> list[Call]:
        return [call for call in self.calls if not call.end.done()]

    async def call(self, number: int) -> Call:
        async with asyncio.timeout(5):
            while len(self.calls) <= number:
                await asyncio.sleep(0)
        return self.calls[number]


@dataclass
class World:
    door: Manual
    lines: Lines
    line: Line
    clock: Clock
    task: asyncio.Task[None]

    def news(self) -> list[News]:
        """What people should hear about, since the last look."""
        queue = self.lines.news
        return [one for one in [queue.get_nowait() for _ in range(queue.qsize())] if not isinstance(one, Up)]

    async def becomes(self, state: str) -> None:
        async with asyncio.timeout(5):
            while self.line.state.state != state:
                await asyncio.sleep(0)


@asynccontextmanager
async def supervised(*, steady_after: float = 0.0) -> AsyncIterator[World]:
    door, clock = Manual(), Clock()
    lines = Lines({"dingtalk": door}, clock)
    line = lines.by_platform["dingtalk"]
    task = asyncio.create_task(supervise(line, None, None, clock, steady_after=steady_after))
    try:
        yield World(door, lines, line, clock, task)
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert not door.open


async def test_it_is_up_once_something_is_heard_and_says_since_when() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        assert world.line.state.state == "connecting"
        world.clock.advance(3)
        first.on_change("up")
        assert (world.line.state.state, world.line.state.since) == ("up", world.clock.now)


async def test_the_next_connection_stands_before_the_retiring_one_is_gone() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        first.on_change("up")
        first.on_change("retiring")
        second = await world.door.call(1)
        assert (world.line.state.state, len(world.door.open)) == ("retiring", 2)
        second.on_change("up")
        assert world.line.state.state == "up"
        assert world.door.open == [first, second]  # the old one still answers
        first.fails(Unreachable("the gateway closed it"))
        await asyncio.sleep(0.01)
        assert (world.line.state.state, world.door.open) == ("up", [second])
        assert not world.news()


async def test_there_are_never_more_than_two() -> None:
    async with supervised() as world:
        for number in range(2):
            call = await world.door.call(number)
            call.on_change("up")
            call.on_change("retiring")
        await asyncio.sleep(0.01)
        assert len(world.door.calls) == 2
        world.door.calls[0].end.set_result(None)
        await world.door.call(2)


async def test_a_gateway_that_retires_every_line_at_once_is_not_hammered() -> None:
    async with supervised(steady_after=5) as world:
        call = await world.door.call(0)
        call.on_change("up")
        call.on_change("retiring")
        await world.becomes("down")
        assert world.line.state.again_at is not None
        assert len(world.door.calls) == 1


async def test_a_parked_line_tries_other_credentials_at_once() -> None:
    async with supervised() as world:
        (await world.door.call(0)).fails(CredentialsRejected("authFailed"))
        await world.becomes("parked")
        assert world.line.state.reason == "authFailed"
        assert [type(one) for one in world.news()] == [Parked]
        world.door.use("id", "second")
        world.line.renew()
        again = await world.door.call(1)
        assert again.secret == "second"
        again.fails(CredentialsRejected("authFailed"))
        await asyncio.sleep(0.01)
        assert (world.line.state.state, world.news()) == ("parked", [])  # told once
        world.line.renew()
        (await world.door.call(2)).on_change("up")
        assert world.line.state.state == "up"


async def test_credentials_that_change_while_a_line_is_being_opened_are_used_at_once() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        world.door.use("id", "second")
        world.line.renew()
        assert (await world.door.call(1)).secret == "second"
        assert first.cancelled


async def test_a_working_line_is_left_only_when_the_one_with_other_credentials_works() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        first.on_change("up")
        world.door.use("id", "second")
        world.line.renew()
        second = await world.door.call(1)
        assert world.door.open == [first, second]
        second.on_change("up")
        await asyncio.sleep(0.01)
        assert first.cancelled
        assert (world.line.state.state, world.door.open) == ("up", [second])


async def test_a_bug_in_a_connection_that_retires_is_loud_too() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        first.on_change("up")
        first.on_change("retiring")
        (await world.door.call(1)).on_change("up")
        first.fails(ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await world.task


# Deafness


async def test_a_short_gap_is_no_news_and_a_long_one_is_once() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        first.on_change("up")
        since = world.clock.now
        for number, away in enumerate([59, 60]):
            assert not world.news()
            (await world.door.call(number)).fails(Unreachable("cut"))
            await world.becomes("down")
            world.clock.advance(away)
            world.line.renew()
            (await world.door.call(number + 1)).on_change("up")
        (gap,) = world.news()
        assert isinstance(gap, Gap)
        assert ((gap.since - since).total_seconds(), (gap.until - gap.since).total_seconds()) == (59, 60)


async def test_a_line_that_fell_silent_was_deaf_since_it_was_last_heard() -> None:
    async with supervised() as world:
        first = await world.door.call(0)
        first.on_change("up")
        world.door.last_heard = world.clock.now
        world.clock.advance(75)
        first.fails(Silent("nothing heard for 75 s"))
        (await world.door.call(1)).on_change("up")
        (gap,) = world.news()
        assert isinstance(gap, Gap)
        assert gap.since == world.door.last_heard


async def test_what_no_process_ever_heard_is_no_gap() -> None:
    async with supervised() as world:
        world.clock.advance(3600)
        (await world.door.call(0)).on_change("up")
        assert not world.news()
