"""The file: migrated, private, refused when newer, rolled back whole."""

import asyncio
import sqlite3
import threading
from functools import partial
from pathlib import Path
from types import FrameType

import pytest

from bot.store import FEW, Store, StoreTooNew, Transaction, migrations, open_store
from tests.bot.stand import run_sql, slow_disk

NEWEST = migrations()[-1][0]


async def test_a_new_file_is_migrated_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "steward.db"
    async with open_store(path) as store:
        row = await store.row("PRAGMA user_version")
        mode = await store.row("PRAGMA journal_mode")
    assert row is not None and row[0] == NEWEST
    assert mode is not None and mode[0] == "wal"
    assert path.stat().st_mode & 0o777 == 0o600


async def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    async with open_store(tmp_path / "s.db") as store:
        await run_sql(store, "INSERT INTO users (id) VALUES ('u')")
    async with open_store(tmp_path / "s.db") as store:
        assert await store.row("SELECT id FROM users") is not None


async def test_a_file_is_made_while_a_profiler_holds_every_frame_of_its_threads(tmp_path: Path) -> None:
    held: list[FrameType] = []
    threading.setprofile(lambda frame, *_: held.append(frame))
    try:
        async with open_store(tmp_path / "s.db") as store:
            assert await run_sql(store, "INSERT INTO users (id) VALUES ('u')") == 1
    finally:
        threading.setprofile(None)
    assert held


async def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    async with open_store(tmp_path / "s.db"):
        pass
    with sqlite3.connect(tmp_path / "s.db") as file:
        file.execute("PRAGMA user_version = 9999")
    file.close()
    with pytest.raises(StoreTooNew, match="9999"):
        async with open_store(tmp_path / "s.db"):
            pass


async def test_what_was_written_is_committed_with_its_result(store: Store) -> None:
    async def add(tx: Transaction) -> int:
        await tx.execute("INSERT INTO users (id) VALUES ('u'), ('v')")
        row = await tx.row("SELECT count(*) AS n FROM users")
        assert row is not None
        return int(row["n"]) + await tx.execute("UPDATE users SET role = 'member'")

    assert await store.write(add) == 4
    assert [row["role"] for row in await store.rows("SELECT role FROM users")] == ["member", "member"]


async def test_what_fails_leaves_nothing_and_is_in_nobodys_way(store: Store) -> None:
    async def fail(tx: Transaction) -> None:
        await tx.execute("INSERT INTO users (id) VALUES ('u')")
        await tx.execute("INSERT INTO users (id) VALUES ('u')")

    async def wander(tx: Transaction) -> None:
        await tx.execute("INSERT INTO users (id) VALUES ('u')")
        await asyncio.sleep(0)

    with pytest.raises(sqlite3.IntegrityError):
        await store.write(fail)
    with pytest.raises(RuntimeError, match="awaits nothing but its own statements"):
        await store.write(wander)
    assert await store.row("SELECT id FROM users") is None
    assert await run_sql(store, "INSERT INTO users (id) VALUES ('u')") == 1


async def test_those_that_wait_together_are_undone_one_by_one(store: Store) -> None:
    async def add(tx: Transaction, name: str) -> str:
        await tx.execute("INSERT INTO users (id) VALUES (?)", name)
        return name

    async with slow_disk(store):
        waiting = [asyncio.ensure_future(store.write(partial(add, name=name))) for name in ("u", "u", "v", "w")]
        await asyncio.sleep(0)
        waiting[3].cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in outcomes] == [str, sqlite3.IntegrityError, str, asyncio.CancelledError]
    assert [row["id"] for row in await store.rows("SELECT id FROM users ORDER BY id")] == ["u", "v"]


async def test_what_undoes_everything_is_heard_by_everybody_who_waits(store: Store) -> None:
    async def add(tx: Transaction) -> None:
        await tx.execute("INSERT INTO users (id) VALUES ('u')")

    async def fall(tx: Transaction) -> None:
        await tx.execute("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise sqlite3.OperationalError("database or disk is full")

    async with slow_disk(store):
        waiting = [asyncio.ensure_future(store.write(body)) for body in (add, fall)]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in outcomes] == [sqlite3.OperationalError] * 2
    assert await store.rows("SELECT id FROM users") == []
    await store.write(add)


async def test_those_in_a_hurry_wait_for_few_that_are_patient(store: Store) -> None:
    order: list[str] = []

    async def note(_: Transaction, name: str) -> None:
        order.append(name)

    async with slow_disk(store):
        patient = [
            asyncio.ensure_future(store.write(partial(note, name=f"patient {number}"), patient=True))
            for number in range(FEW + 2)
        ]
        hurried = asyncio.ensure_future(store.write(partial(note, name="hurried")))
        await asyncio.sleep(0)
    await hurried
    seen = list(order)
    await asyncio.gather(*patient)
    assert order[0] == "hurried" and len(seen) <= 1 + FEW
    assert order[1:] == [f"patient {number}" for number in range(FEW + 2)]


async def test_consequences_follow_what_is_durable_and_nothing_else(store: Store) -> None:
    followed: list[str] = []
    done = asyncio.Event()

    async def add(tx: Transaction, name: str) -> None:
        tx.afterwards(partial(followed.append, name))
        await tx.execute("INSERT INTO users (id) VALUES (?)", name)

    async def last(tx: Transaction) -> None:
        tx.afterwards(done.set)

    async with slow_disk(store):
        waiting = [asyncio.ensure_future(store.write(partial(add, name=name))) for name in ("u", "u", "v")]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, return_exceptions=True)
    with pytest.raises(sqlite3.IntegrityError):
        await store.write(partial(add, name="u"))
    await store.write(last)
    await done.wait()
    assert followed == ["u", "v"]


async def test_what_belongs_together_is_read_in_one_trip_and_changes_nothing(store: Store) -> None:
    async def both(tx: Transaction) -> tuple[int, int]:
        users, cards = await tx.row("SELECT count(*) FROM users"), await tx.row("SELECT count(*) FROM cards")
        assert users is not None and cards is not None
        return users[0], cards[0]

    assert await store.read(both) == (0, 0)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store.read(lambda tx: tx.execute("INSERT INTO users (id) VALUES ('u')"))


async def test_a_read_does_not_wait_for_a_transaction(store: Store) -> None:
    async with slow_disk(store):
        assert await store.rows("SELECT id FROM users") == []


async def test_a_caller_that_is_cancelled_does_not_tear_what_has_begun(store: Store) -> None:
    inside, go = threading.Event(), threading.Event()

    async def ids(tx: Transaction) -> list[str]:
        return [row["id"] for row in await tx.rows("SELECT id FROM users ORDER BY id")]

    async def slow(tx: Transaction) -> None:
        await tx.execute("INSERT INTO users (id) VALUES ('u')")
        inside.set()
        go.wait(10)
        await tx.execute("INSERT INTO users (id) VALUES ('v')")

    async with asyncio.TaskGroup() as tasks:
        caller = tasks.create_task(store.write(slow))
        await asyncio.to_thread(inside.wait, 10)
        caller.cancel()
        await asyncio.wait({caller})
        after = tasks.create_task(store.write(ids))
        go.set()
    assert after.result() == ["u", "v"]


async def test_given_columns_are_there(store: Store) -> None:
    given = {
        "users": ["id", "username", "password_hash", "role", "created_at"],
        "audit_logs": [
            *("id", "user_id", "action_type", "target_resource", "command_snapshot", "status", "client_ip", "platform"),
            *("timestamp", "intent", "card_id", "detail", "hash"),
        ],
    }
    for table, columns in given.items():
        rows = await store.rows(f"PRAGMA table_info({table})")
        assert [row["name"] for row in rows][: len(columns)] == columns
