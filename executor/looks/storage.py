"""From a claim to its volume, its class and where it is attached, with what provisioning said of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from executor.errors import ClusterError
from executor.fields import Raw, field, mapping, name_of, objects, text, texts, uid_of
from executor.happenings import concerns, event_line, newest
from executor.kinds import Kind, kind_named
from executor.looks.telling import one_line, rows, told
from executor.sight import Sight, Sparing
from executor.tables import age_of

_CLAIM, _VOLUME, _CLASS = (kind_named(kind) for kind in ("PersistentVolumeClaim", "PersistentVolume", "StorageClass"))
_EVENT = kind_named("Event")
_ATTACHMENT = Kind("VolumeAttachment", "volumeattachments", "storage.k8s.io", namespaced=False)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_MOST = 12
_MOST_VOLUMES = 6
_EVENTS = 5


async def storage(sight: Sight, namespace: str, name: str = "") -> tuple[str, ...]:
    """The claims of a namespace, or one of them. Raises NotFound and Forbidden for the one that is named, Unreachable."""
    reader = Sparing(sight)
    claims = (await reader.get(_CLAIM, name, namespace),) if name else await reader.listed(_CLAIM, namespace)
    claims = tuple(sorted(claims, key=lambda claim: text(claim, "status", "phase") == "Bound"))
    volumes = [
        volume
        for claim in claims[:_MOST_VOLUMES]
        if (called := text(claim, "spec", "volumeName")) and (volume := await reader.sought(_VOLUME, called))
    ]
    attachments = await reader.listed(_ATTACHMENT) if volumes else ()
    classes = await reader.listed(_CLASS)
    now = datetime.now(UTC)
    lines = rows("claims", (_claim(claim, now) for claim in claims), _MOST)
    lines += await _said(reader, namespace, claims)
    names = {name_of(volume) for volume in volumes}
    lines += rows("volumes", (_volume(volume) for volume in volumes), _MOST_VOLUMES)
    mine = [each for each in attachments if text(each, "spec", "source", "persistentVolumeName") in names]
    lines += rows("attachments", (line for each in mine for line in _attachment(each)), _MOST)
    lines += rows("classes", map(_class, classes), _MOST)
    return told(reader, lines)


def _claim(claim: Raw, now: datetime) -> str:
    asked = field(claim, "spec", "resources", "requests", "storage")
    return (
        f"pvc {name_of(claim)} {text(claim, 'status', 'phase') or '-'}: asks {asked or '-'}"
        f" {','.join(texts(claim, 'spec', 'accessModes'))}, class {_asked_class(claim)},"
        f" volume {text(claim, 'spec', 'volumeName') or '-'}, age {age_of(claim, now)}"
    )


def _asked_class(claim: Raw) -> str:
    """Nothing said asks for the default; an empty name asks for none."""
    asked = field(claim, "spec", "storageClassName")
    return "(default)" if asked is None else str(asked) or '""'


async def _said(reader: Sparing, namespace: str, claims: Iterable[Raw]) -> list[str]:
    """Events about claims that are not bound, of which a few are asked for."""
    found: list[Raw] = []
    for claim in [claim for claim in claims if text(claim, "status", "phase") != "Bound"][:_EVENTS]:
        about = f"involvedObject.kind=PersistentVolumeClaim,involvedObject.name={name_of(claim)}"
        try:
            listing = await reader.list(_EVENT, namespace, fields=about, limit=50)
        except ClusterError as exc:
            reader.note(_EVENT, exc)
            break
        found += [event for event in listing.items if concerns(event, {uid_of(claim)})]
    return rows("events of claims that are not bound", map(event_line, reversed(newest(found, _EVENTS))), _EVENTS)


def _volume(volume: Raw) -> str:
    source = next((key for key in mapping(volume, "spec") if key in _SOURCES), "")
    driver = text(volume, "spec", "csi", "driver") or source
    claim = mapping(volume, "spec", "claimRef")
    where = "; ".join(_affinity(volume))
    return (
        f"pv {name_of(volume)} {text(volume, 'status', 'phase')}: {field(volume, 'spec', 'capacity', 'storage') or '-'}"
        f" {','.join(texts(volume, 'spec', 'accessModes'))}, reclaim {text(volume, 'spec', 'persistentVolumeReclaimPolicy')},"
        f" {driver or 'unknown source'}, claim {text(claim, 'namespace')}/{text(claim, 'name')}"
        + (f", only where {where}" if where else "")
        + (f", {text(volume, 'status', 'reason')}" if text(volume, "status", "reason") else "")
    )


_SOURCES = frozenset({"csi", "hostPath", "local", "nfs", "iscsi", "fc", "rbd", "cephfs", "awsElasticBlockStore"})


def _affinity(volume: Raw) -> Iterator[str]:
    for term in objects(mapping(volume, "spec", "nodeAffinity", "required"), "nodeSelectorTerms"):
        for each in objects(term, "matchExpressions"):
            yield f"{text(each, 'key')} {text(each, 'operator')} {','.join(texts(each, 'values'))}"


def _attachment(raw: Raw) -> Iterator[str]:
    attached = field(raw, "status", "attached") is True
    called = text(raw, "spec", "source", "persistentVolumeName")
    yield f"pv {called} on node {text(raw, 'spec', 'nodeName')}: {'attached' if attached else 'not attached'}"
    for what in ("attachError", "detachError"):
        if message := text(raw, "status", what, "message"):
            yield f"  {what}: {one_line(message)[:200]}"


def _class(raw: Raw) -> str:
    default = " (default)" if text(raw, "metadata", "annotations", _DEFAULT) == "true" else ""
    return (
        f"{name_of(raw)}{default}: {text(raw, 'provisioner')}, {text(raw, 'volumeBindingMode') or 'Immediate'},"
        f" reclaim {text(raw, 'reclaimPolicy') or 'Delete'}, expansion {field(raw, 'allowVolumeExpansion') is True}"
    )
