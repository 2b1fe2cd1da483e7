"""What became of a write, read from the cluster: for an answer that was lost, and for an action that a restart interrupted (I4)."""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from executor.diff import MARK, fingerprint
from executor.errors import ClusterError, NotFound
from executor.fields import Raw, deleting, field, mapping, moment, objects, text, uid_of
from executor.operations import Change, Delete
from executor.reader import Reader
from executor.reason import Reason, reason
from executor.wire import Answer
from executor.writer import MANAGER
from executor.writes import bears_mark, kind_to_write

log = structlog.get_logger()


class Look(NamedTuple):
    """The target at one moment; `live` is None when nothing of that name is there. `date` is the server's clock."""

    live: Raw | None
    date: datetime


async def look_at(reader: Reader, operation: Change) -> Look:
    """Raises what the reader raises, but not NotFound."""
    target = operation.target
    try:
        answer: Answer = await reader.read(kind_to_write(target), target.name, target.namespace)
    except NotFound:
        return Look(None, datetime.now(UTC).replace(microsecond=0))
    return Look(answer.content, answer.date)


def took_effect(operation: Change, seen: Look, *, uid: str, action_id: str) -> bool:
    """Whether the object shows that the write happened. Of a delete it cannot be proved that it was ours: the object is gone, or
    on its way, whoever did it."""
    if isinstance(operation, Delete):
        return seen.live is None or uid_of(seen.live) != uid or deleting(seen.live)
    return seen.live is not None and uid_of(seen.live) == uid and bears_mark(seen.live, action_id)


def written_at(seen: Look, *, since: datetime) -> datetime:
    """When we last wrote the object, by `managedFields`; `since` (some time before) where that is not told. Whole seconds."""
    entries = objects(seen.live, "metadata", "managedFields")
    times = [
        moment(text(entry, "time"))
        for entry in entries
        if text(entry, "manager") == MANAGER
        and f"f:{MARK}" in mapping(entry, "fieldsV1", "f:metadata", "f:annotations")
    ]
    return max((time for time in times if time is not None), default=since)


def last_manager(live: Raw) -> str:
    """Who wrote the object last, status aside, by `managedFields`: all of that second; "-" where it is not told."""
    entries = [
        (text(entry, "time"), text(entry, "manager"))
        for entry in objects(live, "metadata", "managedFields")
        if text(entry, "subresource") != "status" and mapping(entry, "fieldsV1").keys() - {"f:status"}
    ]
    newest = max((time for time, _ in entries), default="")
    return ", ".join(sorted({manager for time, manager in entries if time == newest and manager})) or "-"


def version_of(live: Raw) -> str:
    return text(live, "metadata", "resourceVersion")


def generation_of(live: Raw | None) -> int | None:
    found = field(live, "metadata", "generation")
    return found if isinstance(found, int) else None


class Settled(NamedTuple):
    """`effect` is None when reading could not tell; `seen` is what it was told from."""

    effect: bool | None
    seen: Look | None
    reason: Reason = Reason(code="run.lost")
    """Why it is not known."""


async def settle(
    reader: Reader, operation: Change, sent_for: Raw, *, action_id: str, seconds: float, pause: float = 1.0
) -> Settled:
    """What became of a write that was sent for `sent_for` and whose answer was lost.

    It carried that object's resourceVersion: once the object has another one and no trace of us, it can never land. While the
    version stands, the write may still be under way, so we look for `seconds` (the API server cuts writes at 34 s)."""
    uid, version = uid_of(sent_for), version_of(sent_for)
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    settled = Settled(None, None)
    while True:
        try:
            seen = await look_at(reader, operation)
        except ClusterError as exc:
            log.warning("write.not_settled", action=action_id, problem=exc.message)
        else:
            if took_effect(operation, seen, uid=uid, action_id=action_id):
                return Settled(effect=True, seen=seen)
            if seen.live is None or uid_of(seen.live) != uid:
                return Settled(None, seen, reason("run.lost_gone", target=str(operation.target)))
            if fingerprint(seen.live) != fingerprint(sent_for):
                return Settled(None, seen, reason("run.lost_changed", target=str(operation.target)))
            settled = Settled(effect=False, seen=seen)
            if version_of(seen.live) != version:
                return settled
        if clock() + pause > until:
            return settled
        await asyncio.sleep(pause)
