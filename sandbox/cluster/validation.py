"""The checks that clients of workloads meet, in the API server's words."""

import json
import re
from collections.abc import Callable
from typing import Any

from sandbox.cluster import resources as r
from sandbox.cluster.failures import Cause, immutable, not_allowed, required, wrong
from sandbox.cluster.objects import Object
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import NAME_PATTERN, NAME_TEXT, matches, selector_of

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_NAMES = (r.NAMESPACES, r.SERVICES)
_NEGATIVE = "must be greater than or equal to 0"
_MISMATCH = "`selector` does not match template `labels`"


def go_map(labels: dict[str, str]) -> str:
    """`map[string]string` as Go's %#v prints it."""
    if not labels:
        return "map[string]string(nil)"
    pairs = ", ".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in sorted(labels.items()))
    return f"map[string]string{{{pairs}}}"


def metadata_causes(resource: Resource, metadata: Object) -> list[Cause]:
    causes = []
    name = metadata.get("name", "")
    if not name:
        causes.append(required("metadata.name", "name or generateName is required"))
    elif resource in _LABEL_NAMES and not (re.fullmatch(_LABEL, name) and len(name) <= 63):
        causes.append(wrong("metadata.name", json.dumps(name), _LABEL_TEXT))
    elif not (re.fullmatch(_SUBDOMAIN, name) and len(name) <= 253):
        causes.append(wrong("metadata.name", json.dumps(name), _SUBDOMAIN_TEXT))
    return causes + _label_causes(metadata.get("labels") or {}, "metadata.labels")


def _label_causes(labels: dict[str, str], field: str) -> list[Cause]:
    causes = []
    for key, value in labels.items():
        if not re.fullmatch(NAME_PATTERN, key.rpartition("/")[2]):
            causes.append(wrong(field, json.dumps(key), NAME_TEXT))
        if value and not (re.fullmatch(NAME_PATTERN, value) and len(value) <= 63):
            causes.append(
                wrong(field, json.dumps(value), f"a valid label must be an empty string or consist of {value}")
            )
    return causes


def _at_least_zero(spec: Object, path: str, *names: str) -> list[Cause]:
    return [wrong(f"{path}.{name}", str(spec[name]), _NEGATIVE) for name in names if (spec.get(name) or 0) < 0]


def _container_causes(containers: list[Object], path: str, taken: set[str]) -> list[Cause]:
    causes = []
    for index, container in enumerate(containers):
        where = f"{path}[{index}]"
        name, image = container.get("name", ""), container.get("image", "")
        if not name:
            causes.append(required(f"{where}.name"))
        elif not re.fullmatch(_LABEL, name):
            causes.append(wrong(f"{where}.name", json.dumps(name), _LABEL_TEXT))
        elif name in taken:
            causes.append(Cause("FieldValueDuplicate", f"{where}.name", json.dumps(name)))
        taken.add(name)
        if not image:
            causes.append(required(f"{where}.image"))
        elif image != image.strip():
            causes.append(wrong(f"{where}.image", json.dumps(image), "must not have leading or trailing whitespace"))
        causes += [
            required(f"{where}.env[{position}].name")
            for position, variable in enumerate(container.get("env") or ())
            if not variable.get("name")
        ]
    return causes


def pod_spec_causes(spec: Object, path: str) -> list[Cause]:
    taken: set[str] = set()
    if not spec.get("containers"):
        return [required(f"{path}.containers")]
    causes = _container_causes(spec["containers"], f"{path}.containers", taken)
    causes += _container_causes(spec.get("initContainers") or [], f"{path}.initContainers", taken)
    return causes + _at_least_zero(spec, path, "terminationGracePeriodSeconds")


def _restart_policy(template: Object, *allowed: str) -> list[Cause]:
    policy = (template.get("spec") or {}).get("restartPolicy")
    if policy in allowed:
        return []
    supported = ", ".join(json.dumps(value) for value in allowed)
    text = f"{json.dumps(policy)}: supported values: {supported}"
    return [Cause("FieldValueNotSupported", "spec.template.spec.restartPolicy", text)]


def _template_causes(spec: Object, *restart: str) -> list[Cause]:
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    selector = spec.get("selector")
    causes = _at_least_zero(spec, "spec", "replicas", "minReadySeconds", "revisionHistoryLimit")
    if not selector:
        causes.append(required("spec.selector"))
    if not selector or not matches(selector_of(selector), labels):
        causes.append(wrong("spec.template.metadata.labels", go_map(labels), _MISMATCH))
    causes += _label_causes(labels, "spec.template.labels")
    causes += pod_spec_causes(template.get("spec") or {}, "spec.template.spec")
    return causes + _restart_policy(template, *restart)


def _go_selector(selector: Any) -> str:
    if not selector:
        return '"null"'
    return (
        f"v1.LabelSelector{{MatchLabels:{go_map(selector.get('matchLabels') or {})}, "
        "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
    )


def _same_selector(obj: Object, before: Object | None) -> list[Cause]:
    if before is None or obj["spec"].get("selector") == before["spec"].get("selector"):
        return []
    return [immutable("spec.selector", _go_selector(obj["spec"].get("selector")))]


def _deployment(obj: Object, before: Object | None) -> list[Cause]:
    spec = obj["spec"]
    causes = _template_causes(spec, "Always")
    if spec["strategy"]["type"] == "Recreate" and "rollingUpdate" in spec["strategy"]:
        text = "may not be specified when strategy `type` is 'Recreate'"
        causes.append(not_allowed("spec.strategy.rollingUpdate", text))
    deadline = spec["progressDeadlineSeconds"]
    if deadline <= spec.get("minReadySeconds", 0):
        causes.append(wrong("spec.progressDeadlineSeconds", str(deadline), "must be greater than minReadySeconds"))
    return causes + _same_selector(obj, before)


def _replica_set(obj: Object, before: Object | None) -> list[Cause]:
    return _template_causes(obj["spec"], "Always") + _same_selector(obj, before)


_STATEFUL = (
    "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)  # fmt: skip


def _stateful_set(obj: Object, before: Object | None) -> list[Cause]:
    causes = _template_causes(obj["spec"], "Always")
    if before is None:
        return causes
    fixed, was = ({k: v for k, v in spec.items() if k not in _STATEFUL} for spec in (obj["spec"], before["spec"]))
    if fixed != was:
        names = "', '".join(_STATEFUL[:-1])
        text = f"updates to statefulset spec for fields other than '{names}' and '{_STATEFUL[-1]}' are forbidden"
        causes.append(not_allowed("spec", text))
    return causes


def _job(obj: Object, before: Object | None) -> list[Cause]:
    spec = obj["spec"]
    causes = _at_least_zero(spec, "spec", "parallelism", "completions", "backoffLimit")
    causes += pod_spec_causes(spec["template"].get("spec") or {}, "spec.template.spec")
    causes += _restart_policy(spec["template"], "OnFailure", "Never")
    if before is not None and spec["template"] != before["spec"]["template"]:
        causes.append(immutable("spec.template", "core.PodTemplateSpec{...}"))
    return causes


_POD_TEXT = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def _frozen_pod(spec: Object) -> Object:
    """The part of a pod's spec that no update may change."""
    bare = {k: v for k, v in spec.items() if k not in ("activeDeadlineSeconds", "tolerations")}
    for field in ("containers", "initContainers"):
        if field in bare:
            bare[field] = [{k: v for k, v in item.items() if k != "image"} for item in bare[field]]
    return bare


def _pod(obj: Object, before: Object | None) -> list[Cause]:
    causes = pod_spec_causes(obj["spec"], "spec")
    if before is not None:
        kept = all(item in obj["spec"].get("tolerations", []) for item in before["spec"].get("tolerations", []))
        if not kept or _frozen_pod(obj["spec"]) != _frozen_pod(before["spec"]):
            causes.append(not_allowed("spec", _POD_TEXT))
    return causes


def _settings(obj: Object, before: Object | None) -> list[Cause]:
    if before is None or not before.get("immutable"):
        return []
    text = "field is immutable when `immutable` is set"
    return [not_allowed(field, text) for field in ("immutable", "data") if obj.get(field) != before.get(field)]


def _service(obj: Object, _before: Object | None) -> list[Cause]:
    spec = obj["spec"]
    if not spec.get("ports") and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        return [required("spec.ports")]
    return []


_CHECKS: dict[Resource, Callable[[Object, Object | None], list[Cause]]] = {
    r.DEPLOYMENTS: _deployment,
    r.REPLICA_SETS: _replica_set,
    r.DAEMON_SETS: _replica_set,
    r.STATEFUL_SETS: _stateful_set,
    r.JOBS: _job,
    r.PODS: _pod,
    r.CONFIG_MAPS: _settings,
    r.SECRETS: _settings,
    r.SERVICES: _service,
}


def object_causes(resource: Resource, obj: Object, before: Object | None) -> list[Cause]:
    """Every field error of a defaulted object; `before` is what an update replaces."""
    causes = metadata_causes(resource, obj["metadata"])
    check = _CHECKS.get(resource)
    return causes + check(obj, before) if check else causes
