"""Writing the audit book: append-only, hash-chained, one row for every click and every outcome (I6). `bot.book` reads it."""

import asyncio
import uuid
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict

from bot.book.chain import COLUMNS, EVERY, LATER, Broken, chained, walk
from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction
from executor.redact import mask

__all__ = ["COLUMNS", "Broken", "Entry", "append", "entries", "verify"]

PAGE = 1000
_FREE = (LATER, "command_snapshot", "intent", "detail")
_INSERT = f"INSERT INTO audit_logs ({', '.join(EVERY)}) VALUES ({', '.join('?' * len(EVERY))})"  # noqa: S608 - our own names


class Entry(BaseModel):
    """What happened. Free text is masked here, at the last door before the disk (I9)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user_id: str
    user_name: str = ""
    """As the person was called then, to find rows by; "" when that was not known. Its owner can change it: it proves nothing."""
    action_type: str
    """`approve_restart`, `execute_restart`, `choose`…"""
    status: str
    target_resource: str = ""
    command_snapshot: str = ""
    client_ip: str = ""
    platform: str = ""
    intent: str = ""
    card_id: str = ""
    detail: str = ""


async def append(tx: Transaction, entry: Entry, clock: Clock) -> None:
    """Add a row to the chain, in the caller's transaction."""
    head = await tx.row("SELECT seq, hash FROM audit_head")
    assert head is not None
    row: dict[str, object] = {
        **entry.model_dump(),
        "id": str(uuid.uuid4()),
        "timestamp": stamp(clock()),
        "seq": head["seq"] + 1,
        **{name: mask(text).text for name in _FREE if (text := getattr(entry, name))},
    }
    digest = chained(head["hash"], row)
    await tx.execute(_INSERT, *(row[name] for name in COLUMNS), row[LATER], digest)
    await tx.execute("UPDATE audit_head SET seq = ?, hash = ?", row["seq"], digest)
    person = (row[LATER], entry.platform, entry.user_id)
    await tx.execute("INSERT OR IGNORE INTO audit_people (user_name, platform, user_id) VALUES (?, ?, ?)", *person)


async def verify(store: Store) -> int:
    """Walk the whole chain; the number of rows. Raises Broken at the first row that does not fit."""
    return (await asyncio.to_thread(walk, store.path)).rows


async def entries(store: Store, *, since: str = "") -> AsyncIterator[Row]:
    """All rows from a time on (ISO 8601 UTC), oldest first, read page by page."""
    seq = 0
    while True:
        rows = await store.rows(
            "SELECT * FROM audit_logs WHERE seq > ? AND timestamp >= ? ORDER BY seq LIMIT ?", seq, since, PAGE
        )
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        seq = rows[-1]["seq"]
