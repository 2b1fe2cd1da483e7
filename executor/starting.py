"""Pods that began a moment ago: not ready yet, and nothing speaks against them."""

from datetime import datetime, timedelta

from executor.fields import Raw, condition, deleting, mapping, moment, number, objects, text
from executor.pods import ContainerState, containers, is_ready

_GRACE = timedelta(seconds=60)
_BEGINNING = ("", "ContainerCreating", "PodInitializing")


def is_starting(pod: Raw, now: datetime) -> bool:
    """Whether it is on its way and has had no time yet to show that something is wrong."""
    if deleting(pod) or is_ready(pod) or text(pod, "status", "phase") not in ("Pending", "Running"):
        return False
    if condition(pod, "PodScheduled").get("status") == "False":
        return False
    states = [state for state in containers(pod) if state.role != "ephemeral"]
    late = not states and not _lately(pod, text(pod, "metadata", "creationTimestamp"), now)
    return not late and all(container_starts(pod, state, now) for state in states)


def container_starts(pod: Raw, state: ContainerState, now: datetime) -> bool:
    """The same of one container; one that is ready, or an init container that is done, is in nobody's way."""
    if state.ready or (state.role == "init" and state.terminated and number(state.terminated, "exitCode") == 0):
        return True
    if state.restarts or state.terminated or text(state.waiting, "reason") not in _BEGINNING:
        return False
    began = text(state.raw, "state", "running", "startedAt") or text(pod, "metadata", "creationTimestamp")
    return _lately(pod, began, now)


def _lately(pod: Raw, stamp: str, now: datetime) -> bool:
    began = moment(stamp)
    return began is not None and now - began < _GRACE + _asked_for(pod)


def _asked_for(pod: Raw) -> timedelta:
    """The time that its probes give it, the most patient container's."""
    longest = 0
    for spec in objects(pod, "spec", "containers"):
        startup = mapping(spec, "startupProbe")
        seconds = number(spec, "readinessProbe", "initialDelaySeconds") + number(startup, "initialDelaySeconds")
        if startup:
            seconds += number(startup, "failureThreshold", absent=3) * number(startup, "periodSeconds", absent=10)
        longest = max(longest, seconds)
    return timedelta(seconds=min(longest, 3600))
