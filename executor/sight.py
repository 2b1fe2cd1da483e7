"""Reading within a budget: what a diagnosis may ask of a cluster, and what it was not shown."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from executor.errors import ClusterError, Forbidden, NotFound, NotServed
from executor.fields import Raw, mapping, name_of
from executor.kinds import Kind
from executor.labels import takes
from executor.reader import Listing

MAX_CALLS = 25
MAX_SECONDS = 60.0
_TOGETHER = 4
_PAGE = 250


class Sight(Protocol):
    """The reading that a diagnosis needs."""

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Raw: ...

    async def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", limit: int = 500
    ) -> Listing: ...

    async def logs(
        self, namespace: str, pod: str, *, container: str | None = None, tail: int = 200, previous: bool = False
    ) -> str: ...


class Spent(ClusterError):
    """The diagnosis has used up its calls or its time."""


class Sparing:
    """Counts every request, keeps a few at a time in flight, and asks nothing twice: a whole list that is here answers for its
    parts. `denied`, `unserved` and `unread` name the kinds that could not be looked at, and why; `partial` those of which there are
    more than were listed."""

    def __init__(self, sight: Sight, *, calls: int = MAX_CALLS, seconds: float = MAX_SECONDS) -> None:
        self._sight = sight
        self._left = calls
        self._until = asyncio.get_running_loop().time() + seconds
        self._few = asyncio.Semaphore(_TOGETHER)
        self._lists: dict[tuple[str, str | None, str, str], Listing] = {}
        self._objects: dict[tuple[str, str | None, str], Raw] = {}
        self.calls = 0
        self.denied: set[str] = set()
        self.unserved: set[str] = set()
        self.unread: set[str] = set()
        self.partial: set[str] = set()

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Raw:
        key = (kind.kind, namespace, name)
        if key in self._objects:
            return self._objects[key]
        whole = self._lists.get((kind.kind, namespace, "", ""))
        if whole is not None and whole.complete:
            held = next((raw for raw in whole.items if name_of(raw) == name), None)
            if held is None:
                raise NotFound(f"no such {kind.word}")
            return held
        async with self._turn():
            found = self._objects[key] = await self._sight.get(kind, name, namespace)
        return found

    async def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", limit: int = 500
    ) -> Listing:
        key = (kind.kind, namespace, labels, fields)
        if key in self._lists:
            return self._lists[key]
        whole = self._lists.get((kind.kind, namespace, "", ""))
        if whole is not None and whole.complete and not fields:
            mine = tuple(raw for raw in whole.items if takes(labels, mapping(raw, "metadata", "labels")))
            return Listing(mine, whole.resource_version, complete=True)
        async with self._turn():
            found = self._lists[key] = await self._sight.list(
                kind, namespace, labels=labels, fields=fields, limit=limit
            )
        more = max(0, len(found.items) - 1) // _PAGE
        if not found.complete:
            self.partial.add(kind.kind)
        self._left -= more
        self.calls += more
        return found

    async def logs(
        self, namespace: str, pod: str, *, container: str | None = None, tail: int = 200, previous: bool = False
    ) -> str:
        async with self._turn():
            return await self._sight.logs(namespace, pod, container=container, tail=tail, previous=previous)

    async def listed(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = ""
    ) -> tuple[Raw, ...]:
        """As far as it can be had: a diagnosis goes on without, and says so."""
        try:
            return (await self.list(kind, namespace, labels=labels, fields=fields)).items
        except ClusterError as exc:
            self.note(kind, exc)
            return ()

    async def sought(self, kind: Kind, name: str, namespace: str | None = None) -> Raw | None:
        """The object; {} when there is surely none of that name; None when that could not be learned."""
        try:
            return await self.get(kind, name, namespace)
        except ClusterError as exc:
            if isinstance(exc, NotFound) and not isinstance(exc, NotServed):
                return {}
            self.note(kind, exc)
            return None

    @property
    def unsure(self) -> set[str]:
        """The kinds of which what was not seen may be there all the same."""
        return self.denied | self.unserved | self.unread | self.partial

    def note(self, kind: Kind, exc: ClusterError) -> None:
        """Why objects of this kind are not to be had."""
        if isinstance(exc, Forbidden):
            self.denied.add(kind.kind)
        elif isinstance(exc, NotFound):
            self.unserved.add(kind.kind)
        else:
            self.unread.add(kind.kind)

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """One request. Raises Spent when there are no calls left, or no time."""
        if self._left <= 0:
            raise Spent("no calls left")
        self._left -= 1
        self.calls += 1
        try:
            async with self._few, asyncio.timeout_at(self._until):
                yield
        except TimeoutError as exc:
            raise Spent("no time left") from exc
