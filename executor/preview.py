"""What would happen: the change order that an approval is bound to (I2)."""

import hashlib
from typing import Literal

from executor.blast import BlastRadius, survey
from executor.diff import DiffLine, fingerprint
from executor.errors import Conflict, Forbidden, Invalid, NotFound
from executor.fields import Raw, field, uid_of
from executor.kubectl import command_of
from executor.operations import Change, Delete, Exec, Operation, canonical
from executor.reason import Frozen, Reason, reason
from executor.rehearsal import Rehearsal, obstacle, rehearse
from executor.risk import Level, Policy, Risk, assess, live_of
from executor.undo import undo_of
from executor.writer import Writer
from executor.writes import Unwritable, kind_to_write

__all__ = ["BlastRadius", "CannotPreview", "ChangeOrder", "DiffLine", "NotPermitted", "preview"]

_ATTEMPTS = 3
_UNNAMED = "preview"
"""The action's id in the mark while there is no action yet."""
_POLICY = Policy()


class ChangeOrder(Frozen):
    """A resolved operation as it was shown. Everything that the approval binds is in `digest`."""

    operation: Operation
    risk: Risk
    cluster_uid: str
    target_uid: str
    generation: int | None
    """`metadata.generation`, or None where the kind has none."""
    fingerprint: str
    """sha256 of the object less status, managedFields and resourceVersion."""
    diff: tuple[DiffLine, ...] = ()
    outcome: str = ""
    """sha256 of the whole difference, with what `diff` masks or cuts; "" where there is none (delete, exec)."""
    blast: BlastRadius = BlastRadius()
    command: str
    """The equivalent kubectl command, masked: for people, never run."""
    undo: Operation | None = None
    """The inverse, where one exists and makes sense (scale back, the image before); itself only a proposal."""
    changes: Literal["yes", "no"] = "yes"
    """`no` when the dry run shows that nothing would change."""
    remarks: tuple[Reason, ...] = ()
    """What whoever decides should know besides, from whoever proposed it; bound by nothing."""

    @property
    def digest(self) -> str:
        """sha256 over operation, cluster uid, object uid, generation, fingerprint and difference."""
        bound = self.model_dump(
            mode="json",
            include={"operation", "cluster_uid", "target_uid", "generation", "fingerprint", "diff", "outcome"},
        )
        return hashlib.sha256(canonical(bound).encode()).hexdigest()


class CannotPreview(Exception):
    """It cannot be shown what would happen, so it cannot be approved: no such object, or the API server refuses the dry run."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


class NotPermitted(Exception):
    """Steward itself may not do this, or the rules forbid it now that the live object has been read."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


async def preview(writer: Writer, operation: Operation, *, policy: Policy = _POLICY) -> ChangeOrder:
    """Ask the API server what a resolved operation would do, changing nothing.

    Raises CannotPreview or NotPermitted with the reason for people, other ClusterErrors when the cluster cannot be asked."""
    if not isinstance(operation, Change):
        raise CannotPreview(reason("preview.unresolved"))
    try:
        await _permitted(writer, operation)
        cluster_uid = await writer.uid()
        live, rehearsal = await _rehearsed(writer, operation)
    except Unwritable as exc:
        raise CannotPreview(exc.reason) from exc
    except NotFound as exc:
        raise CannotPreview(reason("preview.not_found", target=str(operation.target))) from exc
    except (
        Forbidden,
        Invalid,
        Conflict,
    ) as exc:  # admission, quota, a webhook that knows no dry run, a name that cannot be
        raise CannotPreview(reason("preview.refused", message=exc.message)) from exc
    around = await survey(writer, operation, live)
    risk = assess(operation, policy, live_of(live, autoscaled=around.autoscaled))
    if risk.level is Level.FORBIDDEN:
        raise NotPermitted(risk.reasons[0])
    return ChangeOrder(
        operation=operation,
        risk=risk,
        cluster_uid=cluster_uid,
        target_uid=uid_of(live),
        generation=field(live, "metadata", "generation"),
        fingerprint=fingerprint(live),
        diff=rehearsal.diff,
        outcome=rehearsal.outcome,
        blast=around.blast,
        command=command_of(operation),
        undo=undo_of(operation, live, rehearsal.changed),
        changes="yes" if rehearsal.diff or isinstance(operation, Delete | Exec) else "no",
    )


async def _rehearsed(writer: Writer, operation: Change) -> tuple[Raw, Rehearsal]:
    kind, target = kind_to_write(operation.target), operation.target
    for attempt in range(1, _ATTEMPTS + 1):
        live = await writer.get(kind, target.name, target.namespace)
        if why := obstacle(operation, live):
            raise CannotPreview(why)
        try:
            return live, await rehearse(writer, operation, live, action_id=_UNNAMED)
        except Conflict:  # somebody, mostly a controller, wrote the object in between
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


async def _permitted(writer: Writer, operation: Change) -> None:
    """A button is only offered for what Steward itself may do."""
    kind, target = kind_to_write(operation.target), operation.target
    if isinstance(operation, Exec):
        # The WebSocket handshake is a GET; Kubernetes 1.35 asks for `create` as well, and so does anyone who grants it knowingly.
        needed = [("get", "exec"), ("create", "exec")]
    else:
        needed = [("delete" if isinstance(operation, Delete) else "patch", "")]
    for verb, subresource in needed:
        if not await writer.may(verb, kind, namespace=target.namespace, name=target.name, subresource=subresource):
            resource = f"{kind.plural}/{subresource}" if subresource else kind.plural
            where = target.namespace or "-"
            raise NotPermitted(reason("preview.no_access", verb=verb, resource=resource, namespace=where))
