"""What /setup keeps, in the table of settings. Secrets too: the file has mode 0600, its directory 0700."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot import audit
from bot.audit import Entry
from bot.clock import Clock, stamp
from bot.sources import STORABLE, TOGETHER, Origin, fixed
from bot.store import Store, Transaction

_NAMES = tuple(name for names in STORABLE.values() for name in names)
_READ = f"SELECT name, value FROM settings WHERE name IN ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - question marks


class KeptSettings:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self) -> dict[str, str]:
        return {row["name"]: row["value"] for row in await self._store.rows(_READ, *_NAMES)}

    async def put(self, step: str, values: Mapping[str, str], entry: Entry) -> None:
        """Keep these values of a step and nothing else of it, all or none, with a row in the book."""
        now = stamp(self._clock())

        async def body(tx: Transaction) -> None:
            for name in STORABLE[step]:
                await tx.execute("DELETE FROM settings WHERE name = ?", name)
                if value := values.get(name):
                    await tx.execute("INSERT INTO settings VALUES (?, ?, ?)", name, value, now)
            await audit.append(tx, entry, self._clock)

        await self._store.write(body)

    async def note(self, entry: Entry) -> None:
        """A row in the book alone."""
        await self._store.write(partial(audit.append, entry=entry, clock=self._clock))


def kept_in(path: Path) -> dict[str, str]:
    """What a database file holds, for commands that do not open it; nothing where there is none. Blocking."""
    if not path.exists():
        return {}
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        return dict(connection.execute(_READ, _NAMES).fetchall())
    except sqlite3.OperationalError:  # of a version before there was such a table
        return {}
    finally:
        connection.close()


def origins(stored: Mapping[str, str]) -> dict[str, Origin]:
    """Where each storable setting that is set comes from. Reads a file."""
    found: dict[str, Origin] = {}
    found.update(dict.fromkeys(stored, "setup"))
    for several in TOGETHER:
        if not found.keys() & set(several):
            continue
        found |= dict.fromkeys(several, "setup")
    found.update(fixed())
    return found
