"""One thing that fires: of one name, about one workload, however many pods say so. All of its text is masked, and data (I8, I9)."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from bot.deliveries import stable_id
from executor.reason import Frozen

Source = Literal["alertmanager", "events", "steward"]
Quiet = Literal["", "silenced", "inhibited", "muted", "told"]
"""Why it fires and is not told: by a silence or an inhibition of Alertmanager's, by a mute in chat, or because the card of another
alert about the same workload tells of it."""
Severity = Literal["critical", "warning", "info"]
WORST: tuple[Severity, ...] = ("critical", "warning", "info")

MOST_LABELS = 40
MOST_LINES = 8
MOST_NAMES = 3
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
"""The characters of Kubernetes' generated names: no vowels, and nothing that looks like another one."""
_OF_REPLICA_SET = re.compile(rf"(?P<name>.+)-{_RANDOM}{{6,10}}-{_RANDOM}{{5}}")
_OF_SET = re.compile(rf"(?P<name>.+)-(?:{_RANDOM}{{5}}|\d{{1,4}})")


class Place(Frozen):
    """What it is about, as far as it was said. `kind` is "" for some workload of that name."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    pod: str = ""
    """One of the pods that are meant."""

    def __str__(self) -> str:
        word = f"{self.kind.lower()}/{self.name}" if self.kind else self.name
        return f"{word} ({self.namespace})" if word and self.namespace else word or self.namespace


class Link(Frozen):
    """Where the alert itself points to: its runbook, or the query that made it. Others' words; a plain web address."""

    kind: Literal["runbook", "source"]
    url: str


class Alert(Frozen):
    source: Source
    key: str
    name: str
    severity: Severity = "warning"
    place: Place = Place()
    summary: str = ""
    detail: str = ""
    since: datetime
    count: int = 1
    labels: tuple[str, ...] = ()
    """`name=value`, those that all of its members share."""
    lines: tuple[str, ...] = ()
    """What the cluster said about it, oldest first."""
    links: tuple[Link, ...] = ()
    quiet: Quiet = ""
    mute: str = ""
    """The code of the mute that keeps it quiet, where one does."""


def key_of(source: Source, name: str, place: Place) -> str:
    """A hash: names may hold what must not be kept in clear."""
    return stable_id("alert", source, name, place.namespace, place.kind, place.name)


def workload_of(pod: str) -> str:
    """The name of the workload that made a pod, from its name alone: the pod may be gone, and the group must stay the same one when
    the cluster cannot be asked."""
    found = _OF_REPLICA_SET.fullmatch(pod) or _OF_SET.fullmatch(pod)
    return found["name"] if found else pod


def grouped(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """One for each key, the worst first. Members that are kept quiet count only in a group that has no others."""
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.key, []).append(alert)
    return tuple(sorted(map(_merged, groups.values()), key=lambda one: (WORST.index(one.severity), one.since, one.key)))


def _merged(members: list[Alert]) -> Alert:
    members = [one for one in members if not one.quiet] or members
    members = sorted(
        members, key=lambda one: (WORST.index(one.severity), one.name, one.since, one.place.pod, one.summary)
    )
    shared = set(members[0].labels).intersection(*(one.labels for one in members))
    named = next((one.place for one in members if one.place.kind), members[0].place)
    lines = dict.fromkeys(line for one in members for line in one.lines)
    return members[0].model_copy(
        update={
            "name": _named(dict.fromkeys(one.name for one in members)),
            "place": named.model_copy(update={"pod": next((one.place.pod for one in members if one.place.pod), "")}),
            "since": min(one.since for one in members),
            "count": sum(one.count for one in members),
            "labels": tuple(label for label in members[0].labels if label in shared)[:MOST_LABELS],
            "lines": tuple(lines)[-MOST_LINES:],
            "links": next((one.links for one in members if one.links), ()),
        }
    )


def _named(names: Iterable[str]) -> str:
    """`KubePodCrashLooping + KubePodNotReady`."""
    several = [*names]
    more = len(several) - MOST_NAMES
    return " + ".join(several[:MOST_NAMES]) + (f" (+{more})" if more > 0 else "")
