"""Persist, then acknowledge; then handle, one conversation at a time in order, conversations side by side (I5).

The table is the queue: a restart continues where the last process stopped, and memory holds only which conversations have work.
Rows that arrive together are committed together.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from pydantic import ValidationError

from adapters.types import Conversation, Message, Person
from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction

log = structlog.get_logger()

Handle = Callable[[Message], Awaitable[None]]
Note = Callable[[Transaction], Awaitable[None]]
"""Writes what has to be on disk together with a message, whether that was there already or not."""


async def nothing_else(_: Transaction) -> None:
    """For messages that stand for themselves."""


class _Arrived(NamedTuple):
    message: Message
    note: Note
    persisted: asyncio.Future[None]


PARALLEL = 16
"""Conversations handled at once."""
LONGEST_QUEUE = 1000
"""Messages of one conversation that may wait; more are not acknowledged."""
ATTEMPTS = 3
HANDLING_SECONDS = 180.0
"""An attempt that takes longer has failed; every request on the way has its own, shorter end."""
KEEP_DAYS = 30


@dataclass(frozen=True, slots=True)
class Flood:
    """More than `messages` in one commit are a flood, until `seconds` later. What comes in goes first then: unacknowledged it
    would come again, unhandled it only waits, `longest` seconds at most."""

    messages: int = 64
    seconds: float = 0.2
    longest: float = 2.0


class QueueFull(Exception):
    """Too many messages wait in this conversation; not acknowledged, the platform may bring it again."""


class Inbox:
    """`run` must be running for messages to be accepted and handled."""

    def __init__(
        self,
        store: Store,
        handle: Handle,
        apologise: Handle,
        clock: Clock,
        *,
        pause: float = 1.0,
        longest: int = LONGEST_QUEUE,
        seconds: float = HANDLING_SECONDS,
        flood: Flood = Flood(),
    ) -> None:
        self._store = store
        self._handle = handle
        self._apologise = apologise
        self._clock = clock
        self._pause = pause
        self._longest = longest
        self._seconds = seconds
        self._flood = flood
        self._flood_until = 0.0
        self._arrived: list[_Arrived] = []
        self._arrival = asyncio.Event()
        self._waiting: Counter[str] = Counter()
        self._serving: set[str] = set()
        self._woken: set[str] = set()
        self._places = asyncio.Semaphore(PARALLEL)
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def on_message(self, message: Message, note: Note = nothing_else) -> None:
        """Returns when the message is on disk (or was there already), and `note` with it; raises QueueFull."""
        if self._waiting[_queue(message)] >= self._longest:
            raise QueueFull(_queue(message))
        self._waiting[_queue(message)] += 1  # before it is on disk, since it may be handled before we hear of that
        persisted = asyncio.get_running_loop().create_future()
        self._arrived.append(_Arrived(message, note, persisted))
        self._arrival.set()
        await persisted

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for row in await self._store.rows(
                "SELECT conversation, count(*) AS n FROM inbox WHERE state = 'NEW' GROUP BY 1"
            ):
                self._waiting[row["conversation"]] += row["n"]
                self._wake(group, row["conversation"])
            while True:
                await self._arrival.wait()
                await self._commit_arrivals(group)

    async def drain(self, seconds: float) -> None:
        """Finish what is being handled; what still waits is handled after the restart."""
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("inbox.drain_cut", conversations=len(self._serving))

    async def _commit_arrivals(self, group: asyncio.TaskGroup) -> None:
        self._arrival.clear()
        batch, self._arrived = self._arrived, []
        if len(batch) > self._flood.messages:
            self._flood_until = asyncio.get_running_loop().time() + self._flood.seconds
        now = stamp(self._clock())
        rows = [(_id(message), _queue(message), message.model_dump_json(), now) for message, _, _ in batch]
        sql = "INSERT OR IGNORE INTO inbox (id, conversation, body, received_at) VALUES (?, ?, ?, ?)"

        async def inserted(tx: Transaction) -> list[int]:
            new = [await tx.execute(sql, *row) for row in rows]
            for one in batch:
                await one.note(tx)
            return new

        try:
            new = await self._store.write(inserted)
        except Exception as error:
            for one in batch:
                if not one.persisted.done():
                    one.persisted.set_exception(error)
            raise
        for (message, _, persisted), added in zip(batch, new, strict=True):
            if not persisted.done():
                persisted.set_result(None)
            self._waiting[_queue(message)] -= 1 - added
            self._wake(group, _queue(message))

    def _wake(self, group: asyncio.TaskGroup, queue: str) -> None:
        self._woken.add(queue)
        if queue not in self._serving:
            self._serving.add(queue)
            self._idle.clear()
            group.create_task(self._serve(queue), name=f"inbox:{queue}")

    async def _serve(self, queue: str) -> None:
        async with self._places:
            while not self._stopping:
                self._woken.discard(queue)
                row = await self._store.row(
                    "SELECT seq, id, body, attempts FROM inbox WHERE conversation = ? AND state = 'NEW' ORDER BY seq LIMIT 1",
                    queue,
                )
                if row is None and queue not in self._woken:
                    break
                if row is not None:
                    await self._give_way()
                    await self._handle_one(queue, row)
        if not self._waiting[queue]:
            del self._waiting[queue]
        self._serving.discard(queue)
        if not self._serving:
            self._idle.set()

    async def _give_way(self) -> None:
        now = asyncio.get_running_loop().time
        end = now() + self._flood.longest
        while (left := min(self._flood_until, end) - now()) > 0:  # noqa: ASYNC110 - each commit may move the end of a flood
            await asyncio.sleep(left)

    async def _handle_one(self, queue: str, row: Row) -> None:
        """Whatever is wrong with one message, those behind it are handled: only the store's own errors come out."""
        seq, attempts, state = row["seq"], row["attempts"], "DONE"
        try:
            message = _read(row["body"])
            async with asyncio.timeout(self._seconds):
                await self._handle(message)
        except Exception as error:
            log.exception("message.failed", message=row["id"], attempt=attempts + 1)
            if attempts + 1 < ATTEMPTS and not isinstance(error, ValidationError):
                await self._note(seq, "NEW", attempts + 1)
                await asyncio.sleep(self._pause * 2**attempts)
                return
            state = "FAILED"
            await self._say_sorry(row)
        await self._note(seq, state, attempts + 1)
        self._waiting[queue] -= 1

    async def _say_sorry(self, row: Row) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._apologise(_addressed(row["body"]))
        except Exception:
            log.exception(
                "message.unanswered", message=row["id"]
            )  # else it would be tried for ever, and nothing after it

    async def _note(self, seq: int, state: str, attempts: int) -> None:
        sql = "UPDATE inbox SET state = ?, attempts = ? WHERE seq = ?"
        await self._store.write(lambda tx: tx.execute(sql, state, attempts, seq))

    async def forget_old(self) -> None:
        """Drop handled messages that no platform will deliver again."""
        sql = "DELETE FROM inbox WHERE state <> 'NEW' AND julianday(?) - julianday(received_at) > ?"
        await self._store.write(lambda tx: tx.execute(sql, stamp(self._clock()), KEEP_DAYS))


def _queue(message: Message) -> str:
    return f"{message.conversation.platform}:{message.conversation.id}"


def _id(message: Message) -> str:
    return f"{message.conversation.platform}:{message.id}"


def _read(body: str) -> Message:
    """A message as this or another version of ours wrote it; ValidationError where it cannot be read any more."""
    return Message.model_validate_json(body, extra="ignore")


def _addressed(body: str) -> Message:
    """The message, or as much of it as an answer needs."""
    try:
        return _read(body)
    except ValidationError:
        raw = json.loads(body)
        conversation = Conversation.model_validate(raw["conversation"], extra="ignore")
        nobody = Person(platform=conversation.platform, id="", name="")
        return Message(id=raw["id"], conversation=conversation, sender=nobody, text="", sent_at=datetime.now(UTC))
