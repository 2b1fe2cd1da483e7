"""What changed, in order: the source of every watch."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sandbox.cluster.failures import expired
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import Resource


@dataclass(frozen=True, slots=True)
class Change:
    """One write. `before` is the object as it was, for watches whose selector it left or entered."""

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    resource: Resource
    revision: int
    object: Object
    before: Object | None = None


class History:
    """The changes of one resource. It keeps a window, as the API server's watch cache does; older versions are gone (410)."""

    def __init__(self, window: int = 20_000) -> None:
        self._window = window
        self._changes: list[Change] = []
        self._revisions: list[int] = []
        self._floor = 0
        self._watchers: set[asyncio.Event] = set()

    def append(self, change: Change) -> None:
        self._changes.append(change)
        self._revisions.append(change.revision)
        if len(self._changes) > 2 * self._window:
            self.forget(self._revisions[-self._window - 1])
        for watcher in self._watchers:
            watcher.set()

    def after(self, revision: int) -> list[Change]:
        """The changes later than `revision`. Raises 410 Expired when some of them are forgotten."""
        if revision < self._floor:
            raise expired(f"too old resource version: {revision} ({self._floor})")
        return self._changes[bisect_right(self._revisions, revision) :]

    def forget(self, revision: int) -> None:
        """Compact: versions before `revision` can no longer be watched from."""
        kept = bisect_right(self._revisions, revision)
        del self._changes[:kept], self._revisions[:kept]
        self._floor = max(self._floor, revision)

    @contextmanager
    def watching(self) -> Iterator[asyncio.Event]:
        """An event that is set by every change while the block runs."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
