"""One object on a screen: what it is told to be, how it is, what happened to it lately. At most 6 KiB, masked."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from executor.ages import age
from executor.fields import Raw, controller_of, deleting, field, mapping, moment, name_of, number, objects, text, texts
from executor.happenings import event_line, event_time, newest
from executor.intact import pod_containers
from executor.kinds import WORKLOADS
from executor.operations import canonical
from executor.pods import containers, describe_state, status_word
from executor.redact import mask_object
from executor.related import Related

MAX_CHARACTERS = 6 * 1024
_EVENTS = 10
_LABELS = 8
_FLAT_LINES = 30
_LONGEST = 300
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+-]*")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})


def digest(found: Related, now: datetime) -> list[str]:
    """The lines, not masked and not cut yet."""
    raw = found.object
    lines = [*_identity(raw, now), *_spec(raw), *_conditions(raw)]
    events = newest(found.events, _EVENTS)
    if events:
        lines += ["", "Events:"]
        lines += [f"  {age(now - event_time(event))}  {event_line(event)}" for event in reversed(events)]
    return lines


def cut(lines: list[str]) -> tuple[list[str], int]:
    """As many lines as fit, and how many did not."""
    size, kept = 0, []
    for line in lines:
        shown = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
        size += len(shown) + 1
        if size > MAX_CHARACTERS:
            break
        kept.append(shown)
    return kept, len(lines) - len(kept)


def _identity(raw: Raw, now: datetime) -> Iterator[str]:
    namespace = text(raw, "metadata", "namespace")
    yield f"{raw.get('kind', '')} {name_of(raw)}" + (f" in {namespace}" if namespace else "")
    born = moment(text(raw, "metadata", "creationTimestamp"))
    if born:
        yield f"Created: {text(raw, 'metadata', 'creationTimestamp')} ({age(now - born)} ago)"
    if owner := controller_of(raw):
        yield f"Controlled by: {text(owner, 'kind')}/{text(owner, 'name')}"
    labels = [f"{key}={value}" for key, value in sorted(mapping(raw, "metadata", "labels").items())]
    if labels:
        yield (
            "Labels: " + ", ".join(labels[:_LABELS]) + (f" … +{len(labels) - _LABELS}" if len(labels) > _LABELS else "")
        )
    if finalizers := texts(raw, "metadata", "finalizers"):
        yield "Finalizers: " + ", ".join(finalizers)
    if deleting(raw):
        yield f"Deleting since: {text(raw, 'metadata', 'deletionTimestamp')}"


def _spec(raw: Raw) -> Iterator[str]:
    kind = raw.get("kind")
    if kind == "Pod":
        yield f"Status: {status_word(raw)}"
        yield f"Node: {text(raw, 'spec', 'nodeName') or '-'}, IP: {text(raw, 'status', 'podIP') or '-'}"
        yield from (f"  {describe_state(state)}" for state in containers(raw))
    if kind in WORKLOADS or kind == "ReplicaSet":
        yield from _replicas(raw)
    if kind in (*WORKLOADS, "ReplicaSet", "Pod"):
        yield from (line for container in pod_containers(raw) for line in _container(container))
        return
    shown = mask_object(raw)
    for part in ("spec", "data", "binaryData", "rules", "subsets", "status"):
        flat = list(_flat(part, shown.get(part)))
        yield from flat[:_FLAT_LINES]
        if len(flat) > _FLAT_LINES:
            yield f"{part}: … +{len(flat) - _FLAT_LINES}"


def _replicas(raw: Raw) -> Iterator[str]:
    status = mapping(raw, "status")
    if raw.get("kind") == "DaemonSet":
        counts = ("desiredNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable")
    else:
        yield f"Replicas: {number(raw, 'spec', 'replicas', absent=1)} desired"
        counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    yield "Status: " + ", ".join(f"{name} {number(status, name)}" for name in counts)
    strategy = text(raw, "spec", "strategy", "type") or text(raw, "spec", "updateStrategy", "type")
    paused = ", paused" if field(raw, "spec", "paused") is True else ""
    if strategy or paused:
        yield f"Strategy: {strategy}{paused}"


def _container(container: Raw) -> Iterator[str]:
    yield f"Container {text(container, 'name')}: {text(container, 'image')}"
    for name in ("requests", "limits"):
        amounts = mapping(container, "resources", name)
        if amounts:
            yield f"  {name}: " + ", ".join(f"{key} {value}" for key, value in sorted(amounts.items()))
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe := mapping(container, name):
            yield f"  {name}: {canonical(probe)}"
    variables = [text(variable, "name") for variable in objects(container, "env")]
    if variables:
        yield "  env: " + ", ".join(variables)
    for source in objects(container, "envFrom"):
        yield f"  envFrom: {canonical(source)}"


def _conditions(raw: Raw) -> Iterator[str]:
    found = objects(raw, "status", "conditions")
    if found and raw.get("kind") in (*WORKLOADS, "ReplicaSet", "Pod", "Job", "Node"):
        yield "Conditions:"
        for said in found:
            why = ": ".join(filter(None, (text(said, "reason"), text(said, "message"))))
            yield f"  {text(said, 'type')}={text(said, 'status')} {why}".rstrip()


def _flat(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{path}.{key}", item)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _flat(f"{path}[{index}]", item)
    elif isinstance(value, list):
        yield f"{path}: {', '.join(map(str, value))}"
    elif value is not None:
        yield f"{path}: {' '.join(str(value).split())}"


def yaml_lines(value: Any, indent: str = "") -> Iterator[str]:
    """Block YAML. Strings that YAML could read as something else are quoted as JSON, which YAML contains."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _yaml_item(f"{indent}{_scalar(key)}:", item, indent + "  ")
    elif isinstance(value, list) and value:
        for item in value:
            if isinstance(item, dict) and item:
                first, *rest = yaml_lines(item, indent + "  ")
                yield f"{indent}- {first.lstrip()}"
                yield from rest
            else:
                yield from _yaml_item(f"{indent}-", item, indent + "  ")
    else:
        yield indent + _scalar(value)


def _yaml_item(head: str, item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield head
        yield from yaml_lines(item, indent)
    else:
        yield f"{head} {_scalar(item)}"


def _scalar(value: Any) -> str:
    if (
        isinstance(value, str)
        and _PLAIN.fullmatch(value)
        and value.lower() not in _WORDS_OF_YAML
        and not _numeric(value)
    ):
        return value
    return canonical(value)


def _numeric(value: str) -> bool:
    """Numbers, and the times and sexagesimals that YAML reads: anything that begins like one."""
    return value[0].isdigit() or value[0] in "._+-" or value.endswith(":")
