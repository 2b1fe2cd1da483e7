"""The newest rollout, when only its pods are in trouble: what it changed, and the way back."""

from executor.analysers.situation import Situation, Suspicion
from executor.diagnosis import Evidence
from executor.diff import Leaf, leaves, lines
from executor.fields import Raw, mapping, moment, number, text
from executor.intact import pod_containers
from executor.operations import ContainerImage, Describe, Operation, Patch, SetImage, canonical
from executor.readiness import REVISION, newest_replica_set
from executor.reason import reason
from executor.undo import inverse

_MAX_CHANGES = 12
_NOT_BLAMED = ("restartedAt", "pod-template-hash")
"""A restart's annotation is no change worth blaming."""


def rollout_suspicion(situation: Situation, troubled: list[Suspicion]) -> Suspicion | None:
    if situation.target.kind != "Deployment":
        return None
    newest = newest_replica_set(situation.live, situation.found.replica_sets)
    if newest is None or not troubled:
        return None
    revision = number(newest, "metadata", "annotations", REVISION)
    older = [
        made
        for made in situation.found.replica_sets
        if 0 < number(made, "metadata", "annotations", REVISION) < revision
    ]
    if not older or not all(_made_by(suspicion.pod, newest) for suspicion in troubled if suspicion.pod):
        return None
    before = max(older, key=lambda made: number(made, "metadata", "annotations", REVISION))
    changed = changes(before, newest)
    if not changed:
        return None
    born = moment(text(newest, "metadata", "creationTimestamp"))
    minutes = max(0, round((situation.now - born).total_seconds() / 60)) if born else 0
    return Suspicion(
        65,
        reason("triage.rollout", revision=revision, minutes=minutes, change=changed[0]),
        situation.target,
        0.75 if number(before, "status", "readyReplicas") else 0.55,
        evidence=(Evidence(title=reason("triage.evidence.change", revision=revision), lines=changed),),
        next_steps=(*_way_back(situation, before, newest), Describe(target=situation.target)),
    )


def _made_by(pod: Raw, replica_set: Raw) -> bool:
    hash_of = text(replica_set, "metadata", "labels", "pod-template-hash")
    return bool(hash_of) and text(pod, "metadata", "labels", "pod-template-hash") == hash_of


def _leaves(before: Raw, after: Raw) -> tuple[Leaf, ...]:
    return leaves(_template(before), _template(after))


def changes(before: Raw, after: Raw) -> tuple[str, ...]:
    """What the two templates differ in, masked."""
    return tuple(
        f"{line.path.removeprefix('spec.template.')}: {line.before or '-'} → {line.after or '-'}"
        for line in lines(_leaves(before, after), "Deployment")
        if not any(word in line.path for word in _NOT_BLAMED)
    )[:_MAX_CHANGES]


def _template(replica_set: Raw) -> Raw:
    return {"kind": "Deployment", "metadata": {}, "spec": {"template": mapping(replica_set, "spec", "template")}}


def _way_back(situation: Situation, before: Raw, after: Raw) -> tuple[Operation, ...]:
    """The images of the revision before, where they are all that differs; else a patch that sets the fields back, where that is
    simple; else nothing that we perform brings it back."""
    now = {text(container, "name"): text(container, "image") for container in pod_containers(situation.live)}
    old = {text(container, "name"): text(container, "image") for container in pod_containers(before)}
    images = tuple(
        ContainerImage(container=name, image=image) for name, image in old.items() if name in now and now[name] != image
    )
    changed = tuple(
        leaf
        for leaf in _leaves(before, after)
        if not any(word in str(step) for step in leaf.path for word in _NOT_BLAMED)
    )
    body = inverse(changed)
    if len(changed) > len(images) and body is not None:
        return (Patch(target=situation.target, patch_type="strategic", body=canonical(body)),)
    return (SetImage(target=situation.target, images=images),) if images else ()
