"""What the cluster itself warns of: Warning events that go on, grouped by workload and reason.

One warning is nothing: probes fail while a pod starts. What has been said several times over some minutes, and lately, fires.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, Place, grouped, key_of, workload_of
from executor.fields import Raw, moment, shown, text
from executor.happenings import LONG_AGO, event_count, event_line, event_time, is_warning

GOES_ON = timedelta(minutes=2)
"""From the first to the last of them."""
LEAST = 3
QUIET = timedelta(minutes=10)
"""Recorders hold repeated events back for minutes (client-go: one in five minutes after a burst)."""
_SEVERE = frozenset({"BackOff", "FailedScheduling", "FailedMount", "FailedAttachVolume", "Evicted", "NodeNotReady"})


def firing(events: Iterable[Raw], now: datetime) -> tuple[Alert, ...]:
    """The groups that go on now."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    alerts: list[Alert] = []
    for event in sorted((each for each in events if is_warning(each)), key=event_time):
        alert, last = _alert(event), event_time(event)
        if last == LONG_AGO:
            continue
        before = spans.get(alert.key, (alert.since, last))
        spans[alert.key] = (min(before[0], alert.since), max(before[1], last))
        alerts.append(alert)
    return tuple(one for one in grouped(alerts) if one.count >= LEAST and _goes_on(*spans[one.key], now))


def _goes_on(first: datetime, last: datetime, now: datetime) -> bool:
    return last - first >= GOES_ON and now - last <= QUIET


def _alert(event: Raw) -> Alert:
    cause, place = text(event, "reason"), _place(event)
    last = event_time(event)
    first = moment(text(event, "firstTimestamp")) or moment(text(event, "eventTime")) or last
    return Alert(
        source="events",
        key=key_of("events", cause, place),
        name=shown(cause, 120),
        severity="critical" if cause in _SEVERE else "warning",
        place=Place(**{part: shown(said, 260) for part, said in place.model_dump().items()}),
        summary=shown(text(event, "message"), 400),
        since=min(first, last),
        count=event_count(event),
        lines=(event_line(event),),
    )


def _place(event: Raw) -> Place:
    kind, name = text(event, "involvedObject", "kind"), text(event, "involvedObject", "name")
    namespace = text(event, "involvedObject", "namespace")
    if kind == "Pod":
        return Place(name=workload_of(name), namespace=namespace, pod=name)
    if kind == "ReplicaSet":
        return Place(name=workload_of(f"{name}-zzzzz"), namespace=namespace)
    return Place(kind=kind, name=name, namespace=namespace if kind != "Node" else "")
