"""The request that carries an operation out. One function builds it, for the dry run and for the real run alike (I2)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from executor.diff import MARK
from executor.errors import Conflict, Invalid
from executor.fields import Raw, field, mapping, objects, text
from executor.kinds import Kind, kind_named
from executor.operations import Change, ContainerImage, Delete, Patch, Restart, Scale, SetImage, Target
from executor.reason import Reason, reason
from executor.wire import Answer
from executor.writer import Writer

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
"""The pod template annotation by which `kubectl rollout restart` starts a rollout."""

_POD_SPECS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_TEMPLATE_SPEC = ("spec", "template", "spec")


class Unwritable(Exception):
    """The operation cannot be put into a request for this object."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


@dataclass(frozen=True, slots=True)
class PatchWrite:
    kind: Kind
    name: str
    namespace: str | None
    resource_version: str
    """The one that `body` demands."""
    patch_type: Literal["strategic", "merge", "json"]
    body: Any


@dataclass(frozen=True, slots=True)
class DeleteWrite:
    kind: Kind
    name: str
    namespace: str | None
    uid: str
    resource_version: str
    cascade: Literal["background", "foreground", "orphan"]
    grace_seconds: int | None


Write = PatchWrite | DeleteWrite


def kind_to_write(target: Target) -> Kind:
    try:
        return kind_named(target.kind)
    except KeyError:
        raise Unwritable(reason("preview.kind_unknown", kind=target.kind)) from None


def moment_now() -> str:
    """With microseconds: two restarts within a second must be two."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def write_of(operation: Change, live: Raw, *, action_id: str, moment: str) -> Write:
    """The request for `live` as it was read: only this object (uid) in this version is changed, and it is marked with the
    action in the same step. An exec is none: see `executor.run`. Raises Unwritable."""
    target = operation.target
    kind = kind_to_write(target)
    uid, version = text(live, "metadata", "uid"), text(live, "metadata", "resourceVersion")
    if isinstance(operation, Delete):
        return DeleteWrite(
            kind, target.name, target.namespace, uid, version, operation.cascade, operation.grace_seconds
        )
    if isinstance(operation, Patch) and operation.patch_type == "json":
        steps = _marked_steps(json.loads(operation.body), live, uid, version, action_id)
        return PatchWrite(kind, target.name, target.namespace, version, "json", steps)
    patch_type, body = _body(operation, live, moment)
    _mark(body, uid, version, action_id)
    return PatchWrite(kind, target.name, target.namespace, version, patch_type, body)


async def send(writer: Writer, write: Write, *, dry_run: bool) -> Answer:
    """Raises what `executor.errors` lists; Lost only for a real run."""
    if isinstance(write, DeleteWrite):
        return await writer.delete(
            write.kind,
            write.name,
            write.namespace,
            uid=write.uid,
            resource_version=write.resource_version,
            cascade=write.cascade,
            grace_seconds=write.grace_seconds,
            dry_run=dry_run,
        )
    try:
        return await writer.patch(
            write.kind, write.name, write.namespace, patch_type=write.patch_type, body=write.body, dry_run=dry_run
        )
    except Invalid:
        # A JSON patch whose `test` of the version fails gets the same 422 as a wrong one.
        live = await writer.get(write.kind, write.name, write.namespace) if write.patch_type == "json" else {}
        if live and text(live, "metadata", "resourceVersion") != write.resource_version:
            raise Conflict("the object has been modified") from None
        raise


def bears_mark(raw: Raw, action_id: str) -> bool:
    return text(raw, "metadata", "annotations", MARK) == action_id


def pod_spec_path(kind: str) -> tuple[str, ...]:
    """Where the pod spec is in an object of this kind."""
    return _POD_SPECS.get(kind, _TEMPLATE_SPEC)


def _body(operation: Change, live: Raw, moment: str) -> tuple[Literal["strategic", "merge"], Raw]:
    match operation:
        case Scale(replicas=int() as replicas):
            return "merge", {"spec": {"replicas": replicas}}
        case Restart():
            return "strategic", {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: moment}}}}}
        case SetImage(images=images):
            body: Any = _images(images, live)
            for step in reversed(pod_spec_path(operation.target.kind)):
                body = {step: body}
            return "strategic", body
        case Patch(patch_type="strategic" | "merge" as patch_type, body=given):
            return patch_type, json.loads(given)
        case _:
            raise Unwritable(reason("preview.unresolved"))


def _images(images: Sequence[ContainerImage], live: Raw) -> Raw:
    """By name, in `containers` or `initContainers`; `*` is all of both, as for kubectl."""
    spec = field(live, *pod_spec_path(text(live, "kind")))
    changed: dict[str, list[Raw]] = {}
    for wanted in images:
        places = [
            (place, text(container, "name"))
            for place in ("containers", "initContainers")
            for container in objects(spec, place)
            if wanted.container in ("*", text(container, "name"))
        ]
        if not places:
            raise Unwritable(reason("preview.no_container", container=wanted.container or ""))
        for place, name in places:
            changed.setdefault(place, []).append({"name": name, "image": wanted.image})
    return dict(changed)


def _mark(body: Raw, uid: str, version: str, action_id: str) -> None:
    metadata = body.setdefault("metadata", {})
    annotations = metadata.setdefault("annotations", {}) if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict) or {"uid", "resourceVersion"} & metadata.keys():
        raise Unwritable(reason("preview.patch_of_identity"))
    annotations[MARK] = action_id
    metadata.update(uid=uid, resourceVersion=version)


def _marked_steps(steps: list[Any], live: Raw, uid: str, version: str, action_id: str) -> list[Any]:
    """The mark comes first: a later step that removes it shows in the dry run, and is refused there."""
    mark: Raw
    if mapping(live, "metadata", "annotations"):
        mark = {"op": "add", "path": "/metadata/annotations/" + MARK.replace("/", "~1"), "value": action_id}
    else:
        mark = {"op": "add", "path": "/metadata/annotations", "value": {MARK: action_id}}
    return [
        {"op": "test", "path": "/metadata/uid", "value": uid},
        {"op": "test", "path": "/metadata/resourceVersion", "value": version},
        mark,
        *steps,
    ]
