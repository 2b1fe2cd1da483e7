"""SQLite, and nothing of what is in it: one file, one writer, numbered migrations. The only importer of aiosqlite.

WAL with `synchronous=FULL`: what was committed survives a power cut. `BEGIN IMMEDIATE` takes the write lock first, so a second
process waits instead of failing half-way.

What is dear is not SQL but the trip to the database's thread and back, which waits for whatever the loop is busy with, and the
disk. So a transaction is handed over whole (`at_once`) and makes one trip, and those that wait for the disk together are committed
together. Reads have a connection of their own and wait for nobody.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")
Row = sqlite3.Row
BUSY_MS = 5000


class StoreTooNew(Exception):
    """The file was written by a newer Steward; refusing is the only safe thing."""


class Transaction:
    """Statements that become durable together, or not at all."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; the number of rows it changed."""
        cursor = await self._connection.execute(sql, values)  # to close it would be another trip to the thread
        return int(cursor.rowcount)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        async with self._connection.executemany(sql, rows):
            pass

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return list(await self._connection.execute_fetchall(sql, values))

    async def row(self, sql: str, *values: Any) -> Row | None:
        found = await self.rows(sql, *values)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _InThread(Transaction):
    """The same, for the database's own thread: nothing here suspends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._raw = connection

    async def execute(self, sql: str, *values: Any) -> int:
        return self._raw.execute(sql, values).rowcount

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._raw.executemany(sql, rows)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return self._raw.execute(sql, values).fetchall()


Body = Callable[[Transaction], Coroutine[Any, Any, T]]


def _ran(connection: sqlite3.Connection, body: Body[Any]) -> Any:
    """What became of one body: its result, or the exception that undid it."""
    connection.execute("SAVEPOINT body")
    try:
        running = body(_InThread(connection))
        try:
            running.send(None)
        except StopIteration as end:
            connection.execute("RELEASE body")
            return end.value
        running.close()
        raise RuntimeError("the body of a transaction awaits nothing but its own statements")  # noqa: TRY301 - undone below
    except Exception as error:
        if not connection.in_transaction:
            raise  # a full disk undoes all that went before as well
        connection.execute("ROLLBACK TO body")
        connection.execute("RELEASE body")
        return _Failed(error)


def _run_all(connection: sqlite3.Connection, bodies: Sequence[Body[Any]]) -> list[Any]:
    """Run bodies to their end, one after the other, and commit them together. Raises when nothing of them was committed."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_ran(connection, body) for body in bodies]
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return outcomes


class Store:
    """An open database. Make one with `open_store`."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, path: Path) -> None:
        self._writer = writer
        self._reader = reader
        self._writing = asyncio.Lock()
        self._bodies: list[tuple[Body[Any], asyncio.Future[Any]]] = []
        self.path = path

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction whose statements go one by one, for a body that awaits other things between them; everybody else waits.

        Commits on leaving, rolls back on any exception, cancellation included."""
        async with self._writing:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer)
            except BaseException:
                # Also when cancelled while BEGIN was under way: the connection's thread takes calls in order.
                await asyncio.shield(self._writer.rollback())
                raise
            await asyncio.shield(self._writer.commit())

    async def at_once(self, body: Body[T]) -> T:
        """Run a transaction's body in the database's thread; its result once that is on disk. What the body raises undoes it and
        is raised here. It awaits nothing but its own statements (RuntimeError).

        Whoever comes while the disk is busy shares the next commit. A caller that is cancelled takes its body back if it has not
        begun; else it is carried out."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._bodies.append((body, done))
        try:
            async with self._writing:
                if not done.done():
                    await asyncio.shield(self._commit())
            return await done
        finally:
            done.cancel()

    async def _commit(self) -> None:
        """Run everything that waits, for everybody who waits."""
        batch = [(body, done) for body, done in self._bodies if not done.done()]
        self._bodies = []
        run: Any = self._writer._execute  # noqa: SLF001 - the library's way into its thread; none is public
        try:
            outcomes = await run(_run_all, self._writer._conn, [body for body, _ in batch])  # noqa: SLF001 - same
        except Exception as error:  # noqa: BLE001 - whatever it is, everybody who waits must hear of it
            outcomes = [_Failed(error)] * len(batch)
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            if done.done():
                continue
            if isinstance(outcome, _Failed):
                done.set_exception(outcome.error)
            else:
                done.set_result(outcome)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read what is committed."""
        return await Transaction(self._reader).rows(sql, *values)

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
    connection.row_factory = sqlite3.Row
    for pragma in (*pragmas, f"busy_timeout={BUSY_MS}"):
        await connection.execute(f"PRAGMA {pragma}")
