"""The risk of kubectl verbs that Steward knows and does not perform (facts of kubectl, not of the request's wording)."""

from collections.abc import Iterator
from typing import Literal

from executor.operations import Other
from executor.risk.labels import key_marks
from executor.risk.level import Mark, forbidden, high, read_only, severe
from executor.risk.objects import UNTOUCHABLE, change_marks, name_marks, secret_marks
from executor.risk.policy import Live, Policy

READS = frozenset(
    {
        "get", "describe", "logs", "events", "top", "version", "explain", "api-resources", "api-versions", "cluster-info", "wait",
        "rollout status", "rollout history", "auth can-i", "auth whoami", "config current-context", "config get-contexts",
    }
)  # fmt: skip

CHANGES: dict[str, tuple[str, bool]] = {
    "rollout undo": ("risk.other_undo", False),
    "rollout pause": ("risk.other_pause", False),
    "rollout resume": ("risk.other_resume", False),
    "autoscale": ("risk.other_autoscale", False),
    "label": ("risk.other_label", False),
    "annotate": ("risk.other_annotate", False),
    "cordon": ("risk.other_cordon", False),
    "uncordon": ("risk.other_uncordon", False),
    "taint": ("risk.other_taint", True),
    "drain": ("risk.other_drain", True),
    "set image": ("risk.set_image", False),
    "set env": ("risk.other_set_env", False),
    "set resources": ("risk.other_set_resources", False),
    "set selector": ("risk.other_set_selector", True),
    "apply": ("risk.other_apply", True),
    "replace": ("risk.other_apply", True),
    "create": ("risk.other_create", False),
    "expose": ("risk.other_expose", False),
    "run": ("risk.other_run", False),
    "edit": ("risk.other_edit", False),
}
"""Verb → its reason, and whether it is severe by itself."""

_CREATE_WIDE = ("Namespace", "PriorityClass", "ResourceQuota")
_STATEFUL_UNDO = ("StatefulSet", "DaemonSet")


def other_marks(operation: Other, policy: Policy, live: Live) -> Iterator[Mark]:
    if operation.command in READS:
        yield from read_marks(operation)
    elif operation.command in CHANGES:
        yield from _change_marks(operation, policy, live)
    else:
        yield forbidden("risk.verb_unknown", verb=operation.command)


def read_marks(operation: Other) -> Iterator[Mark]:
    if operation.target is not None:
        yield from name_marks(operation.target)
        yield from secret_marks(operation.target.kind)
    yield read_only()


def _change_marks(operation: Other, policy: Policy, live: Live) -> Iterator[Mark]:
    code, grave = CHANGES[operation.command]
    target = operation.target
    kind = target.kind if target is not None else ""
    if target is not None:
        yield from change_marks(target, policy, live)
        if kind in UNTOUCHABLE:
            yield forbidden(UNTOUCHABLE[kind], kind=kind)
    if operation.command == "rollout undo" and kind in _STATEFUL_UNDO:
        yield severe("risk.restart_stateful" if kind == "StatefulSet" else "risk.restart_daemons")
    if operation.command == "create" and kind in _CREATE_WIDE:
        yield severe("risk.other_create_wide", kind=kind)
    if operation.command in ("label", "annotate"):
        where: Literal["labels", "annotations"] = "labels" if operation.command == "label" else "annotations"
        yield from key_marks(_keys_set(operation), where, kind, live)
    if operation.command == "taint" and any(":NoExecute" in word and not word.endswith("-") for word in operation.argv):
        yield severe("risk.other_taint_evicts")
    if operation.command == "autoscale" and _wide(operation):
        yield severe("risk.other_autoscale_wide")
    yield severe(code) if grave else high(code)


def _keys_set(operation: Other) -> list[str]:
    """`a` and `b` of `label pod x a=1 b-`."""
    words = [word for word in operation.argv[1:] if not word.startswith("-")]
    return [word.partition("=")[0] if "=" in word else word[:-1] for word in words if "=" in word or word.endswith("-")]


def _wide(operation: Other) -> bool:
    """Whether the largest number of replicas is more than three times the smallest, or not readable."""
    said = dict(word.split("=", 1) for word in operation.argv if word.startswith(("--min=", "--max=")))
    low, most = said.get("--min", "1"), said.get("--max", "")
    return not (low.isdigit() and most.isdigit()) or int(most) > 3 * max(1, int(low))
