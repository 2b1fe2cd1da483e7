"""Deployments: ReplicaSets, one per template, moved from old to new."""

from collections.abc import Iterable

from sandbox.cluster import resources as r
from sandbox.cluster.clock import Clock
from sandbox.cluster.controllers import deployment_status as status
from sandbox.cluster.controllers.loop import ControlLoop
from sandbox.cluster.controllers.ownership import claimed, owner_key, selecting_keys
from sandbox.cluster.controllers.replica_sets import ReplicaSetsOf
from sandbox.cluster.controllers.rollout import (
    DESIRED,
    counted,
    is_rolling,
    max_unavailable,
    new_replica_count,
    replicas_of,
    total_replicas,
)
from sandbox.cluster.failures import Failure
from sandbox.cluster.history import Change
from sandbox.cluster.objects import (
    Object,
    annotations_of,
    controller_of,
    is_terminating,
    name_of,
    namespace_of,
    status_of,
    uid_of,
    with_annotations,
)
from sandbox.cluster.registry import Registry
from sandbox.cluster.store import Key


class Deployments(ControlLoop[Key]):
    component = "deployment-controller"

    def __init__(self, registry: Registry, clock: Clock) -> None:
        super().__init__(registry, clock)
        self._progressed: dict[str, float] = {}

    def concerns(self, change: Change) -> Iterable[Key]:
        obj = change.object
        if change.resource is r.DEPLOYMENTS:
            if change.type == "DELETED":
                self._progressed.pop(uid_of(obj), None)
            else:
                yield Key(r.DEPLOYMENTS, namespace_of(obj), name_of(obj))
        elif change.resource is r.REPLICA_SETS:
            if key := owner_key(obj, r.DEPLOYMENTS):
                yield key
            elif controller_of(obj) is None and change.type != "DELETED":
                yield from selecting_keys(self.store, r.DEPLOYMENTS, obj)
        elif change.resource is r.PODS and (change.type == "DELETED" or is_terminating(obj)):
            key = owner_key(obj, r.REPLICA_SETS)
            replica_set = self.store.at(key) if key else None
            if replica_set is not None and (key := owner_key(replica_set, r.DEPLOYMENTS)):
                yield key

    def sync(self, key: Key) -> float | None:
        deployment = self.store.at(key)
        if deployment is None:
            return None
        found = claimed(self.registry, r.DEPLOYMENTS, deployment, r.REPLICA_SETS)
        sets = ReplicaSetsOf(self.registry, self.recorder, deployment, found)
        if is_terminating(deployment):
            self._write_status(key, sets, progress=False)
            return None
        deployment = self._note_pause(key, deployment)
        sets.deployment = deployment
        if deployment["spec"].get("paused"):
            self._remember_revision(key, sets)
            sets.scale_all()
            self._write_status(key, sets, progress=False)
            return None
        if any(
            replicas_of(replica_set) and annotations_of(replica_set).get(DESIRED, str(wanted)) != str(wanted)
            for wanted in (replicas_of(deployment),)
            for replica_set in sets.all
        ):
            self._remember_revision(key, sets)
            sets.scale_all()
            self._write_status(key, sets, progress=False)
            return None
        if is_rolling(deployment):
            self._roll(key, sets)
        else:
            self._recreate(key, sets)
        return self._write_status(key, sets, progress=True)

    def _note_pause(self, key: Key, deployment: Object) -> Object:
        """Pause and resume are told in the Progressing condition, but never over a passed deadline."""
        if not status.has_deadline(deployment):
            return deployment
        reason = status.progressing_reason(deployment)
        paused = bool(deployment["spec"].get("paused"))
        if reason == "ProgressDeadlineExceeded" or paused == (reason == "DeploymentPaused"):
            return deployment
        if paused:
            return self._say_progress(key, "Unknown", "DeploymentPaused", "Deployment is paused")
        return self._say_progress(key, "Unknown", "DeploymentResumed", "Deployment is resumed")

    def _say_progress(
        self, key: Key, state: str, reason: str, message: str, annotations: dict[str, str] | None = None
    ) -> Object:
        """Sets the condition (and annotations) alone: observedGeneration stays behind, as with the real controller."""
        fresh = status.condition("Progressing", state, reason, message, self.clock.stamp())

        def change(deployment: Object) -> Object:
            before = status_of(deployment)
            conditions = status.with_condition(before.get("conditions") or [], fresh)
            return {**with_annotations(deployment, annotations or {}), "status": {**before, "conditions": conditions}}

        deployment = self.registry.update(key, change, self.writer, subresource="status")
        self._progressed[uid_of(deployment)] = self.clock.seconds()
        return deployment

    def _remember_revision(self, key: Key, sets: ReplicaSetsOf) -> None:
        """The Deployment carries the revision of its newest ReplicaSet."""
        revision = sets.sync_revision()
        if revision:
            sets.deployment = self.registry.update(
                key, lambda obj: with_annotations(obj, revision), self.writer, subresource="status"
            )

    def _ensure_new(self, key: Key, sets: ReplicaSetsOf) -> None:
        existed = sets.new is not None
        if not existed:
            size = new_replica_count(sets.deployment, sets.all, 0)
            try:
                while not sets.create_new(size):
                    self._count_collision(key, sets)
            except Failure:
                self._say_progress(key, "False", "ReplicaSetCreateError", sets.refusal)
                raise
        reason = status.progressing_reason(sets.deployment)
        if sets.new is None or not status.has_deadline(sets.deployment) or (existed and reason):
            self._remember_revision(key, sets)
            return
        how, reason = ("Found", "FoundNewReplicaSet") if existed else ("Created", "NewReplicaSetCreated")
        revision = sets.sync_revision()
        text = f'{how} new replica set "{name_of(sets.new)}"'
        sets.deployment = self._say_progress(key, "True", reason, text, revision)

    def _count_collision(self, key: Key, sets: ReplicaSetsOf) -> None:
        count = status_of(sets.deployment).get("collisionCount", 0) + 1
        sets.deployment = self.registry.update(
            key,
            lambda obj: {**obj, "status": {**status_of(obj), "collisionCount": count}},
            self.writer,
            subresource="status",
        )

    def _roll(self, key: Key, sets: ReplicaSetsOf) -> None:
        self._ensure_new(key, sets)
        deployment, new = sets.deployment, sets.new
        if new is None:
            return
        wanted, size = replicas_of(deployment), replicas_of(new)
        target = wanted if size > wanted else new_replica_count(deployment, sets.all, size)
        if size != wanted and target != size:
            sets.scale(new, target)
        elif not self._shrink_old(sets) and status.is_complete(deployment, status_of(deployment)):
            sets.clean_up()

    def _shrink_old(self, sets: ReplicaSetsOf) -> bool:
        """Take pods from the old ReplicaSets: first those that do not work, then as many as availability allows."""
        new, old = sets.new, sets.old
        if new is None or not total_replicas(old):
            return False
        least = replicas_of(sets.deployment) - max_unavailable(sets.deployment)
        unavailable = replicas_of(new) - counted([new], "availableReplicas")
        room = total_replicas(sets.all) - least - unavailable
        if room <= 0:
            return False
        removed = 0
        for replica_set in sets.old:
            broken = replicas_of(replica_set) - counted([replica_set], "availableReplicas")
            count = min(room - removed, broken)
            if count > 0:
                sets.scale(replica_set, replicas_of(replica_set) - count)
                removed += count
        # Counts of a ReplicaSet that was just scaled are behind its spec: they never justify more than the room there is.
        spare = min(counted(sets.all, "availableReplicas") - least, room - removed)
        for replica_set in sets.old:
            count = min(spare, replicas_of(replica_set))
            if count > 0:
                sets.scale(replica_set, replicas_of(replica_set) - count)
                spare -= count
                removed += count
        return removed > 0

    def _recreate(self, key: Key, sets: ReplicaSetsOf) -> None:
        running = [replica_set for replica_set in sets.old if replicas_of(replica_set)]
        if running:
            for replica_set in running:
                sets.scale(replica_set, 0)
            return
        if sets.old_pods_left():
            return
        self._ensure_new(key, sets)
        new = sets.new
        if new is not None and replicas_of(new) != replicas_of(sets.deployment):
            sets.scale(new, replicas_of(sets.deployment))
        elif status.is_complete(sets.deployment, status_of(sets.deployment)):
            sets.clean_up()

    def _write_status(self, key: Key, sets: ReplicaSetsOf, *, progress: bool) -> float | None:
        """Answers the seconds to the deadline while a rollout is under way."""
        deployment, new, now = sets.deployment, sets.new, self.clock.stamp()
        uid, deadline = uid_of(deployment), deployment["spec"].get("progressDeadlineSeconds", status.NO_DEADLINE)
        left: float = self._progressed.get(uid, self.clock.seconds()) + deadline - self.clock.seconds()
        fresh = status.counts_of(deployment, sets.all, new, sets.terminating_pods(), now)
        if progress:
            fresh["conditions"] = status.progress_conditions(deployment, fresh, new, now, overdue=left <= 0)
            fresh["conditions"] = status.with_failures(fresh["conditions"], sets.all, new, now)
        if fresh != status_of(deployment):
            if status.has_progressed(status_of(deployment), fresh):
                self._progressed[uid] = self.clock.seconds()
                left = deadline
            deployment = self.registry.update(
                key, lambda obj: {**obj, "status": fresh}, self.writer, subresource="status"
            )
        ended = ("NewReplicaSetAvailable", "ProgressDeadlineExceeded", "")
        if not progress or status.progressing_reason(deployment) in ended or not status.has_deadline(deployment):
            return None
        return max(left, 0.05)
