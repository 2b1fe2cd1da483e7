"""The audit book: append-only, hash-chained, one row for every click and every outcome (I6).

hash = sha256(previous hash + canonical JSON of every other column). An edited, removed, reordered or inserted row breaks the
chain; a cut tail disagrees with `audit_head`, which is written in the same transaction as each row.
"""

import hashlib
import uuid
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction
from executor.operations import canonical
from executor.redact import mask

COLUMNS = (
    "id",
    "user_id",
    "action_type",
    "target_resource",
    "command_snapshot",
    "status",
    "client_ip",
    "platform",
    "timestamp",
    "intent",
    "card_id",
    "detail",
    "seq",
)
PAGE = 1000


class Entry(BaseModel):
    """What happened. Free text is masked here, at the last door before the disk (I9)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user_id: str
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


def chained(previous: str, row: dict[str, object]) -> str:
    return hashlib.sha256((previous + canonical([row[name] for name in COLUMNS])).encode()).hexdigest()


async def append(tx: Transaction, entry: Entry, clock: Clock) -> None:
    """Add a row to the chain, in the caller's transaction."""
    head = await tx.row("SELECT seq, hash FROM audit_head")
    assert head is not None
    row: dict[str, object] = {
        **entry.model_dump(),
        "id": str(uuid.uuid4()),
        "timestamp": stamp(clock()),
        "seq": head["seq"] + 1,
        **{name: mask(getattr(entry, name)).text for name in ("command_snapshot", "intent", "detail")},
    }
    digest = chained(head["hash"], row)
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    await tx.execute(
        f"INSERT INTO audit_logs ({', '.join(COLUMNS)}, hash) VALUES ({marks})",  # noqa: S608 - our own column names
        *(row[name] for name in COLUMNS),
        digest,
    )
    await tx.execute("UPDATE audit_head SET seq = ?, hash = ?", row["seq"], digest)


class Broken(Exception):
    """The chain does not hold; the message says from which row on."""


async def verify(store: Store) -> int:
    """Walk the whole chain; the number of rows. Raises Broken at the first row that does not fit."""
    previous, count = "", 0
    async for row in entries(store):
        count += 1
        if row["seq"] != count:
            raise Broken(f"row {count} is missing: found seq {row['seq']} (id {row['id']})")
        if chained(previous, dict(row)) != row["hash"]:
            raise Broken(f"row {count} was changed, or a row before it was (id {row['id']})")
        previous = row["hash"]
    head = await store.row("SELECT seq, hash FROM audit_head")
    if head is None or (head["seq"], head["hash"]) != (count, previous):
        raise Broken(f"the book ends at row {count}, its head says {head['seq'] if head else 'nothing'}")
    return count


async def entries(store: Store, *, since: str = "", platform_user: str = "") -> AsyncIterator[Row]:
    """All rows from a time on (ISO 8601 UTC), oldest first, read page by page."""
    seq = 0
    while True:
        rows = await store.rows(
            "SELECT * FROM audit_logs WHERE seq > ? AND timestamp >= ? AND (? = '' OR user_id = ?) ORDER BY seq LIMIT ?",
            seq,
            since,
            platform_user,
            platform_user,
            PAGE,
        )
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        seq = rows[-1]["seq"]


async def newest(store: Store, limit: int) -> AsyncIterator[Row]:
    """The last rows, oldest of them first."""
    for row in reversed(await store.rows("SELECT * FROM audit_logs ORDER BY seq DESC LIMIT ?", limit)):
        yield row
