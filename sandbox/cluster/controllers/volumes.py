"""Volume claims: bound to a volume, or told why not."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.foundation import STORAGE_CLASS
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    annotations_of,
    claims_of,
    finalizers_of,
    is_terminating,
    name_of,
    namespace_of,
    status_of,
    with_metadata,
)
from sandbox.cluster.quantity import amount
from sandbox.cluster.store import Key

_PROVISION_SECONDS = 15.0
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


class VolumeClaims(ControlLoop[Key]):
    """A claim of the cluster's own storage class is bound at once; any other to a volume of its class that fits. Held while a
    pod uses it."""

    component = "persistentvolume-controller"

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.CLAIMS and change.type != "DELETED":
            yield Key(r.CLAIMS, namespace_of(obj), name_of(obj))
        elif change.resource is r.PODS and change.type == "DELETED":
            for claim in claims_of(obj):
                yield Key(r.CLAIMS, namespace_of(obj), claim)
        elif change.resource is r.VOLUMES and change.type != "DELETED":
            for waiting in self.store.objects(r.CLAIMS):
                if status_of(waiting).get("phase") == "Pending":
                    yield Key(r.CLAIMS, namespace_of(waiting), name_of(waiting))

    def sync(self, key: Key) -> float | None:
        claim = self.store.at(key)
        if claim is None:
            return None
        if is_terminating(claim):
            used = any(key.name in claims_of(pod) for pod in self.store.objects(r.PODS, key.namespace))
            if not used:
                kept = [name for name in finalizers_of(claim) if name != "kubernetes.io/pvc-protection"]
                self.registry.update(key, lambda obj: with_metadata(obj, finalizers=kept or None), self.writer)
        elif status_of(claim).get("phase") == "Pending":
            wanted = claim["spec"].get("storageClassName", self._default())
            volume = self._fitting(claim, wanted)
            if volume:
                self._take(volume, claim)
            elif wanted != STORAGE_CLASS:
                self.recorder.event(r.CLAIMS, claim, *self._nobody(wanted))
                return _PROVISION_SECONDS
            self._bind(key, volume)
        return None

    def _default(self) -> str:
        classes = self.store.objects(r.STORAGE_CLASSES)
        return next((name_of(each) for each in classes if annotations_of(each).get(_DEFAULT) == "true"), "")

    def _nobody(self, wanted: str) -> tuple[str, str, str]:
        """The event (kind, reason, words) of a claim that no volume fits and for which nobody here makes one."""
        if not wanted:
            text = "no persistent volumes available for this claim and no storage class is set"
            return "Normal", "FailedBinding", text
        known = self.store.get(r.STORAGE_CLASSES, "", wanted)
        if known is None:
            return "Warning", "ProvisioningFailed", f'storageclass.storage.k8s.io "{wanted}" not found'
        made_by = f"either by the external provisioner '{known.get('provisioner', '')}' or manually by the system administrator"
        more = "If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        return "Normal", "ExternalProvisioning", f"Waiting for a volume to be created {made_by}. {more}"

    def _fitting(self, claim: Object, wanted: str) -> str:
        """The name of a free volume of the class that has the modes and the room; "" where there is none."""
        modes = set(claim["spec"].get("accessModes") or ())
        asked = amount(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", 0)) or 0
        for volume in sorted(self.store.objects(r.VOLUMES), key=name_of):
            spec = volume["spec"]
            room = amount((spec.get("capacity") or {}).get("storage", 0)) or 0
            mine = spec.get("storageClassName", "") == wanted and not spec.get("claimRef")
            if mine and modes <= set(spec.get("accessModes") or ()) and asked <= room:
                return name_of(volume)
        return ""

    def _take(self, volume: str, claim: Object) -> None:
        key = Key(r.VOLUMES, "", volume)
        reference = {"kind": "PersistentVolumeClaim", "namespace": namespace_of(claim), "name": name_of(claim)}
        self.registry.update(key, lambda obj: {**obj, "spec": {**obj["spec"], "claimRef": reference}}, self.writer)
        self.registry.update(key, lambda obj: {**obj, "status": {"phase": "Bound"}}, self.writer, subresource="status")

    def _bind(self, key: Key, volume: str) -> None:
        if volume:
            self.registry.update(key, lambda obj: {**obj, "spec": {**obj["spec"], "volumeName": volume}}, self.writer)

        def change(obj: Object) -> Object:
            asked = (obj["spec"].get("resources") or {}).get("requests") or {}
            return {
                **obj,
                "status": {"phase": "Bound", "accessModes": obj["spec"].get("accessModes", []), "capacity": asked},
            }

        self.registry.update(key, change, self.writer, subresource="status")
