"""How dangerous an operation is, decided by rules over the typed operation alone (I7).

Read-only runs at once, high waits for an administrator, forbidden is refused whoever asks. A verb, kind or field that the rules
do not know is high. Words that were said, a `--dry-run` or a model's opinion never lower a level.
"""

from collections.abc import Iterator

from executor.operations import (
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Patch,
    Restart,
    Scale,
    SetImage,
    target_of,
)
from executor.risk.changes import delete_marks, exec_marks, image_marks, restart_marks, scale_marks
from executor.risk.level import Level, Mark, Risk, forbidden, high, raised, read_only, weigh, worst
from executor.risk.objects import known_kind, name_marks, namespace_marks, secret_marks
from executor.risk.others import other_marks
from executor.risk.patches import patch_marks
from executor.risk.policy import Live, Policy, live_of

__all__ = ["Level", "Live", "Policy", "Risk", "assess", "live_of", "raised", "worst"]

_POLICY = Policy()
_NOTHING = Live()


def assess(operation: Operation, policy: Policy = _POLICY, live: Live = _NOTHING) -> Risk:
    """The risk of one operation, whole or still with holes. `live` sharpens it where the object has been read; without it the
    rules assume what is worse."""
    return weigh(_marks(operation, policy, live))


def _marks(operation: Operation, policy: Policy, live: Live) -> Iterator[Mark]:
    match operation:
        case Get() | Describe() | Logs() | Events():
            yield from _read_marks(operation)
        case Delete():
            yield from delete_marks(operation, policy, live)
        case Scale():
            yield from scale_marks(operation, policy, live)
        case SetImage():
            yield from image_marks(operation, policy, live)
        case Patch():
            yield from patch_marks(operation, policy, live)
        case Exec():
            yield from exec_marks(operation, policy, live)
        case Restart():
            yield from restart_marks(operation, policy, live)
        case Other():
            yield from other_marks(operation, policy, live)


def _read_marks(operation: Get | Describe | Logs | Events) -> Iterator[Mark]:
    target = target_of(operation)
    if target is not None:
        yield from name_marks(target)
        yield from secret_marks(target.kind)
    if isinstance(operation, Get | Events):
        yield from namespace_marks(operation.namespace)
    if isinstance(operation, Get) and target is None:
        yield from secret_marks(operation.kind)
        if operation.kind and known_kind(operation.kind) is None:
            yield high("risk.kind_unknown", kind=operation.kind)
    if isinstance(operation, Get | Events) and operation.all_namespaces and operation.namespace is not None:
        yield forbidden("risk.namespace_and_all")
    yield read_only()
