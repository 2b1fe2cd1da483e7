"""Label and field selectors, as query parameters and as they stand in specs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.cluster import resources as r
from sandbox.cluster.failures import bad_request
from sandbox.cluster.objects import Object, labels_of, name_of, namespace_of, status_of
from sandbox.cluster.resources import Resource

NAME_PATTERN = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
NAME_TEXT = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    f"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{NAME_PATTERN}')"
)
_KEY = re.compile(rf"([a-z0-9.-]+/)?{NAME_PATTERN}")
_IN_SET = re.compile(r"(?P<key>\S+)\s+(?P<not>not)?in\s*\((?P<values>[^()]*)\)", re.IGNORECASE)
_EQUALS = re.compile(r"(?P<key>[^=!\s]+)\s*(?P<operator>==|=|!=)\s*(?P<value>\S*)")
_COMMA = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause on labels. `operator` as in matchExpressions: In, NotIn, Exists, DoesNotExist."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case _:
                return self.key not in labels


Labels = tuple[Requirement, ...]


def matches(requirements: Labels, labels: Mapping[str, str]) -> bool:
    return all(requirement.matches(labels) for requirement in requirements)


def parse_labels(text: str) -> Labels:
    """A `labelSelector` parameter. Raises 400."""
    return tuple(_requirement(clause.strip()) for clause in _COMMA.split(text) if clause.strip())


def _requirement(clause: str) -> Requirement:
    if found := _IN_SET.fullmatch(clause):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(_key(found["key"]), "NotIn" if found["not"] else "In", values)
    if clause.startswith("!"):
        return Requirement(_key(clause[1:].strip()), "DoesNotExist")
    if found := _EQUALS.fullmatch(clause):
        operator = "NotIn" if found["operator"] == "!=" else "In"
        return Requirement(_key(found["key"]), operator, frozenset([found["value"]]))
    return Requirement(_key(clause), "Exists")


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise bad_request(f'unable to parse requirement: invalid label key "{text}": {NAME_TEXT}')
    return text


def selector_of(spec: Object) -> Labels:
    """A `LabelSelector` of a spec. An empty one selects everything, as in Kubernetes."""
    exact = tuple(
        Requirement(key, "In", frozenset([value])) for key, value in sorted((spec.get("matchLabels") or {}).items())
    )
    expressions = tuple(
        Requirement(clause["key"], clause["operator"], frozenset(clause.get("values") or ()))
        for clause in spec.get("matchExpressions") or ()
    )
    return exact + expressions


def label_text(requirements: Labels) -> str:
    """As `scale.status.selector` writes it."""
    parts = []
    for requirement in requirements:
        values = sorted(requirement.values)
        if requirement.operator in ("In", "NotIn") and len(values) == 1:
            parts.append(f"{requirement.key}{'=' if requirement.operator == 'In' else '!='}{values[0]}")
        elif requirement.operator in ("In", "NotIn"):
            parts.append(f"{requirement.key} {requirement.operator.lower()} ({','.join(values)})")
        else:
            parts.append(("" if requirement.operator == "Exists" else "!") + requirement.key)
    return ",".join(parts)


Field = Callable[[Object], str]


def _involved(name: str) -> Field:
    return lambda obj: str((obj.get("involvedObject") or {}).get(name, ""))


def _top(name: str) -> Field:
    return lambda obj: str(obj.get(name) or "")


_EVERYWHERE: dict[str, Field] = {"metadata.name": name_of, "metadata.namespace": namespace_of}
_FIELDS: dict[Resource, dict[str, Field]] = {
    r.PODS: {
        "spec.nodeName": lambda pod: str(pod["spec"].get("nodeName", "")),
        "spec.restartPolicy": lambda pod: str(pod["spec"].get("restartPolicy", "")),
        "spec.schedulerName": lambda pod: str(pod["spec"].get("schedulerName", "")),
        "spec.serviceAccountName": lambda pod: str(pod["spec"].get("serviceAccountName", "")),
        "status.phase": lambda pod: str(status_of(pod).get("phase", "")),
        "status.podIP": lambda pod: str(status_of(pod).get("podIP", "")),
    },
    r.EVENTS: {
        **{
            f"involvedObject.{name}": _involved(name)
            for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
        },
        "reason": _top("reason"),
        "type": _top("type"),
        "reportingComponent": _top("reportingComponent"),
        "source": lambda event: str((event.get("source") or {}).get("component", "")),
    },
    r.NODES: {"spec.unschedulable": lambda node: str(bool(node["spec"].get("unschedulable"))).lower()},
    r.NAMESPACES: {"status.phase": lambda namespace: str(status_of(namespace).get("phase", ""))},
    r.SECRETS: {"type": _top("type")},
    r.REPLICA_SETS: {"status.replicas": lambda obj: str(status_of(obj).get("replicas", 0))},
    r.JOBS: {"status.successful": lambda job: str(status_of(job).get("succeeded", 0))},
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list or watch asks for."""

    labels: Labels = ()
    fields: tuple[tuple[Field, str, bool], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.labels or self.fields)

    def holds(self, obj: Object) -> bool:
        return all((field(obj) == value) is equal for field, value, equal in self.fields) and matches(
            self.labels, labels_of(obj)
        )


def _unknown_field(resource: Resource, field: str) -> str:
    if resource in _FIELDS:
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def parse_selection(resource: Resource, label_selector: str, field_selector: str) -> Selection:
    """The two parameters of a list. Raises 400 for what the resource cannot be selected by."""
    known = _EVERYWHERE | _FIELDS.get(resource, {})
    clauses = []
    for clause in filter(None, (part.strip() for part in field_selector.split(","))):
        found = _EQUALS.fullmatch(clause)
        if found is None:
            raise bad_request(f"invalid selector: '{field_selector}'; can't understand '{clause}'")
        if found["key"] not in known:
            raise bad_request(_unknown_field(resource, found["key"]))
        clauses.append((known[found["key"]], found["value"], found["operator"] != "!="))
    return Selection(parse_labels(label_selector), tuple(clauses))
