"""Volume claims that are not bound, and volumes that cannot be mounted."""

from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, field, mapping, name_of, objects, shown, text, texts
from executor.glances import MEMORY, quantity
from executor.operations import Describe, Get, Target
from executor.pods import containers
from executor.reason import Reason, reason

_MOUNT = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_BEGINNING = (None, "ContainerCreating", "PodInitializing")
_TOLD_BY_REFERENCES = ("configmap", "secret", "references non-existent")


def volume_suspicions(situation: Situation) -> Iterator[Suspicion]:
    claims = [situation.live] if situation.target.kind == "PersistentVolumeClaim" else situation.around.claims
    for claim in claims:
        if text(claim, "status", "phase") != "Bound" and name_of(claim):
            yield _unbound(situation, claim)
    for kind, name in sorted(situation.around.missing):
        if kind == "PersistentVolumeClaim":
            yield Suspicion(
                78,
                reason("triage.claim_missing", claim=name),
                situation.target,
                0.95,
                evidence=fields(f"spec.volumes.persistentVolumeClaim.claimName: {name}"),
                next_steps=(Get(kind="PersistentVolumeClaim", namespace=situation.target.namespace),),
                alike=("claim", name),
            )
    for pod in situation.pods:
        yield from _mounts(situation, pod)


def _mounts(situation: Situation, pod: Raw) -> Iterator[Suspicion]:
    begun = any(state.waiting.get("reason") not in _BEGINNING for state in containers(pod))
    if text(pod, "status", "phase") != "Pending" or begun:
        return
    failed = [text(event, "message") for event in situation.events_of(pod, named=_MOUNT)]
    mine = [message for message in failed if not any(word in message.lower() for word in _TOLD_BY_REFERENCES)]
    if mine:
        yield Suspicion(
            72,
            reason("triage.mount", message=shown(mine[-1])),
            situation.target,
            0.85,
            evidence=situation.event_evidence(pod),
            next_steps=situation.look_at(pod),
            alike=("triage.mount",),
            pod=pod,
        )


def _unbound(situation: Situation, claim: Raw) -> Suspicion:
    cause, lines, confidence = _why(situation, claim)
    step = Describe(
        target=Target(kind="PersistentVolumeClaim", name=name_of(claim), namespace=situation.target.namespace)
    )
    return Suspicion(
        78,
        cause,
        situation.target,
        confidence,
        evidence=(*fields(*lines), *situation.warnings_of(claim)),
        next_steps=(step, Get(kind="StorageClass")),
        alike=("claim", name_of(claim)),
    )


def _why(situation: Situation, claim: Raw) -> tuple[Reason, list[str], float]:
    name, wanted = name_of(claim), text(claim, "spec", "storageClassName")
    where = f"persistentvolumeclaim {name} spec"
    line = f"{where}.storageClassName: {wanted or '-'}"
    around = situation.around
    classes = {name_of(each) for each in around.classes}
    said = situation.events_of(claim)
    message = shown(text(said[-1], "message")) if said else f"storageClassName {wanted or '-'}"
    fitting = [each for each in around.volumes if text(each, "spec", "storageClassName") == wanted and _free(each)]
    if fitting:
        misfits = [misfit for each in fitting if (misfit := _misfit(claim, each))]
        if misfits and len(misfits) == len(fitting):
            kind, ours, theirs = misfits[0]
            cause = reason(f"triage.claim_{kind}", claim=name, wanted=ours.rpartition(": ")[2], offered=theirs)
            return cause, [f"{where}.{ours}", theirs], 0.9
    if wanted and "StorageClass" in around.whole and wanted not in classes:
        return reason("triage.claim_no_class", claim=name, wanted=wanted), [line, _classes(classes)], 0.95
    if not wanted and "StorageClass" in around.whole and not any(map(_is_default, around.classes)):
        return reason("triage.claim_no_default", claim=name), [line, _classes(classes)], 0.9
    phase = text(claim, "status", "phase") or "Pending"
    return reason("triage.claim", claim=name, phase=phase, message=message), [line], 0.9


def _classes(names: set[str]) -> str:
    return f"storageclasses: {', '.join(sorted(names)) or '-'}"


def _is_default(storage_class: Raw) -> bool:
    return text(storage_class, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true"


def _free(volume: Raw) -> bool:
    return text(volume, "status", "phase") == "Available" and not mapping(volume, "spec", "claimRef")


def _misfit(claim: Raw, volume: Raw) -> tuple[str, str, str] | None:
    """(word, the claim's field, the volume's) of what keeps them apart, if anything plain does."""
    there = f"persistentvolume {name_of(volume)} spec"
    modes, had = texts(claim, "spec", "accessModes"), texts(volume, "spec", "accessModes")
    if not set(modes) <= set(had):
        return "mode", f"accessModes: {', '.join(modes)}", f"{there}.accessModes: {', '.join(had)}"
    asked, room = str(field(claim, "spec", "resources", "requests", "storage") or ""), _capacity(volume)
    if quantity(asked, MEMORY) > quantity(room, MEMORY):
        return "size", f"resources.requests.storage: {asked}", f"{there}.capacity.storage: {room}"
    ours, theirs = (text(each, "spec", "volumeMode") or "Filesystem" for each in (claim, volume))
    if ours != theirs:
        return "mode", f"volumeMode: {ours}", f"{there}.volumeMode: {theirs}"
    return None


def _capacity(volume: Raw) -> str:
    return str(field(volume, "spec", "capacity", "storage") or "")


def claim_names(pods: list[Raw]) -> list[str]:
    names = (
        text(volume, "persistentVolumeClaim", "claimName") for pod in pods for volume in objects(pod, "spec", "volumes")
    )
    return sorted({name for name in names if name})
