import asyncio

from sandbox.dingtalk import Clock


async def test_a_frozen_clock_calls_in_order_and_shows_each_moment() -> None:
    clock = Clock(frozen=True, start=100)
    calls: list[tuple[str, float]] = []
    clock.call_later(2, lambda: calls.append(("b", clock.time())))
    clock.call_later(1, lambda: calls.append(("a", clock.time())))
    clock.call_later(1.5, lambda: calls.append(("never", clock.time()))).cancel()
    await clock.advance(1.9)
    assert calls == [("a", 101)]
    await clock.advance(5)
    assert calls == [("a", 101), ("b", 102)]
    assert clock.time() == 106.9


async def test_what_a_call_plans_happens_in_the_same_advance() -> None:
    clock = Clock(frozen=True, start=0)
    ticks: list[float] = []

    def tick() -> None:
        ticks.append(clock.time())
        clock.call_later(10, tick)

    clock.call_later(10, tick)
    await clock.advance(35)
    assert ticks == [10, 20, 30]


async def test_a_running_clock_can_be_advanced() -> None:
    clock = Clock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    await clock.advance(3601)
    await asyncio.wait_for(sleeper, 5)
    clock.close()


async def test_a_running_clock_wakes_by_itself() -> None:
    clock = Clock()
    woken = asyncio.Event()
    clock.call_later(60, lambda: None)
    clock.call_later(0.001, woken.set)
    await asyncio.wait_for(woken.wait(), 5)
    clock.close()
