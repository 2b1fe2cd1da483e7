"""What a mute is about: labels that an alert has, or has not. No patterns: a mute says exactly what it keeps quiet."""

from collections.abc import Iterable, Sequence

from bot.alerts.alert import Alert
from bot.brain.planner import Matcher


def fits(matchers: Sequence[Matcher], alert: Alert) -> bool:
    """All of them, as in Alertmanager: a label that is not there is an empty one."""
    said = labels_of(alert)
    names = {name.partition(" (+")[0] for name in alert.name.split(" + ")}  # of a group with several

    def holds(each: Matcher) -> bool:
        return each.value in names if each.label == "alertname" else said.get(each.label, "") == each.value

    return all(holds(each) is each.equal for each in matchers)


def labels_of(alert: Alert) -> dict[str, str]:
    """Its own, and what it is about in the same words, so that a Warning event can be named like an alert."""
    place = alert.place
    about = {"severity": alert.severity, "namespace": place.namespace, "workload": place.name, "pod": place.pod}
    if alert.source == "events":
        about["reason"] = alert.name.partition(" + ")[0]
    if place.kind:
        about[place.kind.lower()] = place.name
    own = dict(label.partition("=")[::2] for label in alert.labels)
    return {**about, **own, "alertname": alert.name}


def worded(matchers: Iterable[Matcher]) -> str:
    """`alertname=HighLatency,namespace!=test`: can be typed again."""
    return ",".join(f"{each.label}{'=' if each.equal else '!='}{each.value}" for each in matchers)
