"""Whether a workload has arrived where it was told to go: pure predicates over raw objects.

The formulas are those of `kubectl rollout status` (kubectl/polymorphichelpers/rollout_status.go), with kstatus' care about
`observedGeneration`, and with what kubectl leaves out: paused, no replicas, OnDelete, a deadline that was missed before the
change. Pods that fail are `executor.early`'s subject.
"""

from collections.abc import Iterable
from datetime import datetime

from executor.fields import Raw, condition, deleting, field, mapping, moment, number, owned_by, text, uid_of
from executor.happenings import LONG_AGO
from executor.pods import is_active, is_ready
from executor.reason import reason
from executor.verdict import Result, Standing

REVISION = "deployment.kubernetes.io/revision"
TEMPLATE_GENERATION = "pod-template-generation"
REVISION_HASH = "controller-revision-hash"


def wanted_replicas(workload: Raw) -> int:
    if workload.get("kind") == "DaemonSet":
        return number(workload, "status", "desiredNumberScheduled")
    return number(workload, "spec", "replicas", absent=1)


def created(raw: Raw) -> datetime:
    return moment(text(raw, "metadata", "creationTimestamp")) or LONG_AGO


def observed(workload: Raw, generation: int | None) -> bool:
    """Whether the controller has seen this generation of the object and the newest one."""
    newest = max(generation or 0, number(workload, "metadata", "generation"))
    return number(workload, "status", "observedGeneration") >= newest


def newest_replica_set(deployment: Raw, replica_sets: Iterable[Raw]) -> Raw | None:
    """The one whose revision is the Deployment's (an undo gives an old ReplicaSet a new revision) and that has its template:
    while a change is being taken in, the revision still names the ReplicaSet before."""
    revision = text(deployment, "metadata", "annotations", REVISION)
    uid, template = uid_of(deployment), _plain_template(deployment)
    for replica_set in replica_sets:
        same = text(replica_set, "metadata", "annotations", REVISION) == revision
        if same and owned_by(replica_set, uid) and _plain_template(replica_set) == template:
            return replica_set
    return None


def _plain_template(raw: Raw) -> Raw:
    """A pod template less what its ReplicaSet adds to it."""
    template = mapping(raw, "spec", "template")
    labels = {
        key: value for key, value in mapping(template, "metadata", "labels").items() if key != "pod-template-hash"
    }
    return {**template, "metadata": {**mapping(template, "metadata"), "labels": labels}}


def new_pods(
    workload: Raw, pods: Iterable[Raw], replica_sets: Iterable[Raw], baseline: Iterable[str] = ()
) -> list[Raw]:
    """The pods of the newest revision that are not on their way out. `baseline` holds `pod uid/container` of the pods that
    were there before; it decides where a DaemonSet's pods do not tell their revision."""
    mine: list[Raw]
    if workload.get("kind") == "Deployment":
        replica_set = newest_replica_set(workload, replica_sets)
        mine = [pod for pod in pods if replica_set is not None and owned_by(pod, uid_of(replica_set))]
    else:
        mine = [pod for pod in pods if owned_by(pod, uid_of(workload))]
    if workload.get("kind") == "StatefulSet" and (revision := text(workload, "status", "updateRevision")):
        mine = [pod for pod in mine if text(pod, "metadata", "labels", REVISION_HASH) == revision]
    if workload.get("kind") == "DaemonSet":
        generation = text(workload, "metadata", "annotations", "deprecated.daemonset.template.generation")
        before = {key.partition("/")[0] for key in baseline}
        mine = [pod for pod in mine if _of_generation(pod, generation, before)]
    return [pod for pod in mine if not deleting(pod)]


def _of_generation(pod: Raw, generation: str, before: set[str]) -> bool:
    label = text(pod, "metadata", "labels", TEMPLATE_GENERATION)
    return label == generation if label and generation else uid_of(pod) not in before


def rollout(workload: Raw, *, generation: int | None, since: datetime, newest_set: Raw | None = None) -> Standing:
    """Where the rollout of a workload's template stands. `since` is the server's time of the change: what a condition said
    before it does not count. `newest_set` (Deployments) only makes the count of ready new pods exact."""
    if deleting(workload):
        return Standing(reason=reason("verify.deleted_meanwhile"), result=Result.SUPERSEDED)
    match workload.get("kind"):
        case "Deployment":
            return _deployment(workload, generation, since, newest_set)
        case "StatefulSet":
            return _stateful_set(workload, generation)
        case "DaemonSet":
            return _daemon_set(workload, generation)
        case kind:
            raise ValueError(f"{kind} has no rollout")


def _deployment(raw: Raw, generation: int | None, since: datetime, newest_set: Raw | None) -> Standing:
    want = wanted_replicas(raw)
    updated, total = number(raw, "status", "updatedReplicas"), number(raw, "status", "replicas")
    available = number(raw, "status", "availableReplicas")
    new = max(0, available - max(0, total - updated))
    if newest_set is not None:
        new = min(number(newest_set, "status", "availableReplicas"), updated)
    if field(raw, "spec", "paused") is True:
        return Standing(reason=reason("verify.paused"), result=Result.BLOCKED)
    if not observed(raw, generation):
        return Standing(reason=reason("verify.step.observed"), total=want)
    if late := _deadline_missed(raw, since, new, want):
        return late
    if updated < want:
        step = reason("verify.step.updated", updated=updated, total=want)
    elif total > updated:
        step = reason("verify.step.old", old=total - updated)
    elif available < updated:
        step = reason("verify.step.available", ready=new, total=want)
    else:
        return _rolled_out(want)
    return Standing(reason=step, done=new, total=want)


def _deadline_missed(raw: Raw, since: datetime, done: int, total: int) -> Standing | None:
    """Right after a change the status may repeat the verdict on an older one: only a later update counts."""
    progressing = condition(raw, "Progressing")
    updated = moment(text(progressing, "lastUpdateTime"))
    if progressing.get("reason") != "ProgressDeadlineExceeded" or updated is None or updated < since:
        return None
    seconds = number(raw, "spec", "progressDeadlineSeconds", absent=600)
    late = reason("verify.progress_deadline", seconds=seconds, ready=done, total=total)
    return Standing(reason=late, result=Result.FAILED, done=done, total=total)


def _rolled_out(want: int) -> Standing:
    code = reason("verify.rolled_out", total=want) if want else reason("verify.rolled_out_nowhere")
    return Standing(reason=code, result=Result.SUCCEEDED, done=want, total=want)


def _stateful_set(raw: Raw, generation: int | None) -> Standing:
    want, status = wanted_replicas(raw), mapping(raw, "status")
    updated, ready = number(status, "updatedReplicas"), number(status, "readyReplicas")
    if not number(status, "observedGeneration") or not observed(raw, generation):
        return Standing(reason=reason("verify.step.observed"), total=want)
    same = text(status, "updateRevision") == text(status, "currentRevision")
    if text(raw, "spec", "updateStrategy", "type") == "OnDelete":
        return _rolled_out(want) if same or updated >= want else _on_delete(want - updated, want)
    partition = number(raw, "spec", "updateStrategy", "rollingUpdate", "partition")
    goal = max(0, want - partition)
    done = min(updated if not same else want, ready)
    if not same and updated < goal:
        return Standing(reason=reason("verify.step.updated", updated=updated, total=goal), done=done, total=goal)
    if ready < want:
        return Standing(
            reason=reason("verify.step.available", ready=ready, total=want), done=min(done, ready), total=want
        )
    if same or not partition:
        return _rolled_out(want)
    kept = reason("verify.rolled_out_partition", updated=updated, total=want, partition=partition)
    return Standing(reason=kept, result=Result.SUCCEEDED, done=updated, total=goal)


def _on_delete(left: int, want: int) -> Standing:
    return Standing(reason=reason("verify.on_delete", left=left), result=Result.NO_CHANGE, done=want - left, total=want)


def _daemon_set(raw: Raw, generation: int | None) -> Standing:
    want, status = wanted_replicas(raw), mapping(raw, "status")
    updated, available = number(status, "updatedNumberScheduled"), number(status, "numberAvailable")
    if not observed(raw, generation):
        return Standing(reason=reason("verify.step.observed"), total=want)
    if text(raw, "spec", "updateStrategy", "type") == "OnDelete":
        return _rolled_out(want) if updated >= want else _on_delete(want - updated, want)
    if updated < want:
        step = reason("verify.step.updated", updated=updated, total=want)
        return Standing(reason=step, done=min(updated, available), total=want)
    if available < want:
        return Standing(reason=reason("verify.step.available", ready=available, total=want), done=available, total=want)
    return _rolled_out(want)


def scaled(workload: Raw, *, replicas: int, generation: int | None, pods: Iterable[Raw]) -> Standing:
    """Whether exactly `replicas` pods are there and ready, and the others gone (those that terminate are not gone)."""
    if deleting(workload):
        return Standing(reason=reason("verify.deleted_meanwhile"), result=Result.SUPERSEDED)
    status = mapping(workload, "status")
    ready = number(status, "readyReplicas")
    if number(status, "observedGeneration") < max(generation or 0, number(workload, "metadata", "generation")):
        return Standing(reason=reason("verify.step.observed"), total=replicas)
    total = number(status, "replicas")
    surging = 0 < number(status, "updatedReplicas") < total and workload.get("kind") == "Deployment"
    extra = (max(0, total - replicas) if not surging else 0) + sum(deleting(pod) for pod in pods)
    if "terminatingReplicas" in status:
        extra = max(extra, number(status, "terminatingReplicas"))
    if total < replicas or ready < replicas:
        step = reason("verify.step.scaled", ready=ready, total=replicas)
        return Standing(reason=step, done=min(ready, replicas), total=replicas)
    if extra:
        return Standing(reason=reason("verify.step.extra", extra=extra), done=replicas, total=replicas)
    if "availableReplicas" in status and number(status, "availableReplicas") < replicas:
        step = reason("verify.step.scaled", ready=number(status, "availableReplicas"), total=replicas)
        return Standing(reason=step, done=number(status, "availableReplicas"), total=replicas)
    code = reason("verify.scaled", replicas=replicas) if replicas else reason("verify.scaled_to_zero")
    return Standing(reason=code, result=Result.SUCCEEDED, done=replicas, total=replicas)


def replaced(pods: Iterable[Raw], *, controller: str, without: str, since: datetime, replicas: int | None) -> Standing:
    """Whether a deleted pod has a ready successor: one of the same controller (uid) that was made since, or, where the
    controller's count of `replicas` is full anyway, none is missing."""
    mine = [pod for pod in pods if owned_by(pod, controller) and uid_of(pod) != without and is_active(pod)]
    for pod in mine:
        if is_ready(pod) and created(pod) >= since:
            made = reason("verify.replaced", pod=text(pod, "metadata", "name"))
            return Standing(reason=made, result=Result.SUCCEEDED, done=1, total=1)
    if replicas is not None and sum(map(is_ready, mine)) >= replicas:
        return Standing(reason=reason("verify.not_replaced"), result=Result.SUCCEEDED, done=1, total=1)
    return Standing(reason=reason("verify.step.replacement"), total=1)
