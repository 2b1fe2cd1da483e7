"""Whether an action that was under way when the daemon stopped took effect. It is only read, never run again (I4)."""

import asyncio
from datetime import UTC, datetime, timedelta

from executor.diff import fingerprint
from executor.fields import uid_of
from executor.operations import Change, Delete, Exec
from executor.preview import ChangeOrder
from executor.reader import NAMESPACE, Reader
from executor.reason import Frozen, Reason, reason
from executor.run import Applied
from executor.traces import Look, generation_of, look_at, took_effect, written_at

PAUSE = 5.0
"""Seconds between the two looks. The API server gives up a request whose client has gone, so a write that was under way when we
were killed lands within moments or never."""


class Found(Frozen):
    """It took effect. `proven` is False for a delete: the object is gone, whoever deleted it."""

    applied: Applied
    proven: bool = True


class NeverHappened(Frozen):
    """It did not take effect, and will not."""


class Unclear(Frozen):
    """Reading cannot tell."""

    reason: Reason


async def look(
    reader: Reader, order: ChangeOrder, action_id: str, *, since: datetime | None = None, pause: float = PAUSE
) -> Found | NeverHappened | Unclear:
    """Only reads. `since` is some time before the write by our clock, such as the approval's: a delete leaves no time behind.

    Raises what reading raises when the cluster cannot be asked: try again later."""
    operation = order.operation
    if not isinstance(operation, Change) or isinstance(operation, Exec):
        return Unclear(reason=reason("run.interrupted_exec"))  # it leaves no trace
    target = str(operation.target)
    for again in (False, True):
        cluster = await reader.read(NAMESPACE, "kube-system")
        if uid_of(cluster.content) != order.cluster_uid:
            return Unclear(reason=reason("drift.cluster"))
        seen = await look_at(reader, operation)
        if took_effect(operation, seen, uid=order.target_uid, action_id=action_id):
            early = cluster.date if since is None else _on_the_clock_of(cluster.date, since)
            return Found(applied=_applied(order, seen, early, action_id), proven=not isinstance(operation, Delete))
        if seen.live is None or uid_of(seen.live) != order.target_uid:
            return Unclear(reason=reason("run.lost_gone", target=target))
        if not again:
            await asyncio.sleep(pause)
        elif not isinstance(operation, Delete) and fingerprint(seen.live) != order.fingerprint:
            return Unclear(reason=reason("run.lost_changed", target=target))
    return NeverHappened()


def _on_the_clock_of(server: datetime, since: datetime) -> datetime:
    """Our time as the server's clock has it: pods are compared with it that the server dated."""
    return since + (server - datetime.now(UTC)) - timedelta(seconds=1)


def _applied(order: ChangeOrder, seen: Look, since: datetime, action_id: str) -> Applied:
    deleted = isinstance(order.operation, Delete)
    return Applied(
        action_id=action_id,
        at=written_at(seen, since=since.replace(microsecond=0)),
        generation=None if deleted else generation_of(seen.live),
        uid=order.target_uid,
    )
