"""How an operation ends when there is nothing to watch, or when time is up."""

from executor.early import Sign
from executor.fields import Raw, deleting, number, shown, text, texts, uid_of
from executor.happenings import concerns, newest
from executor.operations import Delete, Exec
from executor.preview import ChangeOrder
from executor.reason import reason
from executor.run import Applied
from executor.standing import Aim, Scene, aim_of
from executor.verdict import Result, Standing, Verdict

_NO_DEADLINE = 2**31 - 1
_OUTPUT_LINES = 20
_GRACE = 30


def settled_at_once(order: ChangeOrder, applied: Applied) -> Verdict | None:
    """Commands have ended when they are applied; what changed nothing needs no watching."""
    if isinstance(order.operation, Exec):
        output = tuple(applied.output.splitlines()[-_OUTPUT_LINES:])
        if applied.exit_code is None:
            return Verdict(result=Result.UNKNOWN, reason=reason("verify.exec_unknown"), evidence=output)
        if applied.exit_code == 0:
            return Verdict(result=Result.SUCCEEDED, reason=reason("verify.exec_ok"), evidence=output)
        failed = reason("verify.exec_failed", code=applied.exit_code)
        return Verdict(result=Result.FAILED, reason=failed, evidence=output)
    if applied.no_change:
        return Verdict(result=Result.NO_CHANGE, reason=reason("verify.no_change"))
    return None


def allowance(order: ChangeOrder, live: Raw | None) -> float:
    """Seconds without any progress after which we stop waiting. A Deployment has its own deadline, after which its controller
    gives up; ours comes later, so that the controller's word is heard."""
    aim, operation = aim_of(order), order.operation
    if aim is Aim.GONE:
        own = operation.grace_seconds if isinstance(operation, Delete) else None
        pod = number(live, "spec", "terminationGracePeriodSeconds", absent=_GRACE)
        grace = number(live, "metadata", "deletionGracePeriodSeconds", absent=pod) if own is None else own
        return grace + 30
    if aim is Aim.FIELDS:
        return 30
    if aim is Aim.REPLICAS or live is None:
        return 300
    if live.get("kind") == "Deployment":
        seconds = number(live, "spec", "progressDeadlineSeconds", absent=_NO_DEADLINE)
        return 900 if seconds >= _NO_DEADLINE else max(seconds + 30, 60)
    return 300


def at_deadline(order: ChangeOrder, scene: Scene, standing: Standing, found: list[Sign], seconds: float) -> Standing:
    """Time is up: held by something that we can name, or unknown. Never failed, never succeeded."""
    live, ended = scene.target, {"done": standing.done, "total": standing.total}
    if aim_of(order) is Aim.GONE and live is not None and uid_of(live) == order.target_uid:
        finalizers = texts(live, "metadata", "finalizers")
        if deleting(live) and finalizers:
            held = reason("verify.finalizers", finalizers=shown(", ".join(finalizers)))
            return standing.model_copy(update={"reason": held, "result": Result.BLOCKED})
        if deleting(live):
            still = reason("verify.terminating", seconds=round(seconds))
            return standing.model_copy(update={"reason": still, "result": Result.UNKNOWN})
    if standing.reason.code == "verify.step.children":
        left = reason("verify.pods_remain", left=standing.reason.values["left"])
        return standing.model_copy(update={"reason": left, "result": Result.BLOCKED})
    late = reason("verify.deadline", seconds=round(seconds), ready=standing.done, total=standing.total)
    why = next((sign.reason for sign in found), late)
    return Standing(reason=why, result=Result.UNKNOWN, **ended)


def named_cause(standing: Standing, scene: Scene, found: list[Sign], uids: set[str]) -> Standing:
    """A missed progress deadline with its likely cause in the sentence: a sign that was waited out, or the last failed probe."""
    if standing.reason.code != "verify.progress_deadline":
        return standing
    if found:
        return standing.model_copy(update={"reason": found[0].reason})
    probes = [event for event in scene.events if text(event, "reason") == "Unhealthy" and concerns(event, uids)]
    if not probes:
        return standing
    message = shown(text(newest(probes, 1)[0], "message"))
    return standing.model_copy(
        update={"reason": reason("verify.never_ready", **standing.reason.values, message=message)}
    )
