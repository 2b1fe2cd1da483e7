"""ConfigMaps and Secrets that pods refer to and that are not there, or lack a key. No Secret is read for it: the kubelet's words
tell, and the fields that refer."""

import re
from collections.abc import Iterator

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, field, mapping, name_of, objects, shown, text
from executor.pods import containers
from executor.reason import Reason, reason

_NO_OBJECT = re.compile(r"(?P<kind>configmap|secret) \"(?P<name>[^\"]+)\" not found", re.IGNORECASE)
_NO_KEY = re.compile(
    r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) (?:[^/\s]+/)?(?P<name>[^\s,]+)|"
    r"references non-existent (?P<kind2>config|secret) key: (?P<key2>[^\s,]+)"
)
_SOURCES = {
    "configMapKeyRef": "ConfigMap",
    "secretKeyRef": "Secret",
    "configMapRef": "ConfigMap",
    "secretRef": "Secret",
}
_MOUNTING = ("FailedMount",)
_WAITS = ("", "ContainerCreating", "PodInitializing", "CreateContainerConfigError")


def reference_suspicions(situation: Situation) -> Iterator[Suspicion]:
    for pod in situation.pods:
        yield from _of_pod(situation, pod)


def _of_pod(situation: Situation, pod: Raw) -> Iterator[Suspicion]:
    refused = [
        (state.name, text(state.waiting, "message"))
        for state in containers(pod)
        if text(state.waiting, "reason") == "CreateContainerConfigError"
    ]
    for container, message in refused:
        yield _said(situation, pod, message, container)
    waits = [text(state.waiting, "reason") in _WAITS and not state.ready for state in containers(pod)]
    if refused or text(pod, "status", "phase") != "Pending" or not all(waits):
        return
    mounts = [text(event, "message") for event in situation.events_of(pod, named=_MOUNTING)]
    told = [message for message in mounts if _NO_OBJECT.search(message) or _NO_KEY.search(message)]
    if told:
        yield _said(situation, pod, told[-1], "")
    elif text(pod, "spec", "nodeName"):
        yield from _missing(situation, pod)


def _said(situation: Situation, pod: Raw, message: str, container: str) -> Suspicion:
    """What the kubelet says, taken apart where it is known how it says it."""
    kind = name = key = ""
    if found := _NO_OBJECT.search(message):
        kind, name = _kind(found["kind"]), found["name"]
    elif found := _NO_KEY.search(message):
        kind, name, key = _kind(found["kind"] or found["kind2"]), found["name"] or "", found["key"] or found["key2"]
    cause = reason("triage.config", container=container, message=shown(message) or "CreateContainerConfigError")
    if name or key:
        cause = _cause(kind, name, key)
    return _suspicion(situation, pod, cause, _referring(pod, kind, name, key) if name or key else [], 0.95)


def _missing(situation: Situation, pod: Raw) -> Iterator[Suspicion]:
    """What was looked for and is not there, or has not the key, while nobody has said so yet."""
    gone = {name for kind, name in situation.around.missing if kind == "ConfigMap"}
    held = {
        name_of(raw): mapping(raw, "data").keys() | mapping(raw, "binaryData").keys()
        for raw in situation.around.configs
    }
    for path, kind, name, key, optional in references(pod):
        if optional or kind != "ConfigMap":
            continue
        if name in gone:
            yield _suspicion(situation, pod, _cause(kind, name, ""), [f"{path}: {name}"], 0.85)
        elif key and name in held and key not in held[name]:
            yield _suspicion(situation, pod, _cause(kind, name, key), [f"{path}: {name}/{key}"], 0.85)


def _cause(kind: str, name: str, key: str) -> Reason:
    if key:
        return reason("triage.key_missing", kind=kind, name=shown(name, 120) or "-", key=shown(key, 120))
    return reason("triage.reference_missing", kind=kind, name=shown(name, 120))


def _suspicion(situation: Situation, pod: Raw, cause: Reason, lines: list[str], confidence: float) -> Suspicion:
    return Suspicion(
        90,
        cause,
        situation.target,
        confidence,
        evidence=(*fields(*lines), *situation.state_evidence(pod), *situation.event_evidence(pod)),
        next_steps=situation.look_at(pod),
        alike=(cause.code, *map(str, cause.values.values())),
        pod=pod,
    )


def _kind(word: str) -> str:
    return "Secret" if word.lower() == "secret" else "ConfigMap"


def _referring(pod: Raw, kind: str, name: str, key: str) -> list[str]:
    return [
        f"{path}: {named}" + (f"/{of}" if of else "")
        for path, wanted, named, of, _ in references(pod)
        if wanted == kind and (not name or named == name) and (not key or of == key)
    ]


def references(pod: Raw) -> Iterator[tuple[str, str, str, str, bool]]:
    """(field, kind, name, key or "", optional) of every ConfigMap and Secret that the pod needs."""
    for place in ("initContainers", "containers"):
        for spec in objects(pod, "spec", place):
            where = f"spec.{place}[{text(spec, 'name')}]"
            for variable in objects(spec, "env"):
                for source, kind in _SOURCES.items():
                    if named := text(variable, "valueFrom", source, "name"):
                        path = f"{where}.env[{text(variable, 'name')}].valueFrom.{source}"
                        wanted = mapping(variable, "valueFrom", source)
                        yield path, kind, named, text(wanted, "key"), wanted.get("optional") is True
            for group in objects(spec, "envFrom"):
                for source, kind in _SOURCES.items():
                    if named := text(group, source, "name"):
                        yield f"{where}.envFrom.{source}", kind, named, "", field(group, source, "optional") is True
    yield from _volumes(pod)


def _volumes(pod: Raw) -> Iterator[tuple[str, str, str, str, bool]]:
    for volume in objects(pod, "spec", "volumes"):
        for source, kind, called in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
            named = text(volume, source, called)
            path, optional = (
                f"spec.volumes[{text(volume, 'name')}].{source}.{called}",
                field(volume, source, "optional") is True,
            )
            if named:
                keys = [text(item, "key") for item in objects(volume, source, "items")]
                for key in keys or [""]:
                    yield path, kind, named, key, optional
