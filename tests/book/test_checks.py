"""How the book stands: what is proven when, and that a card never says more than was proven."""

import asyncio

import pytest

from bot.book.cards import chain_line
from bot.book.checks import MOST_AT_ONCE, Checks, Standing
from bot.store import Store
from tests.book.writing import tamper, write
from tests.bot.stand import EN, Clock, run_sql


def said(standing: Standing) -> str:
    """What is wrong with the book."""
    assert standing.broken is not None
    return EN.say(standing.broken)


async def test_a_question_proves_what_came_since_the_last(store: Store, clock: Clock) -> None:
    checks = Checks(store, clock)
    await write(store, clock, 5)
    assert (await checks.recent()).head.seq == 5
    assert chain_line(EN, await checks.recent()) == "Hash chain intact (5 rows)"
    await write(store, clock, 2)
    tamper(store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 7")
    assert "row 7 was changed" in said(await checks.recent())


async def test_a_long_tail_is_proven_in_part_and_the_card_says_so(store: Store, clock: Clock) -> None:
    checks = Checks(store, clock)
    await write(store, clock, MOST_AT_ONCE + 5, every=0)
    assert chain_line(EN, await checks.recent()) == (
        f"Hash chain: rows 6 to {MOST_AT_ONCE + 5} hold; the whole book has not been verified yet"
    )
    await checks.whole()
    await write(store, clock, 3)
    assert f"rows up to {MOST_AT_ONCE + 5} verified as a whole" in chain_line(EN, await checks.recent())
    after_a_start = Checks(store, clock)
    await write(store, clock, MOST_AT_ONCE + 5, every=0)
    line = chain_line(EN, await after_a_start.recent())
    assert "those between wait for the next whole verification" in line
    assert f"rows {MOST_AT_ONCE + 14} to {2 * MOST_AT_ONCE + 13} hold" in line


async def test_an_edit_of_old_rows_is_found_by_the_next_whole_walk_and_stays_told(store: Store, clock: Clock) -> None:
    checks = Checks(store, clock)
    await write(store, clock, 5)
    await checks.whole()
    tamper(store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 2")
    assert not (await checks.recent()).broken, "nothing new to prove"
    assert "row 2 was edited" in said(await checks.whole())
    assert "row 2 was edited" in said(await Checks(store, clock).recent())


async def test_a_tail_cut_with_its_head_is_missed_by_what_was_proven(store: Store, clock: Clock) -> None:
    checks = Checks(store, clock)
    await write(store, clock, 5)
    await checks.whole()
    cut = "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_logs WHERE seq = 3)"
    tamper(store.path, "DELETE FROM audit_logs WHERE seq > 3", cut)
    assert "the book had reached row 5" in said(await checks.recent())
    assert "the book had reached row 5" in said(await checks.whole())


async def test_a_walk_that_is_given_up_leaves_no_thread_behind(store: Store, clock: Clock) -> None:
    await write(store, clock, MOST_AT_ONCE * 2, every=0)
    walking = asyncio.create_task(Checks(store, clock).whole())
    await asyncio.sleep(0.01)
    walking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walking
    async with asyncio.timeout(10):
        await asyncio.get_running_loop().shutdown_default_executor()


async def test_what_an_older_version_found_is_told_in_its_words(store: Store, clock: Clock) -> None:
    await write(store, clock, 3)
    old = "INSERT INTO audit_checks VALUES (1, 3, '', '2026-11-22T03:00:00+00:00', 'row 2 was edited (id x)')"
    await run_sql(store, old)
    assert said(await Checks(store, clock).recent()) == "row 2 was edited (id x)"
