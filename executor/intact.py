"""Whether what was written still stands in the live object, and who changed it if not."""

import json
from typing import Any

from executor.fields import Raw, field, mapping, moment, number, objects, text
from executor.happenings import LONG_AGO
from executor.operations import Operation, Patch, Restart, Scale, SetImage
from executor.preview import ChangeOrder
from executor.reason import reason
from executor.run import Applied
from executor.verdict import Result, Standing

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"

_MERGE_KEYS = ("name", "containerPort", "port", "mountPath", "devicePath", "ip", "topologyKey", "key", "type", "uid")
"""What strategic merge patches match list items by, most specific first."""


def holds(operation: Operation, live: Raw) -> bool:
    """Whether the live object still has the fields that the operation wrote."""
    match operation:
        case Scale(replicas=replicas):
            return number(live, "spec", "replicas", absent=1) == replicas
        case Restart():
            return bool(text(live, "spec", "template", "metadata", "annotations", RESTARTED_AT))
        case SetImage(images=images):
            wanted = {image.container: image.image for image in images}
            containers = pod_containers(live)
            every = wanted.get("*") or (wanted.get(None) if len(containers) == 1 else None)
            return all(
                text(container, "image") == wanted.get(text(container, "name"), every)
                for container in containers
                if wanted.get(text(container, "name"), every) is not None
            )
        case Patch(patch_type="json", body=body):
            return all(_step_holds(live, step) for step in json.loads(body) if isinstance(step, dict))
        case Patch(patch_type=patch_type, body=body):
            return contains(live, json.loads(body), merge_lists=patch_type == "strategic")
        case _:
            return True


def pod_containers(live: Raw) -> list[Raw]:
    """The containers of a workload's template, or of a pod."""
    return objects(live, "spec", "template", "spec", "containers") or objects(live, "spec", "containers")


def contains(live: Any, wanted: Any, *, merge_lists: bool) -> bool:
    """Whether `live` has everything that a merge patch asked for: null means absent; a strategic patch's lists are merged
    by key, a merge patch's replaced. Patch directives (`$patch`, `$setElementOrder/…`) are not judged."""
    if isinstance(wanted, dict):
        if "$patch" in wanted:
            return True
        return isinstance(live, dict) and all(
            live.get(key) is None if value is None else contains(live.get(key), value, merge_lists=merge_lists)
            for key, value in wanted.items()
            if not key.startswith("$")
        )
    if isinstance(wanted, list):
        if not isinstance(live, list):
            return not wanted
        if not merge_lists:
            return live == wanted
        return all(_has_item(live, item) for item in wanted)
    return bool(live == wanted)


def _has_item(live: list[Any], wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return wanted in live
    if "$patch" in wanted:
        return True
    key = next((key for key in _MERGE_KEYS if key in wanted), None)
    alike = [item for item in live if isinstance(item, dict) and (key is None or item.get(key) == wanted[key])]
    return any(contains(item, wanted, merge_lists=True) for item in alike)


def _step_holds(live: Raw, step: Raw) -> bool:
    """One step of a JSON patch. Steps into lists may be shifted by later ones: any item will do."""
    *parents, last = [
        part.replace("~1", "/").replace("~0", "~") for part in str(step.get("path", "")).split("/")[1:]
    ] or [""]
    place: Any = live
    for part in parents:
        if isinstance(place, list):
            place = place[int(part)] if part.isdigit() and int(part) < len(place) else None
        else:
            place = field(place, part)
    match step.get("op"):
        case "add" | "replace" if isinstance(place, list):
            return any(contains(item, step.get("value"), merge_lists=False) for item in place)
        case "add" | "replace":
            return contains(field(place, last), step.get("value"), merge_lists=False)
        case "remove" if isinstance(place, dict):
            return last not in place
        case _:
            return True


def standing_write(order: ChangeOrder, applied: Applied, live: Raw, template: Raw | None) -> Standing | None:
    """None while the write stands. `template` is the pod template as it was seen at our generation, if it was.

    A newer generation alone means nothing: an autoscaler may change `replicas` while a restart is under way. What counts is
    whether our fields, and in a rollout the whole template, are still ours. Fields that differ while the generation is the one
    that our write got are the API server's own spelling of them (`1000m` is `1`)."""
    generation = number(live, "metadata", "generation")
    if applied.generation is not None and generation <= applied.generation:
        return None
    if template is not None and mapping(live, "spec", "template") != template:
        return Standing(
            reason=reason("verify.superseded", manager=last_manager(live, applied)), result=Result.SUPERSEDED
        )
    if holds(order.operation, live):
        return None
    manager = last_manager(live, applied)
    if isinstance(order.operation, Scale):
        return _rescaled(order, live, manager)
    if applied.generation is None and not generation and manager == UNNAMED:
        return Standing(reason=reason("verify.differs"), result=Result.UNKNOWN)
    if _as_before(order, live):
        return Standing(reason=reason("verify.reverted", manager=manager), result=Result.REVERTED)
    return Standing(reason=reason("verify.superseded", manager=manager), result=Result.SUPERSEDED)


UNNAMED = "-"


def _rescaled(order: ChangeOrder, live: Raw, manager: str) -> Standing:
    """Controllers that own `replicas` (autoscalers, GitOps) change it back; a person who chooses a third number supersedes."""
    now = number(live, "spec", "replicas", absent=1)
    before = {line.before for line in order.diff if line.path == "spec.replicas"}
    machine = manager != UNNAMED and not manager.startswith(("kubectl", "steward", "Mozilla", "dashboard", "rancher"))
    back = machine or str(now) in before
    values: dict[str, str | int] = {"replicas": now, "manager": manager}
    if back:
        return Standing(reason=reason("verify.reverted_replicas", **values), result=Result.REVERTED)
    return Standing(reason=reason("verify.superseded_replicas", **values), result=Result.SUPERSEDED)


def _as_before(order: ChangeOrder, live: Raw) -> bool:
    """Whether every image the diff names is again what it was."""
    images = {f"spec.template.spec.containers[{text(c, 'name')}].image": text(c, "image") for c in pod_containers(live)}
    lines = [line for line in order.diff if line.path in images]
    return bool(lines) and all(images[line.path] == line.before for line in lines)


def last_manager(live: Raw, applied: Applied) -> str:
    """The field manager of the newest change since ours that was more than a status; `-` where none is recorded. Whoever changed
    more than metadata comes first: a controller notes its revision in an annotation right after somebody changed the rest."""
    entries = [
        (
            bool(set(mapping(entry, "fieldsV1")) - {"f:status", "f:metadata"}),
            moment(text(entry, "time")) or LONG_AGO,
            text(entry, "manager"),
        )
        for entry in objects(live, "metadata", "managedFields")
        if entry.get("subresource") != "status" and set(mapping(entry, "fieldsV1")) - {"f:status"}
    ]
    later = [entry for entry in entries if entry[1] >= applied.at and not entry[2].startswith("steward")]
    return max(later)[2] if later else UNNAMED
