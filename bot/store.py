"""SQLite, and nothing of what is in it: one file, one writer, numbered migrations. The only importer of aiosqlite.

WAL with `synchronous=FULL`: what was committed survives a power cut. `BEGIN IMMEDIATE` takes the write lock first, so a second
process waits instead of failing half-way.

What is dear is not SQL but the trip to the database's thread and back, which waits for whatever the loop is busy with, and the
disk. So a transaction is handed over whole (`Store.write`) and makes one trip, and those that wait for the disk together share a
commit. Reads have a connection of their own and wait for nobody; several that belong together make one trip (`Store.read`).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiosqlite

T = TypeVar("T")
Row = sqlite3.Row
Consequence = Callable[[], object]
BUSY_MS = 5000
FEW = 8
"""Patient transactions in one commit: somebody in a hurry who comes right after it has begun waits for no more of them."""


class StoreTooNew(Exception):
    """The file was written by a newer Steward; refusing is the only safe thing."""


class Transaction:
    """Statements that become durable together, or not at all. Its coroutines run through without a pause: they are at home in the
    database's own thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.consequences: list[Consequence] = []

    def afterwards(self, call: Consequence) -> None:
        """Have this called in the loop as soon as everything here is durable; never when it is undone. Whoever waits for the
        transaction hears of it later."""
        self.consequences.append(call)

    async def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    async def row(self, sql: str, *values: Any) -> Row | None:
        found = await self.rows(sql, *values)
        return found[0] if found else None


Body = Callable[[Transaction], Coroutine[Any, Any, T]]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _Done(NamedTuple):
    result: Any
    consequences: list[Consequence]


class _Waiting(NamedTuple):
    body: Body[Any]
    patient: bool
    done: asyncio.Future[Any]
    context: Context
    """Whoever waits: what follows is logged as theirs."""


def _ran(connection: sqlite3.Connection, body: Body[Any]) -> _Done:
    """Run one body to its end; raises what it raises."""
    tx = Transaction(connection)
    running = body(tx)
    try:
        running.send(None)
    except StopIteration as end:
        return _Done(end.value, tx.consequences)
    running.close()
    raise RuntimeError("the body of a transaction awaits nothing but its own statements")


def _ran_among_others(connection: sqlite3.Connection, body: Body[Any]) -> _Done | _Failed:
    """What became of one body: its result, or the exception that undid it and nobody else."""
    connection.execute("SAVEPOINT body")
    try:
        done = _ran(connection, body)
    except Exception as error:
        if not connection.in_transaction:
            raise  # a full disk undoes all that went before as well
        connection.execute("ROLLBACK TO body")
        connection.execute("RELEASE body")
        return _Failed(error)
    connection.execute("RELEASE body")
    return done


def _run_all(connection: sqlite3.Connection, batch: Sequence[_Waiting]) -> Sequence[_Done | _Failed]:
    """Run bodies to their end, one after the other, and commit them together; what became of each."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        one = _ran if len(batch) == 1 else _ran_among_others
        outcomes = [one(connection, waiting.body) for waiting in batch]
        connection.commit()
    except Exception as error:  # noqa: BLE001 - whatever it is, everybody who waits must hear of it
        connection.rollback()
        return [_Failed(error)] * len(batch)
    return outcomes


class Store:
    """An open database. Make one with `open_store`."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, path: Path) -> None:
        self._writer = writer
        self._reader = reader
        self._waiting: list[_Waiting] = []
        self._writing = False
        self.path = path

    async def write(self, body: Body[T], *, patient: bool = False) -> T:
        """Run a transaction's body in the database's thread; its result once that is on disk. What the body raises undoes it and
        is raised here. It awaits nothing but its own statements (RuntimeError).

        Whoever comes while the disk is busy shares the next commit, except that only a FEW of those go along that are `patient`:
        nobody on a platform waits for them. A caller that is cancelled takes its body back if it has not begun; else it is
        carried out."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Waiting(body, patient, done, copy_context()))
        if not self._writing:
            self._begin(loop)
        return await done

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand over everything that waits. No lock, no task and no future between the thread and those who wait: each would be
        one more turn of the loop before a click is answered."""
        connection = self._writer._conn  # noqa: SLF001 - as its own methods do; ValueError when it is closed
        waiting = [each for each in self._waiting if not each.done.done()]
        patient = [each for each in waiting if each.patient]
        batch = [each for each in waiting if not each.patient] + patient[:FEW]
        self._waiting = patient[FEW:]
        self._writing = bool(batch)
        if not batch:
            return

        def run() -> None:
            loop.call_soon_threadsafe(self._settle, loop, batch, _run_all(connection, batch))

        self._writer._tx.put_nowait((None, run))  # noqa: SLF001 - the library's way into its thread; none is public

    def _settle(
        self, loop: asyncio.AbstractEventLoop, batch: Sequence[_Waiting], outcomes: Sequence[_Done | _Failed]
    ) -> None:
        for (_, _, done, context), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, _Done):
                for call in outcome.consequences:
                    loop.call_soon(call, context=context)
            if done.done():
                continue
            if isinstance(outcome, _Failed):
                done.set_exception(outcome.error)
            else:
                done.set_result(outcome.result)
        self._begin(loop)

    async def read(self, body: Body[T]) -> T:
        """Run several reads in one trip; each statement sees what is committed by then."""
        reader = self._reader
        done: _Done = await reader._execute(_ran, reader._conn, body)  # type: ignore[no-untyped-call] # noqa: SLF001 - as above
        return done.result  # type: ignore[no-any-return]

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read what is committed."""
        return list(await self._reader.execute_fetchall(sql, values))

    async def row(self, sql: str, *values: Any) -> Row | None:
        found = await self.rows(sql, *values)
        return found[0] if found else None


def migrations() -> list[tuple[int, str]]:
    """Numbered SQL files, in order."""
    files = resources.files(__package__).joinpath("migrations").iterdir()
    numbered = [(int(file.name.split("_")[0]), file.read_text("utf-8")) for file in files if file.name.endswith(".sql")]
    return sorted(numbered)


async def _migrate(connection: aiosqlite.Connection, path: Path) -> None:
    async with connection.execute("PRAGMA user_version") as cursor:
        (version,) = await cursor.fetchone() or (0,)
    steps = await asyncio.to_thread(migrations)
    if version > steps[-1][0]:
        raise StoreTooNew(f"{path} has schema {version}; this Steward knows {steps[-1][0]}")
    for number, sql in steps:
        if number > version:
            # executescript ends any open transaction, so that each script brings its own.
            await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")


@asynccontextmanager
async def open_store(path: Path) -> AsyncIterator[Store]:
    """Open (and make, and migrate) the database file. Raises StoreTooNew, sqlite3.Error."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    await asyncio.to_thread(path.touch, 0o600)
    async with aiosqlite.connect(path, isolation_level=None) as writer:
        await _prepare(writer, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
        await _migrate(writer, path)
        async with aiosqlite.connect(path, isolation_level=None) as reader:
            await _prepare(reader, "query_only=ON")
            yield Store(writer, reader, path)


async def _prepare(connection: aiosqlite.Connection, *pragmas: str) -> None:
    """Each pragma is read to its end: one that has a row left counts as a write under way for as long as anything in the process
    holds its cursor (a profiler that looks at frames does), and no transaction could be committed."""
    connection.row_factory = sqlite3.Row
    for pragma in (*pragmas, f"busy_timeout={BUSY_MS}"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
