"""SQLite, and nothing of what is in it: one file, one writer, numbered migrations. The only importer of aiosqlite.

WAL with `synchronous=FULL`: what was committed survives a power cut. Transactions run one at a time on one connection;
`BEGIN IMMEDIATE` takes the write lock first, so a second process waits instead of failing half-way.

`at_once` is for transactions that somebody waits for: every statement of a `transaction` is a trip to the database's thread and
back, behind all that the loop has to do by then; the body of an `at_once` makes one trip.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, cast

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


def _through(connection: sqlite3.Connection, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
    """Run a body to its end, here and now, between BEGIN and COMMIT."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        running = body(_InThread(connection))
        try:
            running.send(None)
        except StopIteration as end:
            result: T = end.value
        else:
            running.close()
            raise RuntimeError("the body of a transaction awaits nothing but its own statements")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return result


class Store:
    """An open database. Make one with `open_store`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._writing = asyncio.Lock()
        self.path = path

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit on leaving, roll back on any exception, cancellation included."""
        async with self._writing:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield Transaction(self._connection)
            except BaseException:
                # Also when cancelled while BEGIN was under way: the connection's thread takes calls in order.
                await asyncio.shield(self._connection.rollback())
                raise
            await asyncio.shield(self._connection.commit())

    async def at_once(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        """A transaction whose body runs in the database's thread from BEGIN to COMMIT, and awaits nothing but its own statements.

        Commits when the body returns, rolls back when it raises. A caller that is cancelled meanwhile does not stop it."""
        async with self._writing:
            run: Any = self._connection._execute  # noqa: SLF001 - the library's way into its thread; none is public
            return cast("T", await run(_through, self._connection._conn, body))  # noqa: SLF001 - same

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read committed rows, outside of any transaction of ours."""
        async with self._writing:
            return await Transaction(self._connection).rows(sql, *values)

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
    steps = migrations()
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
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            await connection.execute(f"PRAGMA {pragma}")
        await _migrate(connection, path)
        yield Store(connection, path)
