"""What is done for the book once a day."""

import asyncio
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot.book.daily import Daily, due, time_of_day
from bot.router import NotificationRouter
from bot.store import Store
from cards.model import Tone
from cards.text import render_text
from tests.book.writing import tamper, write
from tests.bot.stand import EN, GROUP, Clock, Door

NINE = time(9)
DAY = 24 * 3600.0


def here(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute).astimezone()


@pytest.mark.parametrize(
    ("now", "done", "expected"),
    [
        (here(22, 8, 59), None, False),
        (here(22, 9), None, True),
        (here(22, 17), None, True),
        (here(22, 17), here(22, 9, 1), False),
        (here(23, 8), here(22, 9, 1), False),
        (here(23, 9), here(22, 9, 1), True),
    ],
)
def test_a_day_has_its_moment_once(now: datetime, done: datetime | None, expected: bool) -> None:
    assert due(now, NINE, done) is expected


def test_a_time_of_day_is_read_strictly() -> None:
    assert (time_of_day("09:30"), time_of_day("")) == (time(9, 30), None)
    for wrong in ("9:30", "24:00", "noon", "09:30:00"):
        with pytest.raises(ValueError, match="write HH:MM"):
            time_of_day(wrong)


@pytest.fixture
def router(store: Store, clock: Clock) -> NotificationRouter:
    return NotificationRouter(store, {"dingtalk": Door()}, clock)


async def bodies(store: Store) -> list[str]:
    rows = await store.rows("SELECT body FROM cards ORDER BY rowid")
    return [row["body"] for row in rows]


def daily(store: Store, router: NotificationRouter, clock: Clock, folder: Path, **more: object) -> Daily:
    return Daily(store, router, EN, clock, folder, to=(GROUP,), **more)  # type: ignore[arg-type]


async def test_the_head_is_posted_once_a_day_also_over_a_restart(
    store: Store, router: NotificationRouter, clock: Clock, tmp_path: Path
) -> None:
    clock.now = here(22, 7)
    await write(store, clock, 3)
    await daily(store, router, clock, tmp_path, post_at=NINE).look()
    assert await bodies(store) == []
    for moment in (here(22, 9), here(22, 9, 1), here(22, 23)):
        clock.now = moment
        await daily(store, router, clock, tmp_path, post_at=NINE).look()
    (card,) = await bodies(store)
    (head,) = await store.rows("SELECT seq, hash FROM audit_head")
    assert f"steward audit verify --head 3:{head['hash']}" in card
    clock.now = here(23, 9)
    await daily(store, router, clock, tmp_path, post_at=NINE).look()
    assert len(await bodies(store)) == 2


async def test_without_a_time_the_book_is_proven_and_nothing_is_posted(
    store: Store, router: NotificationRouter, clock: Clock, tmp_path: Path
) -> None:
    await write(store, clock, 3)
    await daily(store, router, clock, tmp_path).look()
    assert await bodies(store) == []
    (check,) = await store.rows("SELECT seq FROM audit_checks")
    assert check["seq"] == 3


async def test_a_book_that_does_not_hold_is_told_once_and_keeps_its_rows(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    door = Door()
    router = NotificationRouter(store, {"dingtalk": door}, clock)
    await write(store, clock, 5, every=DAY)
    tamper(store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 4")
    for _ in range(3):
        await daily(store, router, clock, tmp_path, keep_days=2).look()
        clock.advance(DAY)
    running = asyncio.create_task(router.run())
    async with asyncio.timeout(10):
        while not door.sent:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
    ((_, card),) = door.sent
    assert card.tone is Tone.FAILURE
    assert "row 4 was edited" in render_text(card)
    assert len(await store.rows("SELECT 1 FROM audit_logs")) == 5


async def test_rows_are_kept_so_many_days(
    store: Store, router: NotificationRouter, clock: Clock, tmp_path: Path
) -> None:
    await write(store, clock, 10, every=DAY)
    await daily(store, router, clock, tmp_path).look()
    assert len(await store.rows("SELECT 1 FROM audit_logs")) == 10, "for ever unless told"
    clock.advance(DAY)
    await daily(store, router, clock, tmp_path / "out", keep_days=5).look()
    left = [row["timestamp"] for row in await store.rows("SELECT timestamp FROM audit_logs")]
    assert min(left) >= (clock.now - timedelta(days=5)).isoformat()
    assert [file.name for file in await asyncio.to_thread(lambda: list((tmp_path / "out").iterdir()))] == [
        "audit-1-5.jsonl"
    ]
