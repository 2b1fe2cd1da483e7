"""Removing old rows so that what stays can still be proven.

The rows are written to a file first. Then, in one transaction, a row of the book tells of the removal and a seal keeps the hash
on which the first row that stays chains; the database itself lets go of nothing that no seal covers. Only then are rows deleted, a
few at a time, so that a click waits for none of it. Cut short, it is finished by the next call.
"""

import asyncio
import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import audit
from bot.audit import Entry
from bot.book.chain import Mark
from bot.book.checks import prove
from bot.book.exports import as_jsonl
from bot.book.search import Search, pages
from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction

YOUNGEST = timedelta(days=2)
"""Rows that stay whatever is asked for: an action that is still open needs its approval in the book."""
BATCH = 500
_CHUNK = 1 << 20


class TooYoung(Exception):
    """Rows of the last two days stay."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """`first` to `last.seq` are in `file` now, and no longer in the book."""

    first: int
    last: Mark
    file: Path
    sha256: str


async def prune(
    store: Store, before: datetime, folder: Path, clock: Clock, *, by: str = "steward", rest: float = 0.0
) -> Pruned | None:
    """Remove the rows from before a moment, up to the first that is younger; None when there are none. `rest` as in
    `bot.book.chain.walk`.

    Raises TooYoung, Broken (nothing is removed from a book that does not hold), OSError."""
    if before > clock() - YOUNGEST:
        raise TooYoung
    await _sweep(store)
    walked = await prove(store, rest=rest)
    younger = await store.row("SELECT min(seq) AS seq FROM audit_logs WHERE timestamp >= ?", stamp(before))
    end = younger["seq"] - 1 if younger and younger["seq"] is not None else walked.head.seq
    row = await store.row("SELECT seq, hash FROM audit_logs WHERE seq = ?", end)
    if row is None or end <= walked.base.seq:
        return None
    first, last = walked.base.seq + 1, Mark(row["seq"], row["hash"])
    file = folder / f"audit-{first}-{last.seq}.jsonl"
    digest = await asyncio.to_thread(_write_out, store.path, last.seq, file)
    told = Entry(
        user_id=by,
        action_type="prune_audit",
        status="SUCCESS",
        target_resource=f"audit/{first}-{last.seq}",
        detail=f"{last} {file.name} sha256 {digest}",
    )

    async def sealed(tx: Transaction) -> None:
        await audit.append(tx, told, clock)
        await tx.execute(
            "INSERT INTO audit_seals (seq, hash, witness, sealed_at, file, file_sha256)"
            " SELECT ?, ?, seq, ?, ?, ? FROM audit_head",
            *(*last, stamp(clock()), str(file), digest),
        )

    await store.write(sealed)
    await _sweep(store)
    return Pruned(first, last, file, digest)


def _write_out(path: Path, last: int, file: Path) -> str:
    """The rows up to `last` as JSON lines, on the disk for good; the sha256 of the file."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as book,
        open(part, "x", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600)) as to,
    ):
        book.row_factory = sqlite3.Row
        as_jsonl(pages(book, Search(), upto=last), to)
        to.flush()
        os.fsync(to.fileno())
    digest = hashlib.sha256()
    with part.open("rb") as written:
        while chunk := written.read(_CHUNK):
            digest.update(chunk)
    part.replace(file)
    return digest.hexdigest()


async def _sweep(store: Store) -> None:
    """Delete what a seal covers."""

    async def some(tx: Transaction) -> int:
        return await tx.execute(
            "DELETE FROM audit_logs WHERE seq IN (SELECT seq FROM audit_logs"
            " WHERE seq <= (SELECT max(seq) FROM audit_seals) ORDER BY seq LIMIT ?)",
            BATCH,
        )

    gone = 0
    while count := await store.write(some):
        gone += count
    if gone:
        await store.write(_forget_people)


async def _forget_people(tx: Transaction) -> list[Row]:
    """Whoever has no row left is not looked for by name any more."""
    return await tx.rows(
        "DELETE FROM audit_people WHERE NOT EXISTS (SELECT 1 FROM audit_logs AS l"
        " WHERE l.platform = audit_people.platform AND l.user_id = audit_people.user_id)"
    )
