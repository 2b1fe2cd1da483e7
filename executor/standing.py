"""What one look at the cluster says about one operation: pure, over a scene of raw objects."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from executor import early
from executor.early import Patience, Sign
from executor.fields import Raw, deleting, mapping, name_of, number, shown, text, texts, uid_of
from executor.happenings import concerns, event_time
from executor.intact import standing_write
from executor.kinds import WORKLOADS
from executor.operations import Delete, Patch, Restart, Scale, SetImage, Target, target_of
from executor.pods import is_active, is_ready, status_word
from executor.preview import ChangeOrder
from executor.readiness import created, new_pods, newest_replica_set, observed, replaced, rollout, scaled
from executor.reason import Reason, reason
from executor.related import Controller
from executor.run import Applied
from executor.verdict import Result, Standing


class Aim(StrEnum):
    """What an operation is done for, and so what is looked at."""

    ROLLOUT = "rollout"
    REPLICAS = "replicas"
    GONE = "gone"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is in view at one moment. `target` is None when there is no such object."""

    target: Raw | None
    pods: tuple[Raw, ...] = ()
    replica_sets: tuple[Raw, ...] = ()
    events: tuple[Raw, ...] = ()
    pulls: Mapping[str, str] = field(default_factory=dict)
    template: Raw | None = None
    """The pod template as seen at our generation."""
    controller: Controller | None = None
    children_known: bool = True
    """Whether `pods` surely holds every pod of a deleted workload that is left."""


def aim_of(order: ChangeOrder) -> Aim:
    operation = order.operation
    target = target_of(operation)
    workload = target is not None and target.kind in WORKLOADS
    match operation:
        case Delete():
            return Aim.GONE
        case Scale():
            return Aim.REPLICAS
        case Restart() | SetImage() if workload:
            return Aim.ROLLOUT
        case Patch() if workload and _touches(order, operation, "template", "paused"):
            return Aim.ROLLOUT
        case Patch() if _touches(order, operation, "replicas"):
            return Aim.REPLICAS
        case _:
            return Aim.FIELDS


def _touches(order: ChangeOrder, patch: Patch, *names: str) -> bool:
    """Whether the patch changes one of these fields of the spec: by the dry run's diff, or by the patch's own words where the
    diff is not there or not whole."""
    touched = {line.path.split(".")[1].partition("[")[0] for line in order.diff if line.path.startswith("spec.")}
    if not order.diff or order.diff[-1].path.startswith("…"):
        touched |= _named_in(json.loads(patch.body))
    return not touched.isdisjoint(names)


def _named_in(body: Raw | list[Raw]) -> set[str]:
    if isinstance(body, dict):
        return set(mapping(body, "spec"))
    paths = [str(step.get("path", "")).split("/") for step in body if isinstance(step, dict)]
    return {path[2] for path in paths if path[1:2] == ["spec"] and len(path) > 2}


def look(order: ChangeOrder, applied: Applied, scene: Scene) -> Standing:
    """Where the operation stands. A `result` of SUCCEEDED may still be held for a moment; any other is final."""
    aim = aim_of(order)
    if aim is Aim.GONE:
        return _gone(order, applied, scene)
    live = scene.target
    if live is None or uid_of(live) != order.target_uid:
        return Standing(reason=reason("verify.deleted_meanwhile"), result=Result.SUPERSEDED)
    if changed := standing_write(order, applied, live, scene.template if aim is Aim.ROLLOUT else None):
        return changed
    if aim is Aim.ROLLOUT:
        newest = newest_replica_set(live, scene.replica_sets) if live.get("kind") == "Deployment" else None
        return rollout(live, generation=applied.generation, since=applied.at, newest_set=newest)
    if aim is Aim.REPLICAS:
        wanted = order.operation.replicas if isinstance(order.operation, Scale) else None
        replicas = number(live, "spec", "replicas", absent=1) if wanted is None else wanted
        standing = scaled(live, replicas=replicas, generation=applied.generation, pods=own_pods(scene))
        return _held_up_before(applied, scene, standing, replicas)
    return _fields(live, applied)


def own_pods(scene: Scene) -> list[Raw]:
    """The pods of the target, by owner: those of a Deployment are its ReplicaSets'."""
    if scene.target is None:
        return list(scene.pods)
    uid = uid_of(scene.target)
    owners = {uid} | {uid_of(made) for made in scene.replica_sets if _owner_uids(made) & {uid}}
    return [pod for pod in scene.pods if _owner_uids(pod) & owners]


def _owner_uids(raw: Raw) -> set[str]:
    return {
        text(owner, "uid") for owner in raw.get("metadata", {}).get("ownerReferences") or () if isinstance(owner, dict)
    }


def _held_up_before(applied: Applied, scene: Scene, standing: Standing, replicas: int) -> Standing:
    """The number is right, but pods that were there before the change keep failing as before. Fewer of them was all that
    scaling down could do; scaling up did not get what it wanted."""
    if standing.reason.code != "verify.step.scaled":
        return standing
    before = {key.partition("/")[0] for key in applied.baseline}
    pods = own_pods(scene)
    unready = [pod for pod in pods if is_active(pod) and not is_ready(pod)]
    if any(map(deleting, pods)) or sum(map(is_active, pods)) != replicas or not unready:
        return standing
    if not all(uid_of(pod) in before and _hopeless(pod, scene) for pod in unready):
        return standing
    values: dict[str, str | int] = {
        "replicas": replicas, "ready": replicas - len(unready), "pod": name_of(unready[0]), "state": shown(status_word(unready[0])),
    }  # fmt: skip
    result = Result.SUCCEEDED if len(before) > replicas else Result.FAILED
    return standing.model_copy(update={"reason": reason("verify.scaled_unready", **values), "result": result})


def _hopeless(pod: Raw, scene: Scene) -> bool:
    found = early.pod_signs(pod, baseline={}, pulls=scene.pulls, events=(), patience=Patience())
    return any(sign.patience == 0 for sign in found)


def _fields(live: Raw, applied: Applied) -> Standing:
    seen = number(live, "status", "observedGeneration")
    if seen and seen < max(applied.generation or 0, number(live, "metadata", "generation")):
        return Standing(reason=reason("verify.step.observed"))
    code = "verify.patched_config" if live.get("kind") in ("ConfigMap", "Secret") else "verify.patched"
    return Standing(reason=Reason(code=code), result=Result.SUCCEEDED)


def _gone(order: ChangeOrder, applied: Applied, scene: Scene) -> Standing:
    uid = applied.uid or order.target_uid
    live = scene.target
    if live is not None and uid_of(live) == uid:
        left = texts(live, "metadata", "finalizers")
        step = (
            reason("verify.step.finalizers", finalizers=shown(", ".join(left)))
            if left
            else reason("verify.step.deleting")
        )
        return Standing(reason=step, total=1)
    if scene.controller is not None:
        controller = scene.controller
        return replaced(
            scene.pods, controller=controller.uid, without=uid, since=applied.at, replicas=controller.replicas
        )
    if left_over := children(order, applied, scene):
        total = len({key.partition("/")[0] for key in applied.baseline}) or left_over
        return Standing(
            reason=reason("verify.step.children", left=left_over), done=max(0, total - left_over), total=total
        )
    if live is not None and not deleting(live):
        return Standing(reason=reason("verify.recreated"), result=Result.SUCCEEDED, done=1, total=1)
    return Standing(reason=reason("verify.deleted"), result=Result.SUCCEEDED, done=1, total=1)


def children(order: ChangeOrder, applied: Applied, scene: Scene) -> int:
    """How many pods of a deleted workload are left. None are waited for when they were to be orphaned."""
    operation = order.operation
    target: Target | None = target_of(operation)
    if target is None or target.kind == "Pod" or not scene.children_known:
        return 0
    if isinstance(operation, Delete) and operation.cascade == "orphan":
        return 0
    before = {key.partition("/")[0] for key in applied.baseline}
    uid = applied.uid or order.target_uid
    return sum(uid_of(pod) in before or uid in _owner_uids(pod) for pod in scene.pods)


def signs(order: ChangeOrder, applied: Applied, scene: Scene, patience: Patience) -> Iterator[Sign]:
    """What may end the wait early: signs of pods that this operation made, and of the controllers that make them. Until the
    controller has seen the change, all that is in view is what was there before. (A StatefulSet that may not create a pod never
    says that it has seen the change; its refusals are events, which are told apart by their time.)"""
    aim, live = aim_of(order), scene.target
    fresh: list[Raw] = []
    makers: list[Raw] = []
    if aim is Aim.ROLLOUT and live is not None and observed(live, applied.generation):
        fresh = new_pods(live, scene.pods, scene.replica_sets, applied.baseline)
    elif aim is Aim.REPLICAS and live is not None:
        before = {key.partition("/")[0] for key in applied.baseline}
        fresh = [pod for pod in own_pods(scene) if uid_of(pod) not in before and not deleting(pod)]
    elif aim is Aim.GONE and scene.controller is not None:
        fresh = [pod for pod in scene.pods if _replacement(pod, scene.controller, applied.at)]
    told_by_events = live is not None and live.get("kind") in ("StatefulSet", "DaemonSet")
    if (
        live is not None
        and aim in (Aim.ROLLOUT, Aim.REPLICAS)
        and (told_by_events or observed(live, applied.generation))
    ):
        newest = newest_replica_set(live, scene.replica_sets) if live.get("kind") == "Deployment" else None
        makers = [live] if newest is None else [newest]
    for pod in fresh:
        yield from early.pod_signs(
            pod, baseline=applied.baseline, pulls=scene.pulls, events=scene.events, patience=patience
        )
    if makers:
        yield from early.controller_signs(makers, own_pods(scene), scene.events, patience=patience)


def _replacement(pod: Raw, controller: Controller, since: datetime) -> bool:
    return controller.uid in _owner_uids(pod) and not deleting(pod) and created(pod) >= since


def recent_events(events: tuple[Raw, ...], scene_uids: set[str], since: datetime) -> tuple[Raw, ...]:
    """The events since the change about the objects in view (times have whole seconds on both sides). Whom they concern is
    asked first: a busy namespace has hundreds, and reading a time costs ten times as much."""
    return tuple(event for event in events if concerns(event, scene_uids) and event_time(event) >= since)
