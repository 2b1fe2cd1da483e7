"""One daemon for one data directory.

The swaps in SQL keep two daemons from approving or writing twice, but not from taking what the other one is just doing for
something that a restart interrupted. So the second one is refused; several replicas need another store.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another daemon works with this directory."""


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[None]:
    """Hold the directory (made when missing) until the end. The kernel lets go when the process dies, however it dies, so that
    nothing stale is left behind. Raises AlreadyRunning at once."""
    held = await asyncio.to_thread(_hold, folder)
    try:
        yield
    finally:
        os.close(held)


def _hold(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(folder / "steward.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise AlreadyRunning(f"another steward already runs with the data in {folder}") from None
    except BaseException:
        os.close(held)
        raise
    return held
