"""Watches: a list of changes that does not end until its time is up."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.cluster.api.listing import asked_revision, integer, selected, selection_of
from sandbox.cluster.api.rendering import encode, single
from sandbox.cluster.api.routes import is_true
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.objects import Object, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import Selection
from sandbox.cluster.store import Store

BOOKMARK_SECONDS = 60
"""How often the API server sends a bookmark to a watch that allows them (storage/cacher.go)."""
_LONGEST_SECONDS = 1800


@dataclass(slots=True)
class Watches:
    """Serves watches until `close`."""

    store: Store
    bookmark_seconds: float = BOOKMARK_SECONDS
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _open: dict[asyncio.Event, web.Request] = field(default_factory=dict)

    def close(self) -> None:
        """End every watch at once, as a server that shuts down does."""
        self._closing.set()
        for waker in self._open:
            waker.set()

    def cut(self) -> int:
        """Abort the connections of all open watches; how many there were."""
        open_now = [request.transport for request in self._open.values() if request.transport is not None]
        for transport in open_now:
            transport.abort()
        return len(open_now)

    async def serve(
        self, request: web.Request, resource: Resource, namespace: str, *, partial: bool
    ) -> web.StreamResponse:
        selection = selection_of(resource, request.query)
        revision = asked_revision(request.query)
        seconds = integer(request.query, "timeoutSeconds") or _LONGEST_SECONDS
        view = _View(resource, namespace, selection, partial)
        bookmarks = is_true(request.query.get("allowWatchBookmarks", "false"))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        with self.store.histories[resource].watching() as waker:
            self._open[waker] = request
            try:
                await response.prepare(request)
                async with asyncio.timeout(seconds):
                    await self._stream(response, view, revision, waker, bookmarks=bookmarks)
            except TimeoutError:
                if bookmarks:
                    await response.write(view.bookmark(self.store.revision))
            except Failure as failure:
                await response.write(_line("ERROR", failure.status))
            finally:
                del self._open[waker]
        await response.write_eof()
        return response

    async def _stream(
        self, response: web.StreamResponse, view: "_View", revision: int, waker: asyncio.Event, *, bookmarks: bool
    ) -> None:
        if not revision:
            revision = self.store.revision
            for obj in list(selected(self.store, view.resource, view.namespace, view.selection)):
                await response.write(_line("ADDED", view.show(obj)))
        history = self.store.histories[view.resource]
        while not self._closing.is_set():
            waker.clear()
            changes = history.after(revision)
            for line in view.lines(changes):
                await response.write(line)
            if changes:
                revision = changes[-1].revision
                continue
            try:
                async with asyncio.timeout(self.bookmark_seconds if bookmarks else None):
                    await waker.wait()
            except TimeoutError:
                revision = self.store.revision
                await response.write(view.bookmark(revision))


@dataclass(frozen=True, slots=True)
class _View:
    """What one watch sees of the changes."""

    resource: Resource
    namespace: str
    selection: Selection
    partial: bool

    def show(self, obj: Object) -> Object:
        return single(self.resource, obj, partial=self.partial)

    def lines(self, changes: list[Change]) -> Iterator[bytes]:
        for change in changes:
            kind = self._seen_as(change)
            if kind:
                yield _line(kind, self.show(change.object))

    def _seen_as(self, change: Change) -> str | None:
        """An object that leaves the selection is DELETED to this watch, one that enters it is ADDED."""
        if self.namespace and namespace_of(change.object) != self.namespace:
            return None
        was = change.before is not None and self.selection.holds(change.before)
        if change.type == "DELETED":
            return "DELETED" if was else None
        holds = self.selection.holds(change.object)
        if holds:
            return "MODIFIED" if was else "ADDED"
        return "DELETED" if was else None

    def bookmark(self, revision: int) -> bytes:
        metadata = {"resourceVersion": str(revision), "creationTimestamp": None}
        kind, version = self.resource.kind, self.resource.api_version
        return _line("BOOKMARK", {"kind": kind, "apiVersion": version, "metadata": metadata})


def _line(kind: str, obj: Object) -> bytes:
    return encode({"type": kind, "object": obj}) + b"\n"
