"""One durable commit in the daemon's own store, at a given pace: the yardstick for what must be on disk before an answer."""

import asyncio
import time
from pathlib import Path

from bot.store import open_store

ROW = "x" * 500


async def commits(folder: Path, count: int, *, per_second: float) -> list[float]:
    """Seconds of each BEGIN IMMEDIATE, one insert, COMMIT (WAL, synchronous=FULL) on the disk that holds `folder`."""
    seconds = []
    async with open_store(folder / "commits.db") as store:
        await store.write(lambda tx: tx.execute("CREATE TABLE yardstick (id INTEGER PRIMARY KEY, text TEXT)"))
        start = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(0.0, start + number / per_second - time.perf_counter()))
            begun = time.perf_counter()
            await store.write(lambda tx: tx.execute("INSERT INTO yardstick (text) VALUES (?)", ROW))
            seconds.append(time.perf_counter() - begun)
    return seconds
