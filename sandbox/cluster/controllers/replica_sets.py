"""The ReplicaSets of one Deployment during one sync."""

from sandbox.cluster import resources as r
from sandbox.cluster.controllers.ownership import template_hash
from sandbox.cluster.controllers.rollout import (
    DESIRED,
    HASH_LABEL,
    HISTORY,
    MAXIMUM,
    REVISION,
    counted,
    is_rolling,
    max_surge,
    proportion,
    replicas_of,
    revision_of,
    total_replicas,
)
from sandbox.cluster.deletion import DeleteOptions
from sandbox.cluster.failures import Failure
from sandbox.cluster.objects import (
    Object,
    annotations_of,
    is_terminating,
    name_of,
    namespace_of,
    owner_reference,
    status_of,
    uid_of,
    with_annotations,
)
from sandbox.cluster.recorder import Recorder
from sandbox.cluster.registry import Registry, Writer
from sandbox.cluster.store import Key

_WRITER = Writer("kube-controller-manager")
_NOT_COPIED = (
    "kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MAXIMUM,
    "deprecated.deployment.rollback.to",
)  # fmt: skip


def bare_template(template: Object) -> Object:
    """The template less the hash label, by which two templates are the same."""
    metadata = template.get("metadata") or {}
    labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name != HASH_LABEL}
    return {**template, "metadata": {**metadata, "labels": labels}}


class ReplicaSetsOf:
    """Kept current through its own writes: `scale` and the others put the new version in place of the old."""

    def __init__(self, registry: Registry, recorder: Recorder, deployment: Object, found: list[Object]) -> None:
        self._registry = registry
        self._recorder = recorder
        self.deployment = deployment
        self.all = sorted(found, key=lambda item: (item["metadata"]["creationTimestamp"], name_of(item)))
        self.refusal = ""
        """Why the last ReplicaSet could not be made."""

    @property
    def new(self) -> Object | None:
        """The ReplicaSet of the Deployment's template, the oldest if there should be two."""
        wanted = bare_template(self.deployment["spec"]["template"])
        return next((item for item in self.all if bare_template(item["spec"]["template"]) == wanted), None)

    @property
    def old(self) -> list[Object]:
        new = self.new
        return [item for item in self.all if item is not new]

    def _put(self, replica_set: Object) -> Object:
        self.all = [replica_set if name_of(item) == name_of(replica_set) else item for item in self.all]
        return replica_set

    def _key(self, replica_set: Object) -> Key:
        return Key(r.REPLICA_SETS, namespace_of(replica_set), name_of(replica_set))

    def _size_annotations(self) -> dict[str, str]:
        wanted = replicas_of(self.deployment)
        return {DESIRED: str(wanted), MAXIMUM: str(wanted + max_surge(self.deployment))}

    def _copied_annotations(self) -> dict[str, str]:
        return {name: text for name, text in annotations_of(self.deployment).items() if name not in _NOT_COPIED}

    def create_new(self, size: int) -> bool:
        """False when its name is taken by an object of another template: a hash collision."""
        deployment = self.deployment
        template = deployment["spec"]["template"]
        hashed = template_hash(template, status_of(deployment).get("collisionCount", 0))
        metadata = template.get("metadata") or {}
        labels = {**(metadata.get("labels") or {}), HASH_LABEL: hashed}
        selector = deployment["spec"]["selector"]
        revision = max((revision_of(item) for item in self.all), default=0) + 1
        body: Object = {
            "metadata": {
                "name": f"{name_of(deployment)}-{hashed}",
                "labels": dict(labels),
                "annotations": {
                    **self._copied_annotations(), **self._size_annotations(), REVISION: str(revision),
                },
                "ownerReferences": [owner_reference(deployment, "apps/v1", "Deployment")],
            },
            "spec": {
                "replicas": size,
                "selector": {
                    **selector, "matchLabels": {**(selector.get("matchLabels") or {}), HASH_LABEL: hashed},
                },
                "template": {**template, "metadata": {**metadata, "labels": labels}},
            },
        }  # fmt: skip
        if min_ready := deployment["spec"].get("minReadySeconds"):
            body["spec"]["minReadySeconds"] = min_ready
        try:
            created = self._registry.create(r.REPLICA_SETS, namespace_of(deployment), body, _WRITER)
        except Failure as failure:
            if failure.reason == "AlreadyExists":
                return False
            text = f'Failed to create new replica set "{name_of(deployment)}-{hashed}": {failure.message}'
            self._recorder.event(r.DEPLOYMENTS, deployment, "Warning", "ReplicaSetCreateError", text)
            self.refusal = text
            raise
        self.all.append(created)
        if size:
            self._tell(created, 0, size)
        return True

    def sync_revision(self) -> dict[str, str]:
        """Give the new ReplicaSet the highest revision. Answers the annotations that the Deployment lacks."""
        new = self.new
        if new is None:
            return {}
        highest = max((revision_of(item) for item in self.old), default=0) + 1
        annotations = {**annotations_of(new), **self._copied_annotations()}
        if revision_of(new) < highest:
            if revision_of(new):
                past = [*annotations.get(HISTORY, "").split(","), str(revision_of(new))]
                annotations[HISTORY] = ",".join(filter(None, past))
            annotations[REVISION] = str(highest)
        if annotations != annotations_of(new):
            changed = self._registry.update(self._key(new), lambda obj: with_annotations(obj, annotations), _WRITER)
            new = self._put(changed)
        revision = str(revision_of(new))
        return {} if annotations_of(self.deployment).get(REVISION) == revision else {REVISION: revision}

    def scale(self, replica_set: Object, size: int) -> None:
        before = replicas_of(replica_set)
        sizes = self._size_annotations()
        if before == size and sizes.items() <= annotations_of(replica_set).items():
            return
        changed = self._registry.update(
            self._key(replica_set),
            lambda obj: {**with_annotations(obj, sizes), "spec": {**obj["spec"], "replicas": size}},
            _WRITER,
        )
        self._put(changed)
        if before != size:
            self._tell(changed, before, size)

    def _tell(self, replica_set: Object, before: int, size: int) -> None:
        way = "up" if size > before else "down"
        text = f"Scaled {way} replica set {name_of(replica_set)} from {before} to {size}"
        self._recorder.event(r.DEPLOYMENTS, self.deployment, "Normal", "ScalingReplicaSet", text)

    def scale_all(self) -> None:
        """After a change of `spec.replicas`: one active ReplicaSet takes it all, several take it in proportion."""
        deployment, new = self.deployment, self.new
        active = [item for item in self.all if replicas_of(item)]
        if len(active) <= 1:
            only = active[0] if active else new or (self.all[-1] if self.all else None)
            if only is not None:
                self.scale(only, replicas_of(deployment))
        elif new is not None and self._is_saturated(new):
            for item in self.old:
                if replicas_of(item):
                    self.scale(item, 0)
        elif is_rolling(deployment):
            self._scale_in_proportion(active)

    def _is_saturated(self, new: Object) -> bool:
        wanted = replicas_of(self.deployment)
        desired = annotations_of(new).get(DESIRED)
        return replicas_of(new) == wanted == counted([new], "availableReplicas") and desired == str(wanted)

    def _scale_in_proportion(self, active: list[Object]) -> None:
        wanted = replicas_of(self.deployment)
        allowed = wanted + max_surge(self.deployment) if wanted else 0
        to_add, added = allowed - total_replicas(active), 0
        order = sorted(active, key=lambda item: item["metadata"]["creationTimestamp"], reverse=to_add > 0)
        order.sort(key=replicas_of, reverse=True)
        sizes = {}
        for item in order:
            share = proportion(item, self.deployment, to_add, added)
            sizes[name_of(item)] = replicas_of(item) + share
            added += share
        if to_add:
            first = name_of(order[0])
            sizes[first] = max(0, sizes[first] + to_add - added)
        for item in order:
            self.scale(item, sizes[name_of(item)])

    def old_pods_left(self) -> bool:
        """Whether a pod of an old template still runs or is still going."""
        store = self._registry.store
        return any(
            status_of(pod).get("phase") not in ("Succeeded", "Failed")
            for item in self.old
            for pod in store.owned(uid_of(item), r.PODS)
        )

    def terminating_pods(self) -> int:
        store = self._registry.store
        return sum(is_terminating(pod) for item in self.all for pod in store.owned(uid_of(item), r.PODS))

    def clean_up(self) -> None:
        """Forget the oldest revisions beyond `revisionHistoryLimit`."""
        limit = self.deployment["spec"].get("revisionHistoryLimit", 10)
        idle = [
            item
            for item in self.old
            if not replicas_of(item) and not counted([item], "replicas") and not is_terminating(item)
        ]
        for item in sorted(idle, key=revision_of)[: max(0, len(idle) - limit)]:
            self._registry.delete(self._key(item), DeleteOptions(policy="Background"))
            self.all = [other for other in self.all if other is not item]
