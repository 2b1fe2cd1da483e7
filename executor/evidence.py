"""Masked lines that show why: container states, warnings, what a container said last."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from executor.errors import ClusterError, Invalid
from executor.fields import Raw, moment, name_of, text
from executor.happenings import concerns, event_line, newest
from executor.logrank import Ranked, rank
from executor.pods import containers, describe_state, is_ready
from executor.redact import mask_log
from executor.sight import Sight

_LOG_SECONDS = 5.0
_TAIL = 500
_AT_ONCE = 32 * 1024
"""Characters that hold up nobody."""
WHOLE_TAIL = 2000
"""Lines in which what matters may lie far up."""
MAX_STATES = 5
MAX_WARNINGS = 5
MAX_LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class ContainerLog:
    """What a container said, masked and ranked. `previous`: before its last restart."""

    pod: str
    container: str
    previous: bool
    ranked: Ranked

    @property
    def title(self) -> str:
        return f"logs {self.pod}/{self.container}" + (" --previous" if self.previous else "")


def state_lines(pods: Iterable[Raw], *, unready_only: bool = True) -> tuple[str, ...]:
    """The states of containers, unready ones first; of many, the first few."""
    found: list[tuple[bool, str]] = []
    for pod in pods:
        states = list(containers(pod))
        if not states and not is_ready(pod):
            found.append((False, f"{name_of(pod)}: {text(pod, 'status', 'phase') or 'Unknown'}"))
        finished = (state for state in states if not (state.role == "init" and state.terminated.get("exitCode") == 0))
        found += [(state.ready, describe_state(state)) for state in finished]
    wanted = [line for ready, line in sorted(found, key=lambda item: item[0]) if not (ready and unready_only)]
    return tuple(wanted[:MAX_STATES])


def warning_lines(events: Iterable[Raw], uids: Collection[str]) -> tuple[str, ...]:
    """The newest warnings about these objects, newest last."""
    mine = [event for event in events if concerns(event, uids)]
    return tuple(event_line(event) for event in newest(mine, MAX_WARNINGS, warnings=True))


def find_container(pod: Raw, name: str = "") -> tuple[str, bool, str]:
    """(container, whether it restarted, when it ended): the named one, or else the first that is not ready."""
    states = [state for state in containers(pod) if state.role != "ephemeral"]
    troubled = [state for state in states if not state.ready and not (state.role == "init" and state.terminated)]
    chosen = [state for state in states if state.name == name] or troubled or states
    if not chosen:
        return name, False, ""
    state = chosen[0]
    return state.name, state.restarts > 0 and not state.terminated, text(state.last_end, "finishedAt")


async def container_log(
    reader: Sight,
    namespace: str,
    pod: str,
    container: str,
    *,
    previous: bool,
    finished_at: str = "",
    tail: int = _TAIL,
) -> ContainerLog | None:
    """None when there is no log to be had; a diagnosis goes on without. A long one is masked and ranked beside the loop."""
    said = ""
    with suppress(ClusterError, TimeoutError):
        async with asyncio.timeout(_LOG_SECONDS):
            try:
                said = await reader.logs(namespace, pod, container=container, tail=tail, previous=previous)
            except Invalid:  # "previous terminated container not found": the node forgot it
                if not previous:
                    return None
                previous = False
                said = await reader.logs(namespace, pod, container=container, tail=tail)
    lines, _ = await mask_log(said)
    ranked = partial(rank, lines, finished_at=moment(finished_at))
    found = ranked() if len(said) <= _AT_ONCE else await asyncio.to_thread(ranked)
    return ContainerLog(pod, container, previous, found) if found.tail else None


def log_lines(log: ContainerLog, limit: int = MAX_LOG_LINES) -> tuple[str, ...]:
    """The newest lines in order; where the first error came earlier, that with its trace before them."""
    tail = log.ranked.tail[-limit:]
    if set(log.ranked.block) <= set(tail):
        return (f"{log.title}:", *tail)
    block = log.ranked.block[:limit]
    return (f"{log.title}:", *block, *tail[len(block) :])
