"""A live picture of a few sets of objects: list, then watch from there, again and again.

One owner task holds the watches; they feed one bounded queue, so that a burst slows the watches down instead of filling memory.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

import structlog

from executor.errors import ClusterError, Forbidden, Gone, NotFound, Throttled, Unauthorized, Unreachable
from executor.fields import Raw, text, uid_of
from executor.kinds import Kind
from executor.reader import Reader
from executor.streams import Change

log = structlog.get_logger()

_QUEUE = 1000
_LINES = 100
_PAUSE = 0.2
_LONGEST_PAUSE = 10.0


def _everything(_: Raw) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Source:
    """A set of objects to keep in view. An `optional` one that we may not read stays empty; what `keep` does not want neither
    takes memory nor wakes anybody."""

    name: str
    kind: Kind
    namespace: str | None
    labels: str = ""
    fields: str = ""
    limit: int = 1000
    optional: bool = True
    keep: Callable[[Raw], bool] = _everything


class Snapshot(NamedTuple):
    source: str
    items: tuple[Raw, ...]
    complete: bool


class Seen(NamedTuple):
    source: str
    change: Change


class Line(NamedTuple):
    pod: str
    line: str


News = Snapshot | Seen | Line


class Watching:
    """`async with Watching(...) as view:` then `await view.changed(seconds)` and `view.of(name)`."""

    def __init__(self, reader: Reader, sources: tuple[Source, ...], *, poll: float) -> None:
        self._reader = reader
        self._sources = sources
        self._poll = poll
        self._queue: asyncio.Queue[News | None] = asyncio.Queue(_QUEUE)
        self._objects: dict[str, dict[str, Raw]] = {source.name: {} for source in sources}
        self._listed: set[str] = set()
        self._cut: set[str] = set()
        self._denied: set[str] = set()
        self._following = False
        self._group: asyncio.TaskGroup | None = None
        self._task: asyncio.Task[None]
        self._lines: deque[Line] = deque(maxlen=_LINES)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())  # owned: __aexit__ awaits it, `changed` passes its failure on
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled() and (failure := self._task.exception()) is not None and error is None:
            raise failure

    def of(self, name: str) -> tuple[Raw, ...]:
        return tuple(self._objects.get(name, {}).values())

    def known(self) -> bool:
        """Whether every source has been listed once, or may not be."""
        return all(source.name in self._listed | self._denied for source in self._sources)

    def take_lines(self) -> list[Line]:
        """The log lines since they were last taken, not masked."""
        taken = list(self._lines)
        self._lines.clear()
        return taken

    def complete(self, name: str) -> bool:
        """Whether all objects are in view, and not only as many as the limit allows."""
        return name in self._listed and name not in self._cut

    async def changed(self, seconds: float) -> None:
        """Wait until something changed, at most so long, and take in all that has come by then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                self._take(await self._queue.get())
        while not self._queue.empty():
            self._take(self._queue.get_nowait())
        if self._task.done():
            await self._task

    def follow(self, namespace: str, pod: str, container: str) -> None:
        """Bring in a container's log lines from now on; one at a time."""
        if not self._following and self._group is not None:
            self._following = True
            self._group.create_task(self._follow(namespace, pod, container))

    def _take(self, news: News | None) -> None:
        match news:
            case Snapshot(source, items, complete):
                self._objects[source] = {uid_of(item): item for item in items}
                self._listed.add(source)
                (self._cut.discard if complete else self._cut.add)(source)
            case Seen(source, change):
                if change.type == "DELETED":
                    self._objects[source].pop(uid_of(change.object), None)
                else:
                    self._objects[source][uid_of(change.object)] = change.object
            case Line():
                self._lines.append(news)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for source in self._sources:
                    group.create_task(self._watch(source))
                group.create_task(self._look_again(self._sources[0]))
        finally:
            with suppress(asyncio.QueueFull):  # full: whoever waits is awake anyway
                self._queue.put_nowait(None)

    async def _watch(self, source: Source) -> None:
        """Three loops in one: for ever › until the version is too old › one watch call."""
        pause = _PAUSE
        while True:
            try:
                listing = await self._reader.list(
                    source.kind, source.namespace, labels=source.labels, fields=source.fields, limit=source.limit
                )
                kept = tuple(item for item in listing.items if source.keep(item))
                await self._queue.put(Snapshot(source.name, kept, listing.complete))
                version = listing.resource_version
                while True:
                    version = await self._one_watch(source, version)
                    pause = _PAUSE
                    await asyncio.sleep(_jittered(pause))
            except Gone:
                await asyncio.sleep(_jittered(_PAUSE))
            except (Forbidden, Unauthorized, NotFound) as exc:
                log.info("watch.denied", source=source.name, problem=exc.message)
                if source.optional:
                    self._denied.add(source.name)
                    await self._queue.put(None)
                    return
                await asyncio.sleep(_LONGEST_PAUSE)
            except Throttled as exc:
                await asyncio.sleep(_jittered(min(max(exc.retry_after, pause), _LONGEST_PAUSE)))
            except Unreachable as exc:
                log.debug("watch.broken", source=source.name, problem=exc.message)
                await asyncio.sleep(_jittered(pause))
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _one_watch(self, source: Source, version: str) -> str:
        watch = self._reader.watch(
            source.kind, source.namespace, resource_version=version, labels=source.labels, fields=source.fields
        )
        async with aclosing(watch) as changes:
            async for change in changes:
                version = text(change.object, "metadata", "resourceVersion") or version
                if source.keep(change.object):
                    await self._queue.put(Seen(source.name, change))
        return version

    async def _look_again(self, source: Source) -> None:
        """A backstop for the first source, one object: watches have been known to go quiet."""
        while True:
            await asyncio.sleep(self._poll)
            with suppress(Unreachable, Throttled, Forbidden, Unauthorized, NotFound, Gone):
                listing = await self._reader.list(source.kind, source.namespace, fields=source.fields, limit=1)
                await self._queue.put(Snapshot(source.name, listing.items, complete=True))

    async def _follow(self, namespace: str, pod: str, container: str) -> None:
        try:
            async with aclosing(self._reader.follow(namespace, pod, container=container)) as lines:
                async for line in lines:
                    await self._queue.put(Line(pod, line))
        except ClusterError as exc:
            log.debug("follow.ended", pod=pod, problem=exc.message)
        finally:
            self._following = False


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 jitter, not a secret
