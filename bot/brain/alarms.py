"""What people paste when something is wrong: an alert with its labels, a row of `get pods`, a line of `get events`.

None of them is a sentence, and none asks for more than a look: whatever else such text says, it never becomes a change.
"""

import re
from collections.abc import Iterator

from bot.brain.planner import Clarify, Diagnose, Plan
from bot.brain.wording import diagnosis, pod_like
from executor.names import valid_name, valid_namespace
from executor.operations import Target
from executor.reason import reason

_LABEL = re.compile(
    r"([A-Za-z_]{2,20}|[\u4e00-\u9fff]{2,6})[ \t]{0,2}(?:[=:]|：)[ \t]{0,2}[\"“]?([^\s,，;；\"”{}]{1,253})"
)
_TITLE = re.compile(r"\[FIRING(?::\d{1,4})?\][^(]{1,200}\(([^()]{1,300})\)")
_INVOLVED = re.compile(r"\bin pod ([a-z0-9.-]{1,253})_([a-z0-9-]{1,63})\b")
_READY = re.compile(r"\d{1,4}/\d{1,4}", re.ASCII)
_ALARMED = ("firing", "alertname", "severity", "告警", "报警")
_OVER = ("resolved", "已恢复", "恢复正常")
_SOUND = frozenset({"Running", "Completed", "Succeeded"})
_OBJECTS = {
    "pod": "Pod", "pod_name": "Pod", "容器组": "Pod", "deployment": "Deployment", "statefulset": "StatefulSet",
    "daemonset": "DaemonSet", "job_name": "Job", "service": "", "app": "", "workload": "", "服务": "", "应用": "",
    "服务名": "", "应用名": "", "服务名称": "", "应用名称": "", "node": "Node", "节点": "Node",
}  # fmt: skip
"""Labels that name the thing itself, the nearest to the fault first."""
_NAMESPACES = ("namespace", "ns", "命名空间", "名称空间")
_MOST_SHOWN = 5


def alarm(text: str, language: str) -> Plan | None:
    """The look that is asked for, or which of several; None for everything else."""
    lower = text.lower()
    if any(word in lower for word in _OVER):
        return None
    found = tuple(dict.fromkeys((*_involved(text), *_rows(text)))) or (
        tuple(_labelled(text)) or tuple(_titled(text)) if any(word in lower for word in _ALARMED) else ()
    )
    if len(found) == 1:
        return Diagnose(target=found[0])
    if not found:
        return None
    names = ", ".join(target.name for target in found[:_MOST_SHOWN])
    offered = tuple(diagnosis(target, language) for target in found[:_MOST_SHOWN])
    return Clarify(question=reason("rules.which_of", names=names), choices=offered)


def _labelled(text: str) -> Iterator[Target]:
    labels = {key.lower(): value.rstrip("。.") for key, value in _LABEL.findall(text)}
    namespace = next((labels[key] for key in _NAMESPACES if valid_namespace(labels.get(key, ""))), None)
    key = next((key for key in _OBJECTS if valid_name(labels.get(key, ""))), None)
    if len(labels) > 1 and key is not None:
        kind = _OBJECTS[key]
        yield Target(kind=kind, name=labels[key], namespace=None if kind == "Node" else namespace)


def _titled(text: str) -> Iterator[Target]:
    """Alertmanager puts the values of the labels in brackets without their names: only a pod's name tells which is which."""
    title = _TITLE.search(text)
    words = title[1].split() if title is not None else []
    pods = [word for word in words if pod_like(word) and valid_name(word)]
    others = [word for word in words if word not in pods and valid_namespace(word)]
    if len(pods) == 1 and len(words) <= 2:
        yield Target(kind="", name=pods[0], namespace=next(iter(others), None))


def _involved(text: str) -> Iterator[Target]:
    for name, namespace in _INVOLVED.findall(text):
        if valid_name(name):
            yield Target(kind="", name=name, namespace=namespace)


def _rows(text: str) -> Iterator[Target]:
    """`[namespace] name 0/1 CrashLoopBackOff 12 34m`: those that are not sound."""
    for line in text.splitlines():
        words = line.split()
        at = next((index for index in (1, 2) if len(words) > index + 2 and _READY.fullmatch(words[index])), None)
        if at is None or words[at + 1] in _SOUND or not words[at + 2].strip("()").isdecimal():
            continue
        if valid_name(words[at - 1]):
            namespace = words[0] if at == 2 and valid_namespace(words[0]) else None
            yield Target(kind="", name=words[at - 1], namespace=namespace)
