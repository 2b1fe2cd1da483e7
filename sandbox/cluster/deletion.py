"""Deletion in two steps: marked first, gone when nothing holds it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.cluster import resources as r
from sandbox.cluster.clock import moment_of, stamp_of
from sandbox.cluster.failures import Cause, invalid, precondition_failed, refused
from sandbox.cluster.objects import Object, finalizers_of, is_terminating, status_of, uid_of, with_metadata
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Key

ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"
_FINALIZER_OF = {"Orphan": ORPHAN, "Foreground": FOREGROUND, "Background": None}
_NEVER_DELETED = ("default", "kube-system", "kube-public")


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """meta.k8s.io/v1 DeleteOptions, as far as they are used. `policy` is the propagation policy."""

    grace: int | None = None
    policy: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """`object` as it is now, or as it was last; `gone`: it is no longer (or, in a dry run, would no longer be) there."""

    object: Object
    gone: bool


def parse_options(body: Any, query: dict[str, str]) -> DeleteOptions:
    """The options of a DELETE. As in the API server the query counts only where the body is empty (`handlers/delete.go`):
    `DELETE ?dryRun=All` with a body deletes."""
    if body:
        given = body
        dry = given.get("dryRun") or []
    else:
        given = query
        dry = [query["dryRun"]] if query.get("dryRun") else []
    policy = given.get("propagationPolicy")
    causes = []
    if dry not in ([], ["All"]):
        listed = ", ".join(f'"{value}"' for value in dry)
        causes.append(Cause("FieldValueNotSupported", "dryRun", f'[]string{{{listed}}}: supported values: "All"'))
    if policy not in (None, "", *_FINALIZER_OF):
        text = f'"{policy}": supported values: "Foreground", "Background", "Orphan", "nil"'
        causes.append(Cause("FieldValueNotSupported", "propagationPolicy", text))
    if causes:
        raise invalid("DeleteOptions", "meta.k8s.io", "", causes)
    conditions = (body or {}).get("preconditions") or {}
    grace = given.get("gracePeriodSeconds")
    return DeleteOptions(
        grace=None if grace is None else int(grace),
        policy=policy or None,
        uid=conditions.get("uid"),
        resource_version=conditions.get("resourceVersion"),
        dry_run=bool(dry),
    )


def check_preconditions(key: Key, obj: Object, options: DeleteOptions) -> None:
    """Raises 409 (or 403 for a namespace that Kubernetes protects); a dry run checks them, too."""
    if key.resource is r.NAMESPACES and key.name in _NEVER_DELETED:
        raise refused(r.NAMESPACES, key.name, "this namespace may not be deleted")
    if options.uid not in (None, uid_of(obj)):
        text = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({uid_of(obj)}). "
            "The object might have been deleted and then recreated"
        )
        raise precondition_failed(key.resource, key.name, text)
    version = obj["metadata"]["resourceVersion"]
    if options.resource_version not in (None, version):
        text = (
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match the ResourceVersion in "
            f"record ({version}). The object might have been modified"
        )
        raise precondition_failed(key.resource, key.name, text)


def marked(resource: Resource, obj: Object, options: DeleteOptions, now: datetime) -> Object:
    """The object with its deletion timestamp, grace period and finalizers set; the same object if that changes nothing."""
    if resource is r.NAMESPACES:
        return _terminating_namespace(obj, now)
    grace = _grace(resource, obj, options)
    finalizers = _finalizers(resource, obj, options)
    if is_terminating(obj):
        was: int = obj["metadata"].get("deletionGracePeriodSeconds", 0)
        if grace >= was:
            return obj if finalizers == finalizers_of(obj) else with_metadata(obj, finalizers=finalizers or None)
        started = moment_of(obj["metadata"]["deletionTimestamp"]) - timedelta(seconds=was)
        due = stamp_of(started + timedelta(seconds=grace))
        return with_metadata(obj, deletionTimestamp=due, deletionGracePeriodSeconds=grace)
    generation = obj["metadata"].get("generation")
    return with_metadata(
        obj,
        deletionTimestamp=stamp_of(now + timedelta(seconds=grace)),
        deletionGracePeriodSeconds=grace,
        finalizers=finalizers or None,
        generation=generation + 1 if generation else None,
    )


def may_go(obj: Object) -> bool:
    """Whether nothing holds a marked object any longer: no finalizer, no grace period, no namespace content."""
    held = finalizers_of(obj) or obj["metadata"].get("deletionGracePeriodSeconds")
    return not held and not (obj.get("spec") or {}).get("finalizers")


def _grace(resource: Resource, obj: Object, options: DeleteOptions) -> int:
    """Seconds that the kubelet has; 0 where no kubelet would confirm (not bound to a node, or finished)."""
    if resource is not r.PODS:
        return 0
    grace: int = obj["spec"].get("terminationGracePeriodSeconds", 30) if options.grace is None else options.grace
    if not obj["spec"].get("nodeName") or status_of(obj).get("phase") in ("Succeeded", "Failed"):
        return 0
    return grace


def _finalizers(resource: Resource, obj: Object, options: DeleteOptions) -> list[str]:
    current = finalizers_of(obj)
    policy = options.policy
    if policy is None:
        if ORPHAN in current or FOREGROUND in current:
            return current
        policy = "Orphan" if resource.orphans else "Background"
    wanted = _FINALIZER_OF[policy]
    kept = [name for name in current if name not in (ORPHAN, FOREGROUND)]
    return [*kept, wanted] if wanted else kept


def _terminating_namespace(obj: Object, now: datetime) -> Object:
    if is_terminating(obj):
        return obj
    dying = with_metadata(obj, deletionTimestamp=stamp_of(now))
    return {**dying, "status": {**status_of(obj), "phase": "Terminating"}}
