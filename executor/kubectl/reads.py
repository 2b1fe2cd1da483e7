"""kubectl's reading verbs as operations. Forms that Steward cannot answer become an `Other`, which is read-only."""

from executor.kinds import WORKLOADS, Kind, kind_named, kind_of
from executor.kubectl.command import Command, Verb, verb
from executor.kubectl.others import other, plain_other, targeted_other
from executor.kubectl.rejected import Refused
from executor.kubectl.resources import Resource, check_name, kind_in, resources, target
from executor.operations import Describe, Events, Get, Logs, Operation, Target

_OUTPUTS = {"wide": "wide", "name": "name", "yaml": "yaml", "json": "json"}
_MAX_TAIL = 2000
_LOGGED = ("Pod", *WORKLOADS)


def _get(command: Command) -> tuple[Operation, ...]:
    namespace, everywhere = command.namespace, command.everywhere
    selector, fields = command.selector(), command.fields()
    output = command.text("output")
    if output is not None and output not in _OUTPUTS:
        raise Refused("kubectl.output", output=output)
    found = resources(command.line.words, several_kinds=True)
    operations: list[Operation] = []
    for item in found:
        if item.name is not None and (selector or fields):
            raise Refused("kubectl.name_and_selector")
        if item.name is not None and everywhere:
            raise Refused("kubectl.name_everywhere")
        inside = namespace if item.kind.namespaced else None
        if item == Resource(kind_named("Event")) and not (selector or fields or output):
            operations.append(Events(namespace=inside, all_namespaces=everywhere))
            continue
        operations.append(
            Get.model_validate(
                {
                    "kind": item.kind.kind,
                    "name": item.name,
                    "namespace": inside,
                    "all_namespaces": everywhere and item.kind.namespaced,
                    "selector": selector,
                    "fields": fields,
                    "output": output or "table",
                }
            )
        )
    return tuple(operations)


def _describe(command: Command) -> tuple[Operation, ...]:
    command.selector()
    found = resources(command.line.words, several_kinds=True)
    if command.everywhere or command.text("selector") is not None:
        return other(command, *(item.kind for item in found))
    return tuple(
        Describe(target=target(item, command.namespace)) if item.name is not None else other(command, item.kind)[0]
        for item in found
    )


def _logs(command: Command) -> tuple[Operation, ...]:
    words = [word.text for word in command.line.words]
    namespace, container = command.namespace, command.container()
    if command.text("selector") is not None or command.on("all-containers"):
        command.selector()
        return other(command)
    if not words:
        raise Refused("kubectl.resource_missing")
    if "/" in words[0]:
        item = resources(command.line.words[:1], several_kinds=False)[0]
    elif len(words) == 2 and kind_of(words[0]) is not None:
        raise Refused("kubectl.logs_form", kind=words[0], name=words[1])
    else:
        item = Resource(kind_named("Pod"), words[0])
        check_name(item.kind, words[0])
    if len(words) == 2 and container is None:
        container = words[1]
        check_name(None, container)
    elif len(words) > 1:
        raise Refused("kubectl.resource_form", text=" ".join(words))
    if item.kind.kind == "Secret":
        raise Refused("risk.secret")
    if item.kind.kind not in _LOGGED or command.text("since-time") is not None:
        return other(command, item.kind)
    tail = command.integer("tail", -1, 10**9)
    if tail == 0:
        raise Refused("kubectl.number", flag="--tail", value="0", low=1, high=_MAX_TAIL)
    lines = 200 if tail is None else _MAX_TAIL if tail < 0 else min(tail, _MAX_TAIL)
    read = Logs(
        target=target(item, namespace),
        container=container,
        previous=command.on("previous"),
        tail=lines,
        since_seconds=command.seconds("since"),
    )
    return (read,)


def _events(command: Command) -> tuple[Operation, ...]:
    namespace, everywhere = command.namespace, command.everywhere
    if command.line.words:
        raise Refused("kubectl.resource_form", text=command.line.words[0].text)
    types = (command.text("types") or "Normal,Warning").split(",")
    if not set(types) <= {"Normal", "Warning"}:
        raise Refused("kubectl.flag_value", flag="--types", value=",".join(types))
    if command.text("output") is not None or types == ["Normal"]:
        return other(command)
    about: Target | None = None
    if (text := command.text("for")) is not None:
        kind, slash, name = text.partition("/")
        if not slash or everywhere:
            raise Refused("kubectl.resource_form", text=text)
        item = Resource(kind_in(kind), name)
        check_name(item.kind, name)
        about = target(item, namespace)
        namespace = about.namespace
    return (Events(target=about, namespace=namespace, all_namespaces=everywhere, warnings_only=types == ["Warning"]),)


def _top(command: Command) -> tuple[Operation, ...]:
    command.selector()
    words = command.line.words
    if not words or kind_in(words[0].text).kind not in ("Pod", "Node") or len(words) > 2:
        raise Refused("kubectl.top_form")
    kind = kind_in(words[0].text)
    if len(words) == 1 or command.everywhere:
        return other(command, kind)
    return targeted_other(command, words, change=False)


def _cluster_info(command: Command) -> tuple[Operation, ...]:
    if command.line.words:
        raise Refused("kubectl.forbidden_dump")
    return other(command)


def _explain(command: Command) -> tuple[Operation, ...]:
    if len(command.line.words) != 1:
        raise Refused("kubectl.resource_missing")
    return other(command)


def _wait(command: Command) -> tuple[Operation, ...]:
    if command.text("for") is None:
        raise Refused("kubectl.value_missing", flag="--for")
    if command.on("all") or command.text("selector") is not None or command.everywhere:
        found = resources(command.line.words, several_kinds=True)
        kinds: list[Kind] = [item.kind for item in found]
        return other(command, *kinds)
    return targeted_other(command, command.line.words, change=False)


def _about_rollout(command: Command) -> tuple[Operation, ...]:
    if command.text("selector") is not None:
        return other(command, *(item.kind for item in resources(command.line.words, several_kinds=True)))
    return targeted_other(command, command.line.words, change=False)


_PAGE = "o/output= no-headers"
_SCOPE = "A/all-namespaces l/selector="

READS: dict[str, Verb] = {
    "get": verb(
        f"{_PAGE} {_SCOPE} field-selector= show-labels sort-by= show-kind ignore-not-found chunk-size= L/label-columns= "
        "server-print allow-missing-template-keys",
        _get,
    ),
    "describe": verb(f"{_SCOPE} show-events chunk-size=", _describe),
    "logs": verb(
        "c/container= tail= p/previous since= since-time= timestamps l/selector= all-containers prefix limit-bytes= "
        "max-log-requests= pod-running-timeout= ignore-errors",
        _logs,
        refused={"f": "kubectl.endless"},
    ),
    "events": verb(f"{_PAGE} A/all-namespaces for= types= chunk-size=", _events),
    "top": verb(
        f"{_SCOPE} no-headers containers sort-by= sum show-capacity use-protocol-buffers field-selector=", _top
    ),
    "version": verb("client short o/output=", plain_other),
    "explain": verb("recursive api-version= o/output=", _explain),
    "api-resources": verb(f"{_PAGE} namespaced api-group= verbs= sort-by= cached categories= show-kind", plain_other),
    "api-versions": verb("", plain_other),
    "cluster-info": verb("", _cluster_info),
    "wait": verb(f"{_SCOPE} for= timeout= all field-selector=", _wait),
    "rollout status": verb("w/watch timeout= revision= l/selector=", _about_rollout),
    "rollout history": verb("revision= l/selector= o/output=", _about_rollout),
    "auth can-i": verb(
        "A/all-namespaces q/quiet subresource= no-headers", plain_other, refused={"list": "kubectl.lists_access"}
    ),
    "auth whoami": verb("o/output=", plain_other),
    "config current-context": verb("", plain_other),
    "config get-contexts": verb("o/output= no-headers", plain_other),
}
