"""Pods with what their containers do now and how they ended last, the worst first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from executor.ages import age
from executor.fields import Raw, moment, name_of, text
from executor.kinds import kind_named
from executor.looks.telling import rows, told
from executor.pods import containers, describe_state, is_ready, ready_count, restart_count, status_word
from executor.sight import Sight, Sparing
from executor.tables import age_of, images_of

_POD = kind_named("Pod")
_MOST = 40
_MOST_STATES = 3
_LATELY = timedelta(minutes=10)
_WELL = ("Running", "Completed", "Succeeded")


async def pods(sight: Sight, namespace: str | None, selector: str = "") -> tuple[tuple[str, ...], tuple[Raw, ...]]:
    """The lines, and the pods that they show. Raises Forbidden, Unreachable, Invalid (for a selector that is none)."""
    reader = Sparing(sight)
    found = (await reader.list(_POD, namespace, labels=selector)).items
    now = datetime.now(UTC)
    ordered = sorted(found, key=lambda pod: (_is_well(pod), -restart_count(pod), name_of(pod)))
    lines = [line for pod in ordered for line in ["\n".join(_pod(pod, now))]]
    return told(reader, rows("pods", lines, _MOST)), tuple(ordered[:_MOST])


def _is_well(pod: Raw) -> bool:
    return status_word(pod) in _WELL and (is_ready(pod) or text(pod, "status", "phase") == "Succeeded")


def _pod(pod: Raw, now: datetime) -> Iterator[str]:
    where = text(pod, "metadata", "namespace")
    yield (
        f"{where}/{name_of(pod)} {status_word(pod)} {ready_count(pod)} restarts {restart_count(pod)}{_lately(pod, now)}"
        f", node {text(pod, 'spec', 'nodeName') or '-'}, age {age_of(pod, now)}, image {images_of(pod)[:200]}"
    )
    if not _is_well(pod):
        states = [state for state in containers(pod) if not (state.ready or state.terminated.get("exitCode") == 0)]
        yield from (f"    {describe_state(state)}" for state in states[:_MOST_STATES])


def _lately(pod: Raw, now: datetime) -> str:
    """Whether restarts are of today or of last month: when a container ended last, if that was just now."""
    ends = [moment(text(state.last_end, "finishedAt")) for state in containers(pod) if state.restarts]
    newest = max((end for end in ends if end is not None), default=None)
    return f" (last {age(now - newest)} ago)" if newest is not None and now - newest < _LATELY else ""
