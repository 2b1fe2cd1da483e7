"""What the cluster itself warns of: Warning events that go on, grouped by the workload that they are about.

One warning is nothing: probes fail while a pod starts. What has been said several times over some minutes, and lately, fires. A pod
whose image cannot be pulled is warned of as Failed, as BackOff and as Unhealthy: that is one story, and one card.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, Place, grouped, key_of, workload_of
from bot.alerts.labels import family
from executor.fields import Raw, moment, shown, text
from executor.happenings import LONG_AGO, event_count, event_line, event_time, is_warning

GOES_ON = timedelta(minutes=2)
"""From the first to the last of them."""
LEAST = 3
QUIET = timedelta(minutes=10)
"""Recorders hold repeated events back for minutes (client-go: one in five minutes after a burst)."""
MOST_NAMED = 3
_SEVERE = frozenset({"BackOff", "FailedScheduling", "FailedMount", "FailedAttachVolume", "Evicted", "NodeNotReady"})
_NOISE = frozenset(
    {
        "DNSConfigForming",
        "FailedToRetrieveImagePullSecret",
        "FailedToUpdateEndpoint",
        "FailedToUpdateEndpointSlices",
        "InvalidDiskCapacity",
        "MissingClusterDNS",
        "PolicyViolation",
    }
)
"""What healthy clusters warn of for weeks: nobody is woken by it. What does not work because of it has other events."""


def firing(events: Iterable[Raw], now: datetime) -> tuple[Alert, ...]:
    """The groups that go on now, each named after its reasons."""
    told: dict[tuple[str, str], list[Alert]] = {}
    spans: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for event in sorted((each for each in events if is_warning(each)), key=event_time):
        alert, last = _alert(event), event_time(event)
        if last == LONG_AGO or alert.name in _NOISE:
            continue
        one = (alert.key, alert.name)
        before = spans.get(one, (alert.since, last))
        spans[one] = (min(before[0], alert.since), max(before[1], last))
        told.setdefault(one, []).append(alert)
    on = {
        one: members
        for one, members in told.items()
        if sum(each.count for each in members) >= LEAST and _goes_on(*spans[one], now)
    }
    groups = grouped(alert for members in on.values() for alert in members)
    return tuple(each.model_copy(update={"name": _named(each.key, on)}) for each in groups)


def _named(key: str, on: Iterable[tuple[str, str]]) -> str:
    """`BackOff + Unhealthy`: the severe ones first, and in the same order each time."""
    reasons = sorted((cause for one, cause in on if one == key), key=lambda cause: (cause not in _SEVERE, cause))
    more = len(reasons) - MOST_NAMED
    return " + ".join(reasons[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


def _goes_on(first: datetime, last: datetime, now: datetime) -> bool:
    return last - first >= GOES_ON and now - last <= QUIET


def _alert(event: Raw) -> Alert:
    cause, place = text(event, "reason"), _place(event)
    last = event_time(event)
    first = moment(text(event, "firstTimestamp")) or moment(text(event, "eventTime")) or last
    return Alert(
        source="events",
        key=key_of("events", "", family(place)),
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
