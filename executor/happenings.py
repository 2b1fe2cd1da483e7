"""Kubernetes events: when they happened, whom they concern, how they read in one line.

An event proves that something happened; its absence proves nothing (recorders drop them, and they expire after an hour).
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from executor.fields import Raw, field, mapping, moment, number, shown, text

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def event_time(event: Raw) -> datetime:
    """When it was last seen, in the order in which `kubectl events` looks for it."""
    for stamp in (
        text(event, "series", "lastObservedTime"),
        text(event, "lastTimestamp"),
        text(event, "eventTime"),
        text(event, "metadata", "creationTimestamp"),
    ):
        if (at := moment(stamp)) is not None:
            return at
    return LONG_AGO


def event_count(event: Raw) -> int:
    return max(number(event, "series", "count"), number(event, "count"), 1)


def is_warning(event: Raw) -> bool:
    return event.get("type") == "Warning"


def concerns(event: Raw, uids: Collection[str]) -> bool:
    """By uid, so that the events of a predecessor with the same name are left out."""
    return text(event, "involvedObject", "uid") in uids


def about(event: Raw) -> str:
    """`pod/web-x`."""
    return f"{text(event, 'involvedObject', 'kind').lower()}/{text(event, 'involvedObject', 'name')}"


def event_line(event: Raw) -> str:
    """One masked line: `Warning BackOff pod/web-x (x3): Back-off restarting failed container`."""
    count = event_count(event)
    times = f" (x{count})" if count > 1 else ""
    kind = text(event, "type") or "Normal"
    return f"{kind} {text(event, 'reason')} {about(event)}{times}: {shown(text(event, 'message'))}"


def merged(events: Iterable[Raw]) -> tuple[Raw, ...]:
    """Events that say the same of the same object as one: the newest, with their counts together."""
    kept: dict[tuple[str, str, str], Raw] = {}
    for event in sorted(events, key=event_time):
        key = (text(event, "involvedObject", "uid"), text(event, "reason"), text(event, "message"))
        before = kept.pop(key, None)
        count = event_count(event) + (event_count(before) if before is not None else 0)
        kept[key] = {**event, "count": count, "series": {**mapping(event, "series"), "count": count}}
    return tuple(kept.values())


def newest(events: Iterable[Raw], limit: int, *, warnings: bool = False) -> list[Raw]:
    """The newest events that differ, oldest of them first. Equal reasons about equal objects are one: the newest."""
    kept: dict[tuple[str, str, str], Raw] = {}
    for event in sorted(events, key=event_time):
        if warnings and not is_warning(event):
            continue
        key = (str(field(event, "involvedObject", "uid")), text(event, "reason"), text(event, "message")[:80])
        kept.pop(key, None)
        kept[key] = event
    return list(kept.values())[-limit:]
