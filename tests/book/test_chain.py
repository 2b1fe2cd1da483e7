"""What somebody with the database in hand could do, and how the walk names it (I6)."""

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot import audit
from bot.book.chain import Broken, Mark, Walked, walk
from bot.store import Store, migrations, open_store
from tests.book.writing import old_book, tamper, write
from tests.bot.stand import EN, Clock, run_sql

FIRST_SCHEMA = migrations()[0][1]
SHIFTED = "UPDATE audit_logs SET seq = -seq WHERE seq >= {0}", "UPDATE audit_logs SET seq = 1 - seq WHERE seq < 0"
FORGED = (
    "INSERT INTO audit_logs SELECT 'forged', user_id, action_type, target_resource, command_snapshot, status, client_ip,"
    " platform, timestamp, intent, card_id, detail, hash, {0}, user_name FROM audit_logs WHERE seq = {1}"
)
TAMPERED = [
    (("UPDATE audit_logs SET status = 'DENIED' WHERE seq = 3",), "row 3 was edited"),
    (("UPDATE audit_logs SET user_name = '韩梅梅' WHERE seq = 3",), "row 3 was edited"),
    (("UPDATE audit_logs SET user_name = NULL WHERE seq = 2",), "row 2 was edited"),
    (("UPDATE audit_logs SET detail = x'ff00' WHERE seq = 4",), "row 4 "),
    (("UPDATE audit_logs SET intent = CAST(x'ff' AS TEXT) WHERE seq = 4",), "row 4 or the one after it"),
    (("UPDATE audit_logs SET status = 'X' WHERE seq = 6",), "row 6 was changed"),
    (("UPDATE audit_logs SET hash = 'x' WHERE seq = 2",), "row 2 "),
    (("DELETE FROM audit_logs WHERE seq = 2",), "row 2 is missing"),
    (("DELETE FROM audit_logs WHERE seq IN (2, 3)",), "rows 2 to 3 are missing"),
    (("DELETE FROM audit_logs WHERE seq = 1",), "row 1 is missing"),
    (
        ("DELETE FROM audit_logs WHERE seq = 3", "UPDATE audit_logs SET seq = seq - 1 WHERE seq > 3"),
        "row 3 was changed, or rows were taken out",
    ),
    (("DELETE FROM audit_logs WHERE seq > 4",), "the end was cut off: the book ends at row 4, its head says 6"),
    (("DELETE FROM audit_logs",), "the end was cut off: the book ends at row 0"),
    (
        (
            "UPDATE audit_logs SET seq = 99 WHERE seq = 3",
            "UPDATE audit_logs SET seq = 3 WHERE seq = 4",
            "UPDATE audit_logs SET seq = 4 WHERE seq = 99",
        ),
        "rows 3 and 4 were swapped",
    ),
    (("UPDATE audit_logs SET seq = -seq", "UPDATE audit_logs SET seq = 7 + seq"), "row 1 was changed"),
    ((*(each.format(3) for each in SHIFTED), FORGED.format(3, 2)), "row 3 was inserted"),
    ((FORGED.format(7, 6),), "row 7 was changed"),
    ((FORGED.format(0, 6),), "row 0 was inserted"),
    ((FORGED.format(-5, 6),), "row -5 was inserted"),
    (("UPDATE audit_head SET seq = 5",), "its head says 5"),
    (("DELETE FROM audit_head",), "its head is gone"),
]


async def walked(path: Path, **how: Any) -> Walked:
    return await asyncio.to_thread(walk, path, **how)


@pytest.mark.parametrize(("statements", "told"), TAMPERED, ids=[told for _, told in TAMPERED])
async def test_tampering_is_found_and_named(store: Store, clock: Clock, statements: tuple[str, ...], told: str) -> None:
    await write(store, clock, 6)
    tamper(store.path, *statements)
    with pytest.raises(Broken) as broken:
        await audit.verify(store)
    assert told in EN.say(broken.value.reason)


async def test_a_tail_cut_together_with_the_head_is_found_by_a_head_that_was_posted(store: Store, clock: Clock) -> None:
    await write(store, clock, 6)
    posted = (await walked(store.path)).head
    cut = "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_logs WHERE seq = 4)"
    tamper(store.path, "DELETE FROM audit_logs WHERE seq > 4", cut)
    assert (await walked(store.path)).rows == 4, "by itself the book cannot know"
    with pytest.raises(Broken) as broken:
        await walked(store.path, known=(posted,))
    assert "the book had reached row 6" in EN.say(broken.value.reason)
    with pytest.raises(Broken) as broken:
        await walked(store.path, known=(Mark(4, "0" * 64),))
    assert "row 4 or one before it was changed" in EN.say(broken.value.reason)


async def test_a_book_from_before_names_were_kept_still_holds_and_grows(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "steward.db"
    old_book(path, FIRST_SCHEMA, 7)
    async with open_store(path) as store:
        assert await audit.verify(store) == 7
        await write(store, clock, 2)
        assert await audit.verify(store) == 9
        tamper(path, "UPDATE audit_logs SET user_name = '王伟' WHERE seq = 5")
        with pytest.raises(Broken) as broken:
            await audit.verify(store)
        assert "row 5 was edited" in EN.say(broken.value.reason)


async def test_a_damaged_file_is_no_book_that_holds(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "steward.db"
    async with open_store(path) as store:
        await write(store, clock, 300)
    for size in (await asyncio.to_thread(path.stat)).st_size // 2, 40_000:
        await asyncio.to_thread(os.truncate, path, size)
        with pytest.raises(Broken):
            await walked(path)


async def test_only_what_came_after_a_proven_row_is_walked(store: Store, clock: Clock) -> None:
    await write(store, clock, 5)
    proven = (await walked(store.path)).head
    await write(store, clock, 3)
    tamper(store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 2")
    since = await walked(store.path, after=proven)
    assert (since.base.seq, since.rows) == (5, 3)
    with pytest.raises(Broken) as broken:
        await walked(store.path, after=Mark(5, "f" * 64))
    assert "row 5" in EN.say(broken.value.reason)


async def test_the_database_itself_only_ever_appends(store: Store, clock: Clock) -> None:
    await write(store, clock, 3)
    copy = (
        "INSERT OR REPLACE INTO audit_logs SELECT {0}, user_id, action_type, target_resource, command_snapshot, 'X', client_ip,"
        " platform, timestamp, intent, card_id, detail, hash, {1}, user_name FROM audit_logs WHERE seq = 2"
    )
    for statement in (
        "UPDATE audit_logs SET status = 'X'",
        "DELETE FROM audit_logs WHERE seq = 1",
        copy.format("'new'", "seq"),
        copy.format("id", "4"),
        "INSERT INTO audit_seals SELECT seq, hash, 3, '', '', '' FROM audit_logs WHERE seq = 2",
        "INSERT INTO audit_seals VALUES (2, 'x', 3, '', '', '')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"append-only|what the newest audit row says"):
            await run_sql(store, statement)
    assert await audit.verify(store) == 3
