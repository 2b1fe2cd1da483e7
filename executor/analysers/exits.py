"""Containers that end: crashes, memory, signals, commands that are not there."""

import re
from collections.abc import Iterator
from datetime import timedelta

from executor.analysers.probes import failed_probe
from executor.analysers.situation import Situation, Suspicion, WantedLog, fields
from executor.early import memory_limit
from executor.fields import Raw, moment, number, objects, shown, text, texts
from executor.kinds import WORKLOADS
from executor.operations import Operation, Patch, canonical
from executor.pods import ContainerState
from executor.reason import Reason, reason

_CREATING = ("CreateContainerError", "RunContainerError")
_NEVER_RAN = ("StartError", "ContainerCannotRun")
_AMOUNT = re.compile(r"(?P<number>\d{1,12})(?P<unit>[KMGT]i?|[km]?)")
_RECENT = timedelta(minutes=10)
_SIGKILL, _SIGTERM = 137, 143
_MEANINGS = {126: "command_forbidden", 127: "command_missing"}
_WORDED = (
    (re.compile(r"executable file not found|no such file or directory", re.IGNORECASE), "command_missing"),
    (re.compile(r"permission denied", re.IGNORECASE), "command_forbidden"),
    (re.compile(r"exec format error", re.IGNORECASE), "wrong_platform"),
)
_SIGNALS = {134: "aborted", 139: "segfault", _SIGKILL: "killed", _SIGTERM: "terminated"}
TOLD_BY_LOGS = ("triage.crash", "triage.init_crash", "triage.killed", "triage.terminated")
"""Causes that the container's own words make plain."""


def exit_suspicions(situation: Situation) -> Iterator[Suspicion]:
    for pod, state in situation.states():
        if text(state.waiting, "reason") in _CREATING and not state.last_end:
            yield _cannot_start(situation, pod, state, text(state.waiting, "message"))
        elif state.last_end and not _told_otherwise(state) and _troubled(situation, pod, state):
            yield _ended(situation, pod, state)


def _told_otherwise(state: ContainerState) -> bool:
    """It waits for something else now than for its next start."""
    waiting = text(state.waiting, "reason")
    return waiting == "CreateContainerConfigError" or "Image" in waiting


def _troubled(situation: Situation, pod: Raw, state: ContainerState) -> bool:
    """An end long ago, or a good one, is no trouble; a container that is ready again only if it ended just now."""
    if state.terminated:
        finished = number(state.terminated, "exitCode") == 0 and text(pod, "spec", "restartPolicy") != "Always"
        return not finished and not (state.role == "init" and number(state.terminated, "exitCode") == 0)
    if not state.ready and state.role == "main":
        return state.restarts > 0
    at = moment(text(state.last_end, "finishedAt"))
    return bool(state.waiting) or (state.restarts > 0 and at is not None and situation.now - at < _RECENT)


def _cannot_start(situation: Situation, pod: Raw, state: ContainerState, message: str) -> Suspicion:
    told = shown(message) or text(state.waiting, "reason") or "-"
    code = number(state.last_end, "exitCode")
    meaning = next((word for pattern, word in _WORDED if pattern.search(message)), _MEANINGS.get(code, "cannot_start"))
    return Suspicion(
        88,
        reason(f"triage.{meaning}", container=state.name, code=code, message=told),
        situation.target,
        0.9,
        evidence=(
            *fields(_command(pod, state.name)),
            *situation.state_evidence(pod),
            *situation.event_evidence(pod),
        ),
        next_steps=situation.look_at(pod, state.name, previous=state.restarts > 0),
        log=_log_of(state),
        alike=("start", state.name, str(code)),
        pod=pod,
    )


def _command(pod: Raw, container: str) -> str:
    """What the container is told to run; "" where the image decides."""
    specs = objects(pod, "spec", "containers") + objects(pod, "spec", "initContainers")
    spec = next((spec for spec in specs if spec.get("name") == container), {})
    words = [*texts(spec, "command"), *texts(spec, "args")]
    return f"spec.containers[{container}].command: {' '.join(words)}" if words else ""


def _ended(situation: Situation, pod: Raw, state: ContainerState) -> Suspicion:
    end = state.last_end
    code, word = number(end, "exitCode"), text(end, "reason")
    if word in _NEVER_RAN or code in _MEANINGS:
        return _cannot_start(situation, pod, state, text(end, "message") or text(state.waiting, "message"))
    weight, confidence, cause = _cause(situation, pod, state)
    limit = memory_limit(pod, state.name)
    if word == "OOMKilled":
        told = fields(f"spec.containers[{state.name}].resources.limits.memory: {limit or '-'}")
    else:
        told = fields(_command(pod, state.name)) if cause.code == "triage.exits" else ()
    return Suspicion(
        weight if not state.ready else weight - 40,
        cause,
        situation.target,
        confidence if not state.ready else confidence - 0.3,
        evidence=(*told, *situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=(
            *_room(situation, state, limit),
            *situation.begin_anew(pod),
            *situation.look_at(pod, state.name, previous=not state.terminated),
        ),
        log=_log_of(state),
        alike=(cause.code, state.name, str(code)),
        pod=pod,
    )


def _room(situation: Situation, state: ContainerState, limit: str) -> tuple[Operation, ...]:
    """Twice the memory for a container that was killed for its limit."""
    found = _AMOUNT.fullmatch(limit)
    killed = text(state.last_end, "reason") == "OOMKilled" and state.role == "main"
    if not killed or found is None or situation.target.kind not in WORKLOADS:
        return ()
    limits = {"limits": {"memory": f"{2 * int(found['number'])}{found['unit']}"}}
    spec = {"containers": [{"name": state.name, "resources": limits}]}
    body = canonical({"spec": {"template": {"spec": spec}}})
    return (Patch(target=situation.target, patch_type="strategic", body=body),)


def _cause(situation: Situation, pod: Raw, state: ContainerState) -> tuple[int, float, Reason]:
    """(weight, confidence, cause)."""
    code, word = number(state.last_end, "exitCode"), text(state.last_end, "reason")
    values: dict[str, str | int] = {"container": state.name, "code": code, "restarts": state.restarts}
    if word == "OOMKilled":
        limit = memory_limit(pod, state.name)
        return (
            85,
            0.95,
            reason("triage.oom", **values, limit=limit) if limit else reason("triage.oom_unlimited", **values),
        )
    if state.role == "init" and code not in (_SIGKILL, _SIGTERM):
        return 80, 0.85, reason("triage.init_crash", **values)
    if code in (_SIGKILL, _SIGTERM):
        for kind in ("Liveness", "Startup"):
            if probe := failed_probe(situation, pod, kind):
                values = {"container": state.name, "restarts": state.restarts, "message": probe}
                return 80, 0.85, reason(f"triage.{kind.lower()}", **values)
    if state.role == "init":
        return 80, 0.85, reason("triage.init_crash", **values)
    if code == 0:
        return 80, 0.8, reason("triage.exits", container=state.name, restarts=state.restarts)
    if code in _SIGNALS:
        return 80, 0.6 if code in (_SIGKILL, _SIGTERM) else 0.85, reason(f"triage.{_SIGNALS[code]}", **values)
    return 80, 0.85, reason("triage.crash", **values)


def _log_of(state: ContainerState) -> WantedLog:
    """What it said before it ended: the previous container's log unless the end is the present state."""
    previous = state.restarts > 0 and not state.terminated
    return WantedLog(state.pod, state.name, previous, text(state.last_end, "finishedAt"))
