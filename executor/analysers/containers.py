"""Containers that do not run: images, references, commands, memory, crashes, probes."""

import re
from collections.abc import Iterator
from datetime import timedelta

from executor.analysers.situation import Situation, Suspicion, WantedLog
from executor.early import memory_limit, pull_errors, pull_will_pass
from executor.fields import Raw, field, moment, number, shown, text
from executor.operations import Events
from executor.pods import ContainerState
from executor.reason import reason

_DENIED = re.compile(r"denied|unauthorized|authentication|forbidden|no basic auth", re.IGNORECASE)
_ABSENT = re.compile(r"not found|manifest unknown|name unknown|does not exist|no match", re.IGNORECASE)
_PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")
_CREATING = ("CreateContainerError", "RunContainerError")
_NEVER_RAN = ("StartError", "ContainerCannotRun")
_RECENT = timedelta(minutes=10)
_SIGKILL, _SIGTERM = 137, 143


def container_suspicions(situation: Situation) -> Iterator[Suspicion]:
    pulls = pull_errors(situation.pods, situation.found.events, {})
    for pod, state in situation.states():
        waiting = text(state.waiting, "reason")
        if waiting in _PULLING:
            yield _image(situation, pod, state, pulls.get(state.key, ""))
        elif waiting == "CreateContainerConfigError":
            yield _config(situation, pod, state)
        elif waiting in _CREATING and not state.last_end:
            yield _cannot_start(situation, pod, state, text(state.waiting, "message"))
        elif state.last_end and _troubled(situation, pod, state):
            yield _ended(situation, pod, state)
        elif field(state.raw, "state", "running") is not None and not state.ready and state.role == "main":
            yield _not_ready(situation, pod, state)


def _troubled(situation: Situation, pod: Raw, state: ContainerState) -> bool:
    """An end long ago, or a good one, is no trouble; a container that is ready again only if it ended just now."""
    if state.terminated:
        finished = number(state.terminated, "exitCode") == 0 and text(pod, "spec", "restartPolicy") != "Always"
        return not finished and not (state.role == "init" and number(state.terminated, "exitCode") == 0)
    if not state.ready and state.role == "main":
        return state.restarts > 0
    at = moment(text(state.last_end, "finishedAt"))
    return bool(state.waiting) or (state.restarts > 0 and at is not None and situation.now - at < _RECENT)


def _image(situation: Situation, pod: Raw, state: ContainerState, earlier: str) -> Suspicion:
    waiting, said = text(state.waiting, "reason"), text(state.waiting, "message")
    message = earlier if waiting == "ImagePullBackOff" and earlier else said
    bare = message.replace(state.image, "") if state.image else message
    code, confidence = "triage.image_pull", 0.8
    if waiting in ("InvalidImageName", "ErrImageNeverPull"):
        code, confidence = "triage.image_invalid", 0.95
    elif pull_will_pass(message, state.image):
        code = "triage.image_network"
    elif _ABSENT.search(bare) and not _DENIED.search(bare):
        code, confidence = "triage.image_missing", 0.95
    elif _DENIED.search(bare):
        code, confidence = "triage.image_denied", 0.9
    values = {"image": shown(state.image, 200), "message": shown(message) or waiting, "container": state.name}
    return Suspicion(
        90,
        reason(code, **values),
        situation.target,
        confidence,
        evidence=(*situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=situation.look_at(pod),
        alike=(code, state.name, state.image),
        pod=pod,
    )


def _config(situation: Situation, pod: Raw, state: ContainerState) -> Suspicion:
    message = shown(text(state.waiting, "message")) or "CreateContainerConfigError"
    return Suspicion(
        90,
        reason("triage.config", container=state.name, message=message),
        situation.target,
        0.95,
        evidence=(*situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=situation.look_at(pod),
        alike=("config", state.name, message),
        pod=pod,
    )


def _cannot_start(situation: Situation, pod: Raw, state: ContainerState, message: str) -> Suspicion:
    told = shown(message) or text(state.waiting, "reason") or "-"
    code = number(state.last_end, "exitCode")
    return Suspicion(
        88,
        reason("triage.cannot_start", container=state.name, code=code, message=told),
        situation.target,
        0.9,
        evidence=(*situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=situation.look_at(pod, state.name, previous=state.restarts > 0),
        log=_log_of(state),
        alike=("start", state.name, str(code)),
        pod=pod,
    )


def _ended(situation: Situation, pod: Raw, state: ContainerState) -> Suspicion:
    end = state.last_end
    code, word = number(end, "exitCode"), text(end, "reason")
    if word in _NEVER_RAN or code in (126, 127):
        return _cannot_start(situation, pod, state, text(end, "message") or text(state.waiting, "message"))
    probe = _probe(situation, pod, "Liveness") if code in (_SIGKILL, _SIGTERM) and word != "OOMKilled" else ""
    values: dict[str, str | int] = {"container": state.name, "code": code, "restarts": state.restarts}
    limit = memory_limit(pod, state.name)
    weight, confidence = 80, 0.85
    if word == "OOMKilled":
        weight, confidence = 85, 0.95
        cause = reason("triage.oom", **values, limit=limit) if limit else reason("triage.oom_unlimited", **values)
    elif probe:
        cause = reason("triage.liveness", container=state.name, restarts=state.restarts, message=probe)
    elif code == 0:
        cause, confidence = reason("triage.exits", container=state.name, restarts=state.restarts), 0.8
    elif code == _SIGKILL:
        cause, confidence = reason("triage.killed", **values), 0.6
    else:
        cause = reason("triage.crash", **values)
    if state.role == "init":
        cause = reason("triage.init_crash", **values)
    return Suspicion(
        weight if not state.ready else weight - 40,
        cause,
        situation.target,
        confidence if not state.ready else confidence - 0.3,
        evidence=(*situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=(*situation.begin_anew(pod), *situation.look_at(pod, state.name, previous=not state.terminated)),
        log=_log_of(state),
        alike=(cause.code, state.name, str(code)),
        pod=pod,
    )


def _log_of(state: ContainerState) -> WantedLog:
    """What it said before it ended: the previous container's log unless the end is the present state."""
    previous = state.restarts > 0 and not state.terminated
    return WantedLog(state.pod, state.name, previous, text(state.last_end, "finishedAt"))


def _not_ready(situation: Situation, pod: Raw, state: ContainerState) -> Suspicion:
    probe = _probe(situation, pod, "")
    cause = reason("triage.not_ready", container=state.name)
    if probe:
        cause = reason("triage.probe", container=state.name, message=probe)
    return Suspicion(
        55,
        cause,
        situation.target,
        0.8 if probe else 0.4,
        evidence=(*situation.event_evidence(pod), *situation.state_evidence(pod)),
        next_steps=(
            *situation.begin_anew(pod),
            *situation.look_at(pod, state.name),
            Events(target=situation.pod_target(pod), namespace=situation.target.namespace),
        ),
        log=WantedLog(state.pod, state.name, previous=False),
        alike=(cause.code, state.name),
        pod=pod,
    )


def _probe(situation: Situation, pod: Raw, kind: str) -> str:
    """The newest failed probe's message; "" where none is known."""
    said = [text(event, "message") for event in situation.events_of(pod, named=("Unhealthy",))]
    mine = [message for message in said if message.startswith(kind)]
    return shown(mine[-1]) if mine else ""
