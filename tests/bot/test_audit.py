"""Writing the audit book. What is done to it afterwards: `tests/book`."""

import sqlite3
from functools import partial

import pytest

from bot import audit
from bot.audit import Entry
from bot.store import Store
from tests.bot.stand import Clock, run_sql


async def write(store: Store, count: int) -> None:
    clock = Clock()
    for number in range(count):
        entry = Entry(user_id="manager4220", action_type="approve_restart", status="APPROVED", detail=f"row {number}")
        await store.write(partial(audit.append, entry=entry, clock=clock))


async def test_an_untouched_book_holds(store: Store) -> None:
    await write(store, 5)
    assert await audit.verify(store) == 5


async def test_rows_cannot_be_changed_through_the_daemon(store: Store) -> None:
    await write(store, 1)
    for statement in ("UPDATE audit_logs SET status = 'X'", "DELETE FROM audit_logs"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await run_sql(store, statement)
    assert await audit.verify(store) == 1


async def test_secrets_are_masked_before_the_disk(store: Store) -> None:
    leak = "postgres://shop:s3cr3t-pw@db:5432/shop"
    entry = Entry(user_id="u", action_type="t", status="S", intent=leak, detail=leak)
    await store.write(partial(audit.append, entry=entry, clock=Clock()))
    (row,) = [row async for row in audit.entries(store)]
    assert "s3cr3t-pw" not in str(dict(row))
