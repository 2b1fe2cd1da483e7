"""Operations as requests in words: what a button stands for, as if it had been typed. `bot.brain.rules` reads them back."""

import re

from bot.brain.planner import Choice
from executor.kinds import kind_named
from executor.operations import (
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Restart,
    Scale,
    SetImage,
    Target,
)

_TEMPLATES = {
    "zh": {
        "list": "看下 {kind}{place}",
        "list_all": "看下所有命名空间的 {kind}",
        "get": "看下 {thing}",
        "describe": "{thing} 的详情",
        "logs": "看下 {thing} 日志 --tail {tail}",
        "logs_previous": "看下 {thing} 上一次日志 --tail {tail}",
        "events": "看下 {thing} 的事件",
        "events_list": "看下事件{place}",
        "events_all": "看下所有命名空间的事件",
        "delete": "删除 {thing}",
        "delete_force": "强制删除 {thing}",
        "scale": "把 {thing} 调到 {replicas} 个副本",
        "scale_up": "给 {thing} 加 {step} 个副本",
        "scale_down": "给 {thing} 减 {step} 个副本",
        "scale_times": "把 {thing} 扩到 {factor} 倍",
        "scale_half": "把 {thing} 减半",
        "image": "把 {thing} 的镜像换成 {image}",
        "image_in": "把 {thing} 的 {container} 容器的镜像换成 {image}",
        "exec": "在 {thing} 里执行 `{command}`",
        "restart": "重启 {thing}",
        "diagnose": "诊断 {thing}",
    },
    "en": {
        "list": "get {plural}{place}",
        "list_all": "get {plural} in all namespaces",
        "get": "get {thing}",
        "describe": "describe {thing}",
        "logs": "logs of {thing} --tail {tail}",
        "logs_previous": "previous logs of {thing} --tail {tail}",
        "events": "events of {thing}",
        "events_list": "get events{place}",
        "events_all": "get events in all namespaces",
        "delete": "delete {thing}",
        "delete_force": "force delete {thing}",
        "scale": "scale {thing} to {replicas}",
        "scale_up": "scale up {thing} by {step}",
        "scale_down": "scale down {thing} by {step}",
        "scale_times": "scale {thing} to {factor}x",
        "scale_half": "halve {thing}",
        "image": "set the image of {thing} to {image}",
        "image_in": "set the image of {thing} {container}={image}",
        "exec": "exec in {thing}: `{command}`",
        "restart": "restart {thing}",
        "diagnose": "diagnose {thing}",
    },
}
Values = dict[str, str | int]


_POD = re.compile(r".+(?:-[0-9]{1,4}|-[a-z0-9]{5,10}-[a-z0-9]{5})", re.ASCII)

_OF_MANY = re.compile(r".+-[a-z0-9]{5,10}-[a-z0-9]{5}", re.ASCII)


def pod_like(name: str) -> bool:
    """Whether a name is one that controllers give to pods: `web-0`, `web-6d4b75cb6d-hx7vq`."""
    return _POD.fullmatch(name) is not None


def replaceable(name: str) -> bool:
    """Whether it is the name of a pod that is none in particular: another with another name comes for it."""
    return _OF_MANY.fullmatch(name) is not None


def choice(text: str, command: str = "") -> Choice:
    return Choice(text=text, command=command or text)


def choices(operations: tuple[Operation, ...], language: str) -> tuple[Choice, ...]:
    return tuple(choice(words) for operation in operations if (words := request(operation, language)))


def request(operation: Operation, language: str) -> str:
    """One sentence that asks for this operation; "" for what cannot be asked for in words."""
    template, values = _shape(operation)
    return _TEMPLATES[language][template].format_map(values) if template else ""


def diagnosis(target: Target, language: str) -> Choice:
    return choice(_TEMPLATES[language]["diagnose"].format_map({"thing": thing(target)}))


def listing(kind: str, namespace: str | None, language: str) -> Choice:
    return choice(request(Get(kind=kind, namespace=namespace), language))


def place(namespace: str | None) -> str:
    return f" -n {namespace}" if namespace else ""


def thing(target: Target) -> str:
    """`deployment/nginx -n shop`"""
    return f"{target}{place(target.namespace)}"


def _shape(operation: Operation) -> tuple[str, Values]:
    """The name of the template and what stands in it."""
    match operation:
        case Get():
            return _get(operation)
        case Describe(target=target):
            return "describe", {"thing": thing(target)}
        case Logs(target=target):
            name = "logs_previous" if operation.previous else "logs"
            return name, {"thing": thing(target), "tail": operation.tail}
        case Events():
            return _events(operation)
        case Delete(target=target):
            return ("delete_force" if operation.grace_seconds == 0 else "delete"), {"thing": thing(target)}
        case Scale():
            return _scale(operation)
        case SetImage():
            return _image(operation)
        case Exec(target=target):
            return "exec", {"thing": thing(target), "command": " ".join(operation.argv)}
        case Restart(target=target):
            return "restart", {"thing": thing(target)}
        case _:
            return "", {}


def _get(operation: Get) -> tuple[str, Values]:
    if operation.name is not None:
        return "get", {"thing": thing(Target(kind=operation.kind, name=operation.name, namespace=operation.namespace))}
    values: Values = {"kind": operation.kind.lower(), "plural": kind_named(operation.kind).plural}
    return ("list_all" if operation.all_namespaces else "list"), {**values, "place": place(operation.namespace)}


def _events(operation: Events) -> tuple[str, Values]:
    if operation.target is not None:
        return "events", {"thing": thing(operation.target)}
    return ("events_all" if operation.all_namespaces else "events_list"), {"place": place(operation.namespace)}


def _scale(operation: Scale) -> tuple[str, Values]:
    values: Values = {"thing": thing(operation.target)}
    if operation.replicas is not None:
        return "scale", {**values, "replicas": operation.replicas}
    if operation.delta is not None:
        return ("scale_up" if operation.delta > 0 else "scale_down"), {**values, "step": abs(operation.delta)}
    if operation.factor == 0.5:
        return "scale_half", values
    return "scale_times", {**values, "factor": f"{operation.factor:g}"}


def _image(operation: SetImage) -> tuple[str, Values]:
    image, *more = operation.images
    if more or image.container == "*":
        return "", {}
    values: Values = {"thing": thing(operation.target), "image": image.image, "container": image.container or ""}
    return ("image_in" if image.container else "image"), values
