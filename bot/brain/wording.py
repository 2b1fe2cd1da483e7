"""Operations as requests in words: what a button stands for, as if it had been typed. `bot.brain.rules` reads them back."""

from bot.brain.planner import Choice
from executor.operations import (
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Patch,
    Restart,
    Scale,
    SetImage,
    Target,
)


def choice(text: str, command: str = "") -> Choice:
    return Choice(text=text, command=command or text)


def place(namespace: str | None) -> str:
    return f" -n {namespace}" if namespace else ""


def thing(target: Target) -> str:
    """`deployment/nginx -n shop`"""
    return f"{target}{place(target.namespace)}"


def choices(operations: tuple[Operation, ...], language: str) -> tuple[Choice, ...]:
    return tuple(choice(words) for operation in operations if (words := request(operation, language)))


def request(operation: Operation, language: str) -> str:
    """One sentence that asks for this operation; "" for what cannot be asked for in words."""
    return _chinese(operation) if language == "zh" else _english(operation)


def _chinese(operation: Operation) -> str:
    match operation:
        case Get(name=None):
            where = "所有命名空间的" if operation.all_namespaces else ""
            return f"看下{where} {operation.kind.lower()}{place(operation.namespace)}"
        case Get(name=str() as name):
            return f"看下 {thing(Target(kind=operation.kind, name=name, namespace=operation.namespace))}"
        case Describe(target=target):
            return f"{thing(target)} 的详情"
        case Logs(target=target):
            return f"看下 {thing(target)} {'上一次' if operation.previous else ''}日志 --tail {operation.tail}"
        case Events(target=None):
            return f"看下{'所有命名空间的' if operation.all_namespaces else ''}事件{place(operation.namespace)}"
        case Events(target=Target() as target):
            return f"看下 {thing(target)} 的事件"
        case Delete(target=target):
            return f"{'强制' if operation.grace_seconds == 0 else ''}删除 {thing(target)}"
        case Scale(target=target, replicas=int() as replicas):
            return f"把 {thing(target)} 调到 {replicas} 个副本"
        case Scale(target=target, delta=int() as delta):
            return f"给 {thing(target)} {'加' if delta > 0 else '减'} {abs(delta)} 个副本"
        case Scale(target=target):
            return f"把 {thing(target)} {'减半' if operation.factor == 0.5 else f'扩到 {operation.factor:g} 倍'}"
        case SetImage(target=target, images=(image, *more)):
            inside = f" 的 {image.container} 容器" if image.container else ""
            return "" if more else f"把 {thing(target)}{inside} 的镜像换成 {image.image}"
        case Exec(target=target):
            return f"在 {thing(target)} 里执行 `{' '.join(operation.argv)}`"
        case Restart(target=target):
            return f"重启 {thing(target)}"
        case Other() | Patch():
            return ""


def _english(operation: Operation) -> str:
    match operation:
        case Get(name=None):
            where = " in all namespaces" if operation.all_namespaces else place(operation.namespace)
            return f"get {operation.kind.lower()}s{where}" if operation.kind else ""
        case Get(name=str() as name):
            return f"get {thing(Target(kind=operation.kind, name=name, namespace=operation.namespace))}"
        case Describe(target=target):
            return f"describe {thing(target)}"
        case Logs(target=target):
            return f"{'previous ' if operation.previous else ''}logs of {thing(target)} --tail {operation.tail}"
        case Events(target=None):
            return f"events{' in all namespaces' if operation.all_namespaces else place(operation.namespace)}"
        case Events(target=Target() as target):
            return f"events of {thing(target)}"
        case Delete(target=target):
            return f"{'force ' if operation.grace_seconds == 0 else ''}delete {thing(target)}"
        case Scale(target=target, replicas=int() as replicas):
            return f"scale {thing(target)} to {replicas}"
        case Scale(target=target, delta=int() as delta):
            return f"scale {'up' if delta > 0 else 'down'} {thing(target)} by {abs(delta)}"
        case Scale(target=target):
            return (
                f"halve {thing(target)}" if operation.factor == 0.5 else f"scale {thing(target)} {operation.factor:g}x"
            )
        case SetImage(target=target, images=(image, *more)):
            named = f"{image.container}={image.image}" if image.container else f"to {image.image}"
            return "" if more else f"set the image of {thing(target)} {named}"
        case Exec(target=target):
            return f"exec in {thing(target)}: `{' '.join(operation.argv)}`"
        case Restart(target=target):
            return f"restart {thing(target)}"
        case Other() | Patch():
            return ""
