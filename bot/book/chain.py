"""The hash chain of the audit book, and the walk that proves it.

hash = sha256(previous hash + canonical JSON of every other column). An edited, removed, reordered or inserted row breaks the
chain; a cut tail disagrees with `audit_head`, which is written in the same transaction as each row. Rows that `bot.book.prune`
removed end in a seal, from which the walk then starts.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from executor.operations import canonical
from executor.reason import Reason, reason

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
LATER = "user_name"
"""Came with a later version: part of the hash where it is not NULL, so that rows from before keep theirs."""
EVERY = (*COLUMNS, LATER, "hash")
"""Every column, in the order in which they are carried out."""
BATCH = 500
_LISTED = ", ".join(COLUMNS)
_JSON = f"CASE WHEN {LATER} IS NULL THEN json_array({_LISTED}) ELSE json_array({_LISTED}, {LATER}) END"
"""SQLite makes the same text as `canonical`, several times faster; where it should not, the definition decides."""


class Broken(Exception):
    """The chain does not hold; the reason says from which row on, and what seems to have happened."""

    def __init__(self, why: Reason) -> None:
        super().__init__(" ".join([why.code, *(f"{name}={value}" for name, value in why.values.items())]))
        self.reason = why


class Stopped(Exception):
    """The walk was given up before its end."""


class Mark(NamedTuple):
    """A row by its number, and its hash. `500:9f86…` as text."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


START = Mark(0, "")


@dataclass(frozen=True, slots=True)
class Seal:
    """Rows up to `mark` were removed at `sealed_at` (ISO 8601) and had been written to `file` before."""

    mark: Mark
    witness: int
    sealed_at: str
    file: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What was proven: the rows after `base`, up to `head`."""

    base: Mark
    head: Mark
    seal: Seal | None = None

    @property
    def rows(self) -> int:
        return self.head.seq - self.base.seq


def chained(previous: str, row: Mapping[str, object]) -> str:
    """The hash of a row: the definition."""
    values = [row[name] for name in COLUMNS]
    if row[LATER] is not None:
        values.append(row[LATER])
    return hashlib.sha256((previous + canonical(values)).encode()).hexdigest()


def walk(
    path: Path,
    *,
    after: Mark | None = None,
    known: tuple[Mark, ...] = (),
    rest: float = 0.0,
    stop: threading.Event | None = None,
) -> Walked:
    """Prove the book, or what came `after` a row that was proven before. For a thread: it blocks for some seconds at a million
    rows. It sees one moment of the book, whatever is written meanwhile.

    `known` rows, told or proven earlier, must be in it. `rest` is slept after each BATCH rows, so that others get the processor.
    Raises Broken, Stopped, and sqlite3.OperationalError for a book that cannot be read now."""
    try:
        return _walked(path, after, known, rest, stop)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise Broken(reason("chain.damaged", error=str(error))) from error


def _walked(
    path: Path, after: Mark | None, known: tuple[Mark, ...], rest: float, stop: threading.Event | None
) -> Walked:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as book:
        book.execute("PRAGMA busy_timeout = 5000")
        book.execute("BEGIN")
        seal = _seal(book)
        base = START if seal is None else seal.mark
        if after is not None and after.seq > base.seq:
            _expect(book, after, base)
            base = after
        reached = base
        for fitting in _fitting(book, base, whole=after is None):
            reached = fitting
            if stop is not None and stop.is_set():
                raise Stopped
            time.sleep(rest)
        head = _slowly(book, reached)
        _ends(book, head, seal)
        for mark in known:
            _expect(book, mark, base if seal is None else seal.mark)
        return Walked(base, head, seal)


def _seal(book: sqlite3.Connection) -> Seal | None:
    row = book.execute(
        "SELECT seq, hash, witness, sealed_at, file FROM audit_seals ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Seal(Mark(row[0], row[1]), *row[2:])


def _fitting(book: sqlite3.Connection, base: Mark, *, whole: bool) -> Iterator[Mark]:
    """How far the rows fit, batch by batch. Ends at the last row or before the first that does not fit."""
    order = "rowid" if whole else "seq"  # the table is read from front to back; a few rows are found by their index
    book.text_factory = bytes
    rows = book.cursor()
    sql = f"SELECT seq, hash, {_JSON} FROM audit_logs WHERE seq > ? ORDER BY {order}"  # noqa: S608 - our own column names
    number, previous, sha256 = base.seq, base.hash.encode(), hashlib.sha256
    try:
        rows.execute(sql, (base.seq,))
        while batch := rows.fetchmany(BATCH):
            for seq, digest, text in batch:
                if seq != number + 1 or sha256(previous + text).hexdigest().encode() != digest:
                    yield Mark(number, previous.decode())
                    return
                number, previous = seq, digest
            yield Mark(number, previous.decode())
    except (
        sqlite3.OperationalError,
        TypeError,
        AttributeError,
    ):  # a value that is no text: the definition names its row
        yield Mark(number, previous.decode())
    finally:
        book.text_factory = str


def _slowly(book: sqlite3.Connection, base: Mark) -> Mark:
    """Walk on by the definition, in the order of the numbers. Raises Broken at the first row that does not fit."""
    rows = book.cursor()
    rows.row_factory = sqlite3.Row
    number, previous = base
    rows.execute("SELECT * FROM audit_logs WHERE seq > ? ORDER BY seq", (number,))
    try:
        row = rows.fetchone()
        while row is not None:
            following = rows.fetchone()
            _fits(number + 1, previous, dict(row), None if following is None else dict(following))
            number, previous, row = row["seq"], row["hash"], following
    except (sqlite3.OperationalError, UnicodeError, TypeError) as error:
        raise Broken(reason("chain.no_text", row=number + 1)) from error
    return Mark(number, previous)


def _fits(number: int, previous: str, row: dict[str, Any], following: dict[str, Any] | None) -> None:
    """Raises Broken, in words that tell an edit from an insertion and a swap where the neighbour gives it away."""
    if row["seq"] != number:
        if row["seq"] == number + 1:
            raise Broken(reason("chain.one_missing", row=number, found=row["seq"], id=row["id"]))
        raise Broken(reason("chain.missing", first=number, last=row["seq"] - 1, found=row["seq"], id=row["id"]))
    if chained(previous, row) == row["hash"]:
        return
    if following is not None and chained(previous, {**following, "seq": number}) == following["hash"]:
        if chained(following["hash"], {**row, "seq": number + 1}) == row["hash"]:
            raise Broken(reason("chain.swapped", first=number, second=number + 1, one=row["id"], other=following["id"]))
        raise Broken(reason("chain.inserted", row=number, id=row["id"]))
    if following is not None and chained(row["hash"], following) == following["hash"]:
        raise Broken(reason("chain.edited", row=number, id=row["id"]))
    raise Broken(reason("chain.changed", row=number, id=row["id"]))


def _ends(book: sqlite3.Connection, end: Mark, seal: Seal | None) -> None:
    row = book.execute("SELECT seq, hash FROM audit_head").fetchone()
    if row is None:
        raise Broken(reason("chain.no_head", end=end.seq))
    head = Mark(*row)
    if head.seq > end.seq:
        raise Broken(reason("chain.cut", end=end.seq, head=head.seq))
    if head != end:
        raise Broken(reason("chain.other_head", end=end.seq, head=head.seq))
    if strange := book.execute("SELECT seq, id FROM audit_logs WHERE seq < 1 LIMIT 1").fetchone():
        raise Broken(reason("chain.inserted", row=strange[0], id=strange[1]))
    if seal is not None:
        told = book.execute("SELECT action_type, detail FROM audit_logs WHERE seq = ?", (seal.witness,)).fetchone()
        if told is None or told[0] != "prune_audit" or str(seal.mark) not in str(told[1]):
            raise Broken(reason("chain.untold", last=seal.mark.seq, witness=seal.witness))


def _expect(book: sqlite3.Connection, mark: Mark, base: Mark) -> None:
    """Raises Broken unless the book holds this row; rows before `base` are gone and cannot say."""
    if mark.seq < base.seq:
        return
    row = book.execute("SELECT hash FROM audit_logs WHERE seq = ?", (mark.seq,)).fetchone()
    found = base.hash if mark.seq == base.seq else row[0] if row else None
    if found is None:
        raise Broken(reason("chain.reached", row=mark.seq))
    if found != mark.hash:
        raise Broken(reason("chain.other_hash", row=mark.seq, before=mark.hash, now=found))
