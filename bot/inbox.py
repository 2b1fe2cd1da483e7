"""Persist, then acknowledge; then handle, one conversation at a time in order, conversations side by side (I5).

The table is the queue: a restart continues where the last process stopped, and memory holds only which conversations have work.
Accepting a message is one transaction, which those that arrive together share; having handled it is another, in which the rest of
its answer becomes durable with the note that it is done.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from pydantic import ValidationError

from adapters.types import Conversation, Message, Person
from bot.clock import Clock, stamp
from bot.store import Body, Row, Store, Transaction

log = structlog.get_logger()

_NOTE = (
    "UPDATE inbox SET state = ?1, attempts = ?2, body = CASE WHEN ?1 = 'NEW' THEN body WHEN json_valid(body)"
    " THEN json_set(body, '$.text', '') ELSE '' END WHERE seq = ?3"
)

Handle = Callable[[Message], Awaitable[Body[None] | None]]
"""Answers a message. What it returns is still to be written, in one transaction with the note that the message was handled."""
Apologise = Callable[[Message], Awaitable[None]]
Note = Callable[[Transaction], Awaitable[None]]
"""Writes what has to be on disk together with a message, whether that was there already or not."""


async def nothing_else(_: Transaction) -> None:
    """For messages that stand for themselves."""


PARALLEL = 16
"""Conversations handled at once."""
LONGEST_QUEUE = 1000
"""Messages of one conversation that may wait; more are not acknowledged."""
ATTEMPTS = 3
HANDLING_SECONDS = 180.0
"""An attempt that takes longer has failed; every request on the way has its own, shorter end."""
KEEP_DAYS = 30
MOMENT = 0.005
"""Seconds that handling a message waits while others are not acknowledged yet."""


@dataclass(frozen=True, slots=True)
class Flood:
    """More than `messages` on their way to the disk are a flood, until `seconds` later. What comes in goes first then:
    unacknowledged it would come again, unhandled it only waits, `longest` seconds at most."""

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
        apologise: Apologise,
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
        self._coming = 0
        self._accepted: asyncio.Queue[str] = asyncio.Queue()
        """Conversations that have work: as many as there are rows in the table at most."""
        self._waiting: Counter[str] = Counter()
        self._serving: set[str] = set()
        self._woken: set[str] = set()
        self._places = asyncio.Semaphore(PARALLEL)
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def on_message(self, message: Message, note: Note = nothing_else) -> None:
        """Returns when the message is on disk (or was there already), and `note` with it; raises QueueFull."""
        queue = _queue(message)
        if self._waiting[queue] >= self._longest:
            raise QueueFull(queue)
        row = (_id(message), queue, message.model_dump_json(), stamp(self._clock()))

        async def accepted(tx: Transaction) -> None:
            new = await tx.execute(
                "INSERT OR IGNORE INTO inbox (id, conversation, body, received_at) VALUES (?, ?, ?, ?)", *row
            )
            await note(tx)
            tx.afterwards(partial(self._accept, queue, new))  # whoever still waits for it by then

        self._coming += 1
        if self._coming > self._flood.messages:
            self._flood_until = asyncio.get_running_loop().time() + self._flood.seconds
        try:
            await self._store.write(accepted)
        finally:
            self._coming -= 1

    def _accept(self, queue: str, new: int) -> None:
        self._waiting[queue] += new
        self._accepted.put_nowait(queue)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for row in await self._store.rows(
                "SELECT conversation, count(*) AS n FROM inbox WHERE state = 'NEW' GROUP BY 1"
            ):
                self._waiting[row["conversation"]] += row["n"]
                self._wake(group, row["conversation"])
            while True:
                self._wake(group, await self._accepted.get())

    async def drain(self, seconds: float) -> None:
        """Finish what is being handled; what still waits is handled after the restart."""
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("inbox.drain_cut", conversations=len(self._serving))

    def _wake(self, group: asyncio.TaskGroup, queue: str) -> None:
        """`_woken` is for who is being served already: a row may have come right after the last look."""
        self._woken.add(queue)
        if queue not in self._serving:
            self._serving.add(queue)
            self._idle.clear()
            group.create_task(self._serve(queue), name=f"inbox:{queue}")

    async def _serve(self, queue: str) -> None:
        async with self._places:
            while queue in self._woken and not self._stopping:
                self._woken.discard(queue)
                row = await self._store.read(partial(_first, queue=queue))
                while row is not None and not self._stopping:
                    await self._give_way()
                    row = await self._handle_one(queue, row)
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
        if self._coming:
            await asyncio.sleep(MOMENT)

    async def _handle_one(self, queue: str, row: Row) -> Row | None:
        """What is next in this conversation. Whatever is wrong with one message, those behind it are handled: only the store's own
        errors come out."""
        attempts = row["attempts"] + 1
        try:
            message = _read(row["body"])
            with structlog.contextvars.bound_contextvars(message=message.id, by=message.sender.id):
                async with asyncio.timeout(self._seconds):
                    rest = await self._handle(message)
                following = await self._note(queue, row, "DONE", attempts, rest)
        except Exception as error:
            log.exception("message.failed", message=row["id"], attempt=attempts)
            if attempts < ATTEMPTS and not isinstance(error, ValidationError):
                again = await self._note(queue, row, "NEW", attempts)
                await asyncio.sleep(self._pause * 2 ** (attempts - 1))
                return again
            await self._say_sorry(row)
            following = await self._note(queue, row, "FAILED", attempts)
        self._waiting[queue] -= 1
        return following

    async def _say_sorry(self, row: Row) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._apologise(_addressed(row["body"]))
        except Exception:
            log.exception(
                "message.unanswered", message=row["id"]
            )  # else it would be tried for ever, and nothing after it

    async def _note(
        self, queue: str, row: Row, state: str, attempts: int, rest: Body[None] | None = None
    ) -> Row | None:
        """Write what became of a message; the next one of its conversation. What was said is kept, secrets and all, until it has
        been dealt with, and no longer (I9)."""

        async def noted(tx: Transaction) -> Row | None:
            if rest is not None:
                await rest(tx)
            await tx.execute(_NOTE, state, attempts, row["seq"])
            return await _first(tx, queue)

        return await self._store.write(noted, patient=True)

    async def forget_old(self) -> None:
        """Drop handled messages that no platform will deliver again."""
        sql = "DELETE FROM inbox WHERE state <> 'NEW' AND julianday(?) - julianday(received_at) > ?"
        await self._store.write(lambda tx: tx.execute(sql, stamp(self._clock()), KEEP_DAYS))


async def _first(tx: Transaction, queue: str) -> Row | None:
    return await tx.row(
        "SELECT seq, id, body, attempts FROM inbox WHERE conversation = ? AND state = 'NEW' ORDER BY seq LIMIT 1", queue
    )


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
