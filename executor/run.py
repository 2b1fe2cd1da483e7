"""The one door through which a change reaches the cluster (I1)."""

import asyncio
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from executor.diff import fingerprint, leaves
from executor.errors import ClusterError, Conflict, Forbidden, Lost, NotFound, Throttled, Unauthorized, Unreachable
from executor.fields import Raw, uid_of
from executor.operations import Change, Delete, Exec
from executor.owned import owned_pods, restart_counts
from executor.preview import ChangeOrder
from executor.reason import Frozen, Reason, reason
from executor.redact import mask
from executor.rehearsal import Rehearsal, obstacle, rehearse
from executor.traces import generation_of, last_manager, look_at, settle, written_at
from executor.writer import Writer
from executor.writes import Unwritable, send

log = structlog.get_logger()

ATTEMPTS = 3
"""How often a write is prepared anew because somebody wrote the object in between."""
PREPARE_SECONDS = 30.0
EXEC_SECONDS = 60.0
SETTLE_SECONDS = 36.0
"""How long a write whose answer was lost may still land: the API server cuts it at 34 s."""


class Ledger(Protocol):
    """Where approvals are recorded; `run` asks it once, right before the effect."""

    async def approved(self, action_id: str, digest: str) -> bool:
        """Whether a bound administrator's approval of exactly this digest is durably recorded and not yet used up."""
        ...


class Applied(Frozen):
    """The write as the API server answered it."""

    action_id: str
    at: datetime
    """The server's `Date` header, floored to a second: what conditions and events are compared with."""
    generation: int | None = None
    uid: str = ""
    no_change: bool = False
    """The server accepted the write, and the object is as it was."""
    output: str = ""
    """exec only: masked, cut."""
    exit_code: int | None = None
    """exec only; None when the command's end was not seen."""
    proven: bool = True
    """False when a restart left only the effect to be seen, and somebody else may have caused it (a deleted object)."""
    baseline: dict[str, int] = {}
    """`pod uid/container` → restart count before the write."""


class NotApproved(Exception):
    """No recorded approval of this digest: our bug or an attack; nothing ran."""


class Drifted(Exception):
    """The object, the cluster or the diff is no longer what was shown; nothing ran. `reason` says what moved."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class NotApplied(Exception):
    """The API server refused the write (quota, admission, permission, conflict); nothing changed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Uncertain(Exception):
    """The answer was lost after the request was sent and a read could not settle whether it took effect."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class _Ready(NamedTuple):
    """Everything is still as it was shown: the object in the version that will be written, and the request."""

    live: Raw
    date: datetime
    rehearsal: Rehearsal
    baseline: dict[str, int]


async def run(
    writer: Writer, order: ChangeOrder, *, action_id: str, ledger: Ledger, settle_seconds: float = SETTLE_SECONDS
) -> Applied:
    """Carry out what was approved, and nothing else. Every request and wait is bounded: preparation, write, settling.

    Raises NotApproved, Drifted, NotApplied (in these nothing changed) and Uncertain; no other error of the cluster."""
    operation = order.operation
    if not isinstance(operation, Change):
        raise NotApplied(reason("preview.unresolved"))
    asked = False
    for _ in range(ATTEMPTS):
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                ready = await _prepare(writer, order, operation, action_id)
            if not asked and not await ledger.approved(action_id, order.digest):
                raise NotApproved(action_id)
            asked = True
            return await _write(writer, order, operation, ready, action_id=action_id, settle_seconds=settle_seconds)
        except Conflict:
            log.info("write.again", action=action_id)  # a controller wrote the object in between: look again
        except TimeoutError as exc:
            raise NotApplied(reason("run.too_slow", seconds=int(PREPARE_SECONDS))) from exc
        except NotFound as exc:
            raise Drifted(reason("drift.gone", target=str(operation.target))) from exc
        except (ClusterError, Unwritable) as exc:
            raise NotApplied(_refusal(exc)) from exc
    raise NotApplied(reason("run.conflict", target=str(operation.target), attempts=ATTEMPTS))


async def _prepare(writer: Writer, order: ChangeOrder, operation: Change, action_id: str) -> _Ready:
    """Compare the cluster with what was shown, and the outcome with the one that was shown. Raises Drifted."""
    target = str(operation.target)
    if await writer.uid() != order.cluster_uid:
        raise Drifted(reason("drift.cluster"))
    seen = await look_at(writer, operation)
    if seen.live is None:
        raise Drifted(reason("drift.gone", target=target))
    if uid_of(seen.live) != order.target_uid:
        raise Drifted(reason("drift.replaced", target=target))
    if fingerprint(seen.live) != order.fingerprint:  # not the generation: a rollout's controller moves that
        raise Drifted(reason("drift.changed", target=target, manager=last_manager(seen.live)))
    if why := obstacle(operation, seen.live):
        raise Drifted(why)
    baseline = await _baseline(writer, operation, seen.live)
    rehearsal = await rehearse(writer, operation, seen.live, action_id=action_id)
    if (rehearsal.diff, rehearsal.outcome) != (order.diff, order.outcome):
        raise Drifted(reason("drift.outcome", target=target))
    return _Ready(seen.live, seen.date, rehearsal, baseline)


async def _baseline(writer: Writer, operation: Change, live: Raw) -> dict[str, int]:
    if isinstance(operation, Exec):
        return {}
    try:
        return restart_counts(await owned_pods(writer, live))
    except ClusterError as exc:  # a role that may not list pods: verification will know less
        log.warning("write.no_baseline", problem=exc.message)
        return {}


async def _write(
    writer: Writer, order: ChangeOrder, operation: Change, ready: _Ready, *, action_id: str, settle_seconds: float
) -> Applied:
    """The effect: one request, sent once. After a lost answer it is read, not sent, again."""
    if isinstance(operation, Exec):
        return await _execute(writer, operation, ready, action_id)
    assert ready.rehearsal.write is not None, "only an exec has no write"
    try:
        answer = await send(writer, ready.rehearsal.write, dry_run=False)
    except Lost as lost:
        log.warning("write.answer_lost", action=action_id, problem=lost.message)
        settled = await settle(writer, operation, ready.live, action_id=action_id, seconds=settle_seconds)
        if settled.effect is None or settled.seen is None:
            raise Uncertain(settled.reason) from lost
        if not settled.effect:
            raise NotApplied(reason("run.lost_not_applied", message=lost.message)) from lost
        found = settled.seen
        return _applied(order, ready, found.live or {}, written_at(found, since=ready.date), action_id)
    return _applied(order, ready, answer.content, answer.date, action_id)


async def _execute(writer: Writer, operation: Exec, ready: _Ready, action_id: str) -> Applied:
    target = operation.target
    try:
        ending = await writer.exec(
            target.namespace or "", target.name, operation.container, operation.argv, seconds=EXEC_SECONDS
        )
    except Lost as lost:
        raise Uncertain(reason("run.lost_exec", message=lost.message)) from lost
    output = mask(ending.output).text + ("\n…" if ending.cut else "")
    if ending.exit_code is None and ending.refused:
        raise NotApplied(reason("run.exec_refused", message=mask(ending.problem).text))
    return Applied(
        action_id=action_id, at=ready.date, uid=uid_of(ready.live), output=output, exit_code=ending.exit_code
    )


def _applied(order: ChangeOrder, ready: _Ready, result: Raw, at: datetime, action_id: str) -> Applied:
    deleted = isinstance(order.operation, Delete)
    return Applied(
        action_id=action_id,
        at=at,
        generation=None if deleted else generation_of(result),
        uid=order.target_uid,
        no_change=not deleted and not leaves(ready.live, result),
        baseline=ready.baseline,
    )


def _refusal(exc: ClusterError | Unwritable) -> Reason:
    if isinstance(exc, Unwritable):
        return exc.reason
    match exc:
        case Forbidden():
            return reason("run.forbidden", message=exc.message)
        case Throttled():
            return reason("run.throttled", message=exc.message)
        case Unreachable() | Unauthorized():
            return reason("run.unreachable", message=exc.message)
        case _:
            return reason("run.refused", message=exc.message)
