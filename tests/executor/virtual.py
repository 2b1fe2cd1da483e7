"""Time that passes only when nothing else can happen, and a small scripted cluster to watch in it."""

import asyncio
import selectors
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from copy import deepcopy
from typing import Any

from bot.words import Words
from executor.errors import ClusterError, Invalid, NotFound
from executor.kinds import Kind
from executor.preview import ChangeOrder
from executor.reader import Listing
from executor.run import Applied
from executor.streams import Change
from executor.verify import Progress, Timing, Verdict, verify

from .raws import Raw

WORDS = (Words("zh"), Words("en"))


class _Leaping(selectors.SelectSelector):
    """Instead of sleeping until the next timer, moves the clock there."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("everything waits and no timer is left: a wait without an end")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def in_virtual_time(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        outcome = runner.run(work)
        left = asyncio.all_tasks(runner.get_loop())
        assert not left, f"left running: {left}"
        return outcome


class World:
    """Holds objects by kind and name, and tells every watch. `reads` may hold an error to raise by kind."""

    def __init__(self, *raws: Raw) -> None:
        self._objects: dict[tuple[str, str], Raw] = {}
        self._watches: list[tuple[str, asyncio.Queue[Change | ClusterError | None]]] = []
        self._script: list[tuple[float, Callable[[], None]]] = []
        self._version = 1
        self.reads: dict[str, ClusterError] = {}
        self.quiet = False
        self.had_previous = True
        self.said: dict[str, list[str]] = {}
        self.lists = 0
        for raw in raws:
            self.put(raw)

    def at(self, seconds: float, happening: Callable[[], None]) -> "World":
        self._script.append((seconds, happening))
        return self

    def begin(self) -> None:
        for seconds, happening in self._script:
            asyncio.get_running_loop().call_later(seconds, happening)

    def put(self, raw: Raw) -> None:
        self._version += 1
        raw = deepcopy(raw)
        raw["metadata"]["resourceVersion"] = str(self._version)
        key = (raw["kind"], raw["metadata"]["name"])
        known = self._objects.get(key)
        if known is not None and known["metadata"].get("uid") != raw["metadata"].get("uid"):
            self.remove(*key)
            known = None
        self._objects[key] = raw
        self._tell(key[0], Change("ADDED" if known is None else "MODIFIED", raw))

    def remove(self, kind: str, name: str) -> None:
        self._tell(kind, Change("DELETED", self._objects.pop((kind, name))))

    def break_watches(self, error: ClusterError | None) -> None:
        for _, queue in self._watches:
            queue.put_nowait(error)

    def _tell(self, kind: str, change: Change) -> None:
        for watched, queue in self._watches:
            if watched == kind and not self.quiet:
                queue.put_nowait(change)

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Raw:
        self._fail(kind)
        if (kind.kind, name) not in self._objects:
            raise NotFound("no such object")
        return deepcopy(self._objects[kind.kind, name])

    async def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", limit: int = 500
    ) -> Listing:
        self.lists += 1
        self._fail(kind)
        found = [
            deepcopy(raw) for (held, name), raw in self._objects.items() if held == kind.kind and _selected(raw, fields)
        ]
        return Listing(tuple(found[:limit]), str(self._version), len(found) <= limit)

    async def watch(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        resource_version: str,
        labels: str = "",
        fields: str = "",
        seconds: int = 290,
    ) -> AsyncGenerator[Change]:
        self._fail(kind)
        entry = (kind.kind, asyncio.Queue[Change | ClusterError | None]())
        self._watches.append(entry)
        try:
            while True:
                try:
                    async with asyncio.timeout(seconds):
                        news = await entry[1].get()
                except TimeoutError:
                    return
                if isinstance(news, ClusterError):
                    raise news
                if news is None:
                    return
                if _selected(news.object, fields):
                    yield deepcopy(news)
        finally:
            self._watches.remove(entry)

    async def logs(
        self,
        namespace: str,
        pod: str,
        *,
        container: str | None = None,
        tail: int = 200,
        previous: bool = False,
        **_: Any,
    ) -> str:
        if previous and not self.had_previous:
            raise Invalid("previous terminated container not found")
        return "\n".join(self.said.get(pod, [])[-tail:])

    async def version(self) -> str:
        return "v1.20.2"

    async def follow(self, namespace: str, pod: str, *, container: str | None = None, **_: Any) -> AsyncGenerator[str]:
        for line in self.said.get(pod, []):
            await asyncio.sleep(1)
            yield line

    def _fail(self, kind: Kind) -> None:
        if (error := self.reads.get(kind.kind) or self.reads.get("*")) is not None:
            raise error


def _selected(raw: Raw, fields: str) -> bool:
    path, _, value = fields.partition("=")
    found: Any = raw
    for key in filter(None, path.split(".")):
        found = found.get(key, "")
    return not fields or found == value


Told = list[tuple[float, Progress | Verdict]]


def play(world: World, order: ChangeOrder, applied: Applied, timing: Timing | None = None) -> Told:
    """Verify in virtual time: what was told, and at which second."""

    async def whole() -> Told:
        world.begin()
        told: Told = []
        async with aclosing(verify(world, order, applied, timing=timing or Timing())) as steps:  # type: ignore[arg-type]
            async for step in steps:
                told.append((asyncio.get_running_loop().time(), step))
        return told

    told: Told = in_virtual_time(whole())
    assert [isinstance(step, Verdict) for _, step in told].count(True) == 1
    assert isinstance(told[-1][1], Verdict)
    for _, step in told:
        why = step.step if isinstance(step, Progress) else step.reason
        assert all(why.code not in words.say(why) for words in WORDS), (
            "every sentence fits its values, in both languages"
        )
    return told


def verdict(told: Told) -> Verdict:
    last = told[-1][1]
    assert isinstance(last, Verdict)
    return last
