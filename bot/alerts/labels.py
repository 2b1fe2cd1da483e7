"""From an alert's labels, as kube-prometheus writes them, to what it is about. Labels and annotations are others' words: data (I8).

An exporter's own `pod` and `namespace` stay where they are when it scrapes with `honorLabels: false`; what it tells of is then in
`exported_pod`. `job` is always the name of a scrape, never a Job.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.alerts.alert import Alert, Link, Place, Quiet, Severity, key_of, workload_of
from cards.markdown import is_address
from executor.fields import shown
from executor.names import valid_name
from executor.redact import mask

LONGEST_TEXT = 400
LONGEST_DETAIL = 2000
LONGEST_URL = 1000
_WORDS: dict[Severity, frozenset[str]] = {
    "critical": frozenset({"critical", "crit", "page", "emergency", "error", "fatal", "high", "p0", "p1"}),
    "info": frozenset({"info", "informational", "notice", "low", "p4"}),
}
_KINDS = (
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("cronjob", "CronJob"),
    ("job_name", "Job"),
    ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("poddisruptionbudget", "PodDisruptionBudget"),
    ("resourcequota", "ResourceQuota"),
)
"""Labels of kube-state-metrics and the kubelet, the nearest to the fault first."""
_OF_NODES = frozenset({"node-exporter", "node_exporter", "prometheus-node-exporter"})
"""Scrapes whose pods are never what is meant: they tell of the machine they run on."""
_NOT_UP = frozenset(
    {
        "KubeContainerWaiting",
        "KubeDaemonSetRolloutStuck",
        "KubeDeploymentReplicasMismatch",
        "KubeDeploymentRolloutStuck",
        "KubePodCrashLooping",
        "KubePodNotReady",
        "KubeStatefulSetReplicasMismatch",
        "KubeStatefulSetUpdateNotRolledOut",
    }
)
"""In how many ways kube-prometheus says of one workload that it does not come up: one story, and one card."""
_RUN = re.compile(r"-\d{8,10}$")
"""What a CronJob's controller puts behind the name of each of its Jobs: the minutes since 1970."""


def alert_of(
    labels: Mapping[str, str], annotations: Mapping[str, str], since: datetime, *, source: str = "", quiet: Quiet = ""
) -> Alert:
    """`source` is where the alert says it was made (`generatorURL`)."""
    name, place = labels.get("alertname", ""), place_of(labels)
    summary = annotations.get("summary") or annotations.get("message") or annotations.get("description") or ""
    detail = annotations.get("description") or annotations.get("message") or ""
    links = (("runbook", annotations.get("runbook_url", "")), ("source", source))
    return Alert(
        source="alertmanager",
        key=key_of("alertmanager", *_story(name, place)),
        name=shown(name, 120),
        severity=_severity(labels.get("severity", "")),
        place=Place(**{part: shown(said, 260) for part, said in place.model_dump().items()}),
        summary=shown(summary, LONGEST_TEXT),
        detail=mask(detail).text[:LONGEST_DETAIL] if detail != summary else "",
        since=since,
        labels=tuple(shown(f"{label}={value}", 200) for label, value in sorted(labels.items()) if label != "alertname"),
        links=tuple(Link(kind=kind, url=url) for kind, url in links if harmless(url)),
        quiet=quiet,
    )


def _story(name: str, place: Place) -> tuple[str, Place]:
    if name in _NOT_UP and place.name:
        return "not-up", Place(name=place.name, namespace=place.namespace)
    return name, family(place)


def place_of(labels: Mapping[str, str]) -> Place:
    def said(label: str) -> str:
        return labels.get(f"exported_{label}") or labels.get(label, "")

    namespace, pod, node = said("namespace"), said("pod"), said("node")
    if labels.get("job", "") in _OF_NODES:
        host = node or labels.get("instance", "").partition(":")[0]
        return Place(kind="Node", name=host) if valid_name(host) else Place()
    for label, kind in _KINDS:
        if name := said(label):
            return Place(kind=kind, name=name, namespace=namespace)
    if replica_set := said("replicaset"):
        return Place(name=workload_of(f"{replica_set}-zzzzz"), namespace=namespace, pod=pod)
    if pod:
        return Place(name=workload_of(pod), namespace=namespace, pod=pod)
    if node:
        return Place(kind="Node", name=node)
    return Place(namespace=namespace)


def family(place: Place) -> Place:
    """What stays the same from one run of a CronJob to the next: all of its failed Jobs are one story."""
    return place.model_copy(update={"name": _RUN.sub("", place.name)}) if place.kind in ("", "Job") else place


def harmless(url: str) -> bool:
    """Whether a link of somebody else's may be offered: a plain web address without credentials in it."""
    return len(url) <= LONGEST_URL and is_address(url) and "@" not in url.partition("?")[0] and mask(url).text == url


def _severity(said: str) -> Severity:
    return next((severity for severity, words in _WORDS.items() if said.lower() in words), "warning")
