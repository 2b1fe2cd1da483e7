"""The early-failure table: what a pod or its controller says that will not get better by waiting.

Each sign has a patience: how long it must persist, from when we first saw it, before it decides. `None` never decides by itself;
it only names the trouble while the deadline runs. Restarts are counted against the baseline, not timed: kubelets are configured
with different back-offs.

Two rows are stricter than the usual thresholds (crash loops: two restarts; quota: 30 s), because an operator watching the card
learns nothing by waiting longer: a new pod in CrashLoopBackOff that ended with an error and restarted at least once since the
change fails at once, and a quota's refusal decides after two seconds without progress (after 30 while old pods are still
terminating, which may free quota). Kubernetes gives no code for why an image could not be pulled or a pod not be created, only
text; so text decides there, and nowhere else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from executor.fields import Raw, condition, deleting, mapping, name_of, number, objects, shown, text, uid_of
from executor.happenings import concerns, event_count
from executor.pods import ContainerState, containers
from executor.reason import Reason, reason
from executor.verdict import Result


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    first_pull: float = 12
    """ErrImagePull whose message is final: the kubelet's second try comes after about ten seconds."""
    config: float = 20
    """A missing ConfigMap may be on its way."""
    unschedulable: float = 30
    scale_up: float = 300
    """A cluster autoscaler said that it adds a node."""
    refused: float = 10
    quota: float = 2
    quota_while_leaving: float = 30


@dataclass(frozen=True, slots=True)
class Sign:
    """`key` names the sign across looks; a sign that changes its key starts its patience anew."""

    key: tuple[str, ...]
    patience: float | None
    reason: Reason
    result: Result = Result.FAILED
    pod: str = ""
    container: str = ""
    restarted: bool = False


_FINAL_PULL = re.compile(
    r"not found|manifest unknown|name unknown|access denied|unauthorized|authentication required|denied|forbidden|"
    r"no match for platform|no matching manifest|invalid reference|repository does not exist",
    re.IGNORECASE,
)
_PASSING_PULL = re.compile(
    r"time[d ]?-?out|deadline exceeded|\btls\b|x509|too ?many ?requests|\b429\b|connection re(?:fused|set)|no route to host|"
    r"\bEOF\b|no such host|temporary failure|server misbehaving|(?:status|code|http)\D{0,40}\b5\d\d\b|\b50[0234]\b|i/o error",
    re.IGNORECASE,
)
_BENIGN = frozenset({"", "ContainerCreating", "PodInitializing"})
_NEVER_STARTS = frozenset({"StartError", "ContainerCannotRun"})
_BAD_IMAGE = frozenset({"InvalidImageName", "ErrImageNeverPull", "SignatureValidationFailed"})
_PULLING = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"})
_CANNOT_CREATE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_EVICTED_LIMIT = 3
_QUOTA = "exceeded quota"


def pull_will_pass(message: str, image: str = "") -> bool | None:
    """Whether a failed pull may succeed later: True (network, limits), False (no such image, no access), None (unsaid).
    The image's own name is taken out first: `tls-proxy:404` says nothing."""
    told = message
    for name in filter(None, (image, image.partition("@")[0].rpartition(":")[0])):
        told = told.replace(name, "")
    if _PASSING_PULL.search(told):
        return True
    return False if _FINAL_PULL.search(told) else None


def pull_errors(pods: Iterable[Raw], events: Iterable[Raw], known: Mapping[str, str]) -> dict[str, str]:
    """`pod uid/container` → why its image could not be pulled: from the status, which says it only until the kubelet backs off,
    from what was `known` before, or from the kubelet's `Failed` events."""
    found: dict[str, str] = {}
    for event in events:
        path = text(event, "involvedObject", "fieldPath")
        if text(event, "reason") == "Failed" and "pull" in text(event, "message") and "{" in path:
            container = path.partition("{")[2].rstrip("}")
            found[f"{text(event, 'involvedObject', 'uid')}/{container}"] = text(event, "message")
    found |= known
    for pod in pods:
        for state in containers(pod):
            if text(state.waiting, "reason") == "ErrImagePull":
                found[state.key] = text(state.waiting, "message")
    return found


def pod_signs(
    pod: Raw,
    *,
    baseline: Mapping[str, int],
    pulls: Mapping[str, str],
    events: Iterable[Raw],
    patience: Patience,
) -> Iterator[Sign]:
    """The signs of one pod of the new revision, worst first within each container."""
    mine = [event for event in events if concerns(event, (uid_of(pod),))]
    for state in containers(pod):
        if state.role != "ephemeral" and (sign := _container(pod, state, baseline, pulls, patience)):
            yield sign
    yield from _scheduling(pod, mine, patience)
    yield from _mounts(pod, mine)


def _container(
    pod: Raw, state: ContainerState, baseline: Mapping[str, int], pulls: Mapping[str, str], patience: Patience
) -> Sign | None:
    waiting = text(state.waiting, "reason")
    if waiting in _BAD_IMAGE or waiting in _PULLING:
        return _image(state, waiting, pulls.get(state.key, ""), patience)
    if waiting in _CANNOT_CREATE and text(state.last_end, "reason") not in _NEVER_STARTS:
        message = shown(text(state.waiting, "message")) or waiting
        why = reason("verify.container_config", pod=state.pod, container=state.name, state=waiting, message=message)
        return _sign(state, waiting, patience.config, why)
    if end := state.last_end:
        delta = state.restarts - baseline.get(state.key, 0)
        return _ended(pod, state, end, delta)
    if waiting not in _BENIGN:
        message = shown(text(state.waiting, "message")) or waiting
        why = reason("verify.container_waiting", pod=state.pod, container=state.name, state=waiting, message=message)
        return _sign(state, waiting, patience.config if waiting.startswith("Err") else None, why)
    return None


def _sign(state: ContainerState, word: str, patience: float | None, why: Reason) -> Sign:
    return Sign((state.key, word), patience, why, pod=state.pod, container=state.name, restarted=state.restarts > 0)


def _image(state: ContainerState, waiting: str, earlier: str, patience: Patience) -> Sign:
    said = text(state.waiting, "message")
    passing = pull_will_pass(said, state.image)
    if passing is None:
        passing = pull_will_pass(earlier, state.image)
    message = shown(earlier if waiting == "ImagePullBackOff" and earlier else said) or waiting
    values: dict[str, str | int] = {
        "pod": state.pod, "container": state.name, "image": shown(state.image, 200), "message": message,
    }  # fmt: skip
    if waiting in _BAD_IMAGE:
        return _sign(state, waiting, 0, reason("verify.image_invalid", **values))
    if passing:
        return _sign(state, "pull", None, reason("verify.image_pull_retrying", **values))
    if waiting == "ImagePullBackOff":
        return _sign(state, waiting, 0, reason("verify.image_pull", **values))
    return _sign(state, "pull", patience.first_pull, reason("verify.image_pull", **values))


def _ended(pod: Raw, state: ContainerState, end: Raw, delta: int) -> Sign | None:
    """A container that has ended at least once. Clean exits count only from the second restart: it was told to run on."""
    code, word = number(end, "exitCode"), text(end, "reason")
    values: dict[str, str | int] = {"pod": state.pod, "container": state.name, "code": code, "restarts": max(delta, 0)}
    if word in _NEVER_STARTS or (code in (126, 127) and delta >= 0 and (state.terminated or delta >= 1)):
        message = shown(text(end, "message") or text(state.waiting, "message")) or word or "-"
        return _sign(state, "start", 0, reason("verify.cannot_start", **values, message=message))
    if text(pod, "spec", "restartPolicy") == "Never" and state.terminated and code:
        return _sign(state, "ended", 0, reason("verify.ended", **values))
    if delta < 1 or (state.ready and not state.waiting):
        return None
    looping = text(state.waiting, "reason") == "CrashLoopBackOff"
    settled = 0 if (looping and code) or delta >= 2 else None
    if word == "OOMKilled":
        limit = memory_limit(pod, state.name)
        why = reason("verify.oom", **values, limit=limit) if limit else reason("verify.oom_unlimited", **values)
        return _sign(state, "oom", settled, why)
    return _sign(state, "crash", settled, reason("verify.crash", **values))


def memory_limit(pod: Raw, container: str) -> str:
    specs = objects(pod, "spec", "containers") + objects(pod, "spec", "initContainers")
    spec = next((spec for spec in specs if spec.get("name") == container), {})
    return text(spec, "resources", "limits", "memory")


def _scheduling(pod: Raw, events: Iterable[Raw], patience: Patience) -> Iterator[Sign]:
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") != "False" or scheduled.get("reason") != "Unschedulable":
        return
    said = {text(event, "reason") for event in events}
    wait = patience.scale_up if "TriggeredScaleUp" in said else patience.unschedulable
    if "NotTriggerScaleUp" in said:
        wait = 0
    why = reason("verify.unschedulable", pod=name_of(pod), message=shown(text(scheduled, "message")) or "-")
    yield Sign((uid_of(pod), "unschedulable"), wait, why, pod=name_of(pod))


def _mounts(pod: Raw, events: Iterable[Raw]) -> Iterator[Sign]:
    failed = [event for event in events if text(event, "reason") in ("FailedMount", "FailedAttachVolume")]
    if not failed or text(pod, "status", "phase") != "Pending":
        return
    message = text(failed[-1], "message")
    final = "not found" in message and sum(map(event_count, failed)) >= 2
    why = reason("verify.mount", pod=name_of(pod), message=shown(message))
    yield Sign((uid_of(pod), "mount"), 0 if final else None, why, pod=name_of(pod))


def controller_signs(
    controllers: Iterable[Raw], pods: Iterable[Raw], events: Iterable[Raw], *, patience: Patience
) -> Iterator[Sign]:
    """What the workload (and its newest ReplicaSet) says of pods it was not allowed to make. `events` are those since the
    change: StatefulSets and DaemonSets say it nowhere else."""
    pods, events = list(pods), list(events)
    counts = tuple(str(count) for count in (len(pods), sum(map(deleting, pods))))
    for controller in controllers:
        progress = tuple(str(number(controller, "status", name)) for name in ("updatedReplicas", "readyReplicas"))
        message = _refusal(controller, events)
        if message:
            yield _refused(controller, message, progress + counts, leaving=any(map(deleting, pods)), patience=patience)
    ended = [pod for pod in pods if text(pod, "status", "phase") == "Failed" and not deleting(pod)]
    if len(ended) >= _EVICTED_LIMIT:
        word = shown(text(ended[-1], "status", "reason"), 60) or "Failed"
        why = reason("verify.pods_ended", pod=name_of(ended[-1]), count=len(ended), state=word)
        yield Sign(("pods", "ended"), 0, why, pod=name_of(ended[-1]))


def _refusal(controller: Raw, events: Iterable[Raw]) -> str:
    failure = condition(controller, "ReplicaFailure")
    if failure.get("status") == "True":
        return text(failure, "message") or text(failure, "reason")
    if controller.get("kind") not in ("StatefulSet", "DaemonSet"):
        return ""
    failed = [
        event for event in events if text(event, "reason") == "FailedCreate" and concerns(event, (uid_of(controller),))
    ]
    missing = number(controller, "spec", "replicas", absent=1) > number(controller, "status", "replicas")
    if controller.get("kind") == "DaemonSet":
        status = mapping(controller, "status")
        missing = number(status, "desiredNumberScheduled") > number(status, "updatedNumberScheduled")
    return text(failed[-1], "message") if failed and missing else ""


def _refused(controller: Raw, message: str, progress: tuple[str, ...], *, leaving: bool, patience: Patience) -> Sign:
    said = shown(message)
    if _QUOTA in message:
        wait = patience.quota_while_leaving if leaving else patience.quota
        why = reason("verify.quota", message=said)
        return Sign((uid_of(controller), "quota", *progress), wait, why, result=Result.BLOCKED)
    return Sign((uid_of(controller), "refused", *progress), patience.refused, reason("verify.refused", message=said))
