"""The audit book: any edit, gap, insertion or cut tail is found (I6)."""

import sqlite3
from functools import partial

import pytest

from bot import audit
from bot.audit import Entry
from bot.store import Store
from tests.bot.stand import Clock, run_sql

FORGED = (
    "INSERT INTO audit_logs SELECT 'forged', user_id, action_type, target_resource, command_snapshot, status, client_ip,"
    " platform, timestamp, intent, card_id, detail, hash, 6 FROM audit_logs WHERE seq = 5"
)


async def write(store: Store, count: int) -> None:
    clock = Clock()
    for number in range(count):
        entry = Entry(user_id="manager4220", action_type="approve_restart", status="APPROVED", detail=f"row {number}")
        await store.write(partial(audit.append, entry=entry, clock=clock))


def tamper(store: Store, *statements: str) -> None:
    """As somebody with the file in hand would: triggers are no obstacle to them."""
    with sqlite3.connect(store.path) as file:
        file.execute("DROP TRIGGER audit_logs_no_update")
        file.execute("DROP TRIGGER audit_logs_no_delete")
        for statement in statements:
            file.execute(statement)
    file.close()


async def test_an_untouched_book_holds(store: Store) -> None:
    await write(store, 5)
    assert await audit.verify(store) == 5


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE audit_logs SET status = 'DENIED' WHERE seq = 3",),
        ("UPDATE audit_logs SET timestamp = '2026-01-01' WHERE seq = 1",),
        ("UPDATE audit_logs SET user_id = NULL WHERE seq = 5",),
        ("DELETE FROM audit_logs WHERE seq = 2",),
        ("DELETE FROM audit_logs WHERE seq = 5",),
        ("DELETE FROM audit_logs",),
        ("UPDATE audit_logs SET seq = 99 WHERE seq = 5", "UPDATE audit_logs SET seq = 5 WHERE seq = 4"),
        ("UPDATE audit_logs SET seq = -seq", "UPDATE audit_logs SET seq = 6 + seq"),
        (FORGED,),
    ],
)
async def test_tampering_is_found(store: Store, statements: tuple[str, ...]) -> None:
    await write(store, 5)
    tamper(store, *statements)
    with pytest.raises(audit.Broken):
        await audit.verify(store)


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
