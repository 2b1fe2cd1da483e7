"""A month's calls: counted through restarts, shown, and not exceeded."""

from datetime import UTC, datetime

import pytest

from bot.budget import Budget
from bot.pace import FRUGAL, LIVE, ONLY_THE_END
from bot.store import Store
from tests.bot.stand import Clock


async def budget(store: Store, clock: Clock, limit: int = 100) -> Budget:
    made = Budget(store, clock, "dingtalk", limit)
    await made.load()
    return made


def spend(of: Budget, calls: int) -> None:
    for _ in range(calls):
        of.spend("PUT /v1.0/card/instances")


async def test_what_was_spent_is_known_after_a_restart(store: Store, clock: Clock) -> None:
    before = await budget(store, clock)
    spend(before, 7)
    await before.flush()
    spend(before, 2)
    await before.flush()
    await before.flush()
    assert (await budget(store, clock)).used == 9


async def test_steps_on_the_way_end_when_calls_are_scarce_and_all_calls_when_they_are_spent(
    store: Store, clock: Clock
) -> None:
    mine = await budget(store, clock)
    assert (mine.level, mine.pace) == ("plenty", FRUGAL)
    spend(mine, 80)
    assert (mine.level, mine.pace) == ("scarce", ONLY_THE_END)
    assert mine.left()
    spend(mine, 20)
    assert mine.level == "spent"
    assert not mine.left()


async def test_a_new_month_begins_at_midnight_in_china(store: Store, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    mine = await budget(store, clock)
    spend(mine, 100)
    await mine.flush()
    assert mine.level == "spent"
    clock.advance(1)
    assert mine.used == 0
    assert mine.left()
    spend(mine, 3)
    await mine.flush()
    assert (await budget(store, clock)).used == 3


@pytest.mark.parametrize("limit", [0, 100_000])
async def test_whoever_has_many_calls_sees_progress_live(store: Store, clock: Clock, limit: int) -> None:
    mine = await budget(store, clock, limit)
    spend(mine, 5000)
    assert mine.left()
    assert (mine.level, mine.pace) == ("rich", LIVE)
