"""Operations as the kubectl command that would do the same: for people to read, compare and paste; never run."""

import json
import re

from executor.kinds import kind_named
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
    canonical,
)
from executor.redact import MASK, mask, mask_value

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@,+-]+", re.ASCII)


def command_of(operation: Operation, *, masked: bool = True) -> str:
    """One line that a person could paste into a POSIX shell. `masked=False` is only for reading it back: it holds the secrets
    that the operation holds. A Scale or SetImage with holes is written with `<…>` in their place."""
    if masked and isinstance(operation, Patch):
        secret = operation.target.kind == "Secret"  # every value of it, whatever it is called
        body = canonical(MASK if secret else mask_value(json.loads(operation.body)))
        operation = operation.model_copy(update={"body": body})
    line = " ".join(_quote(word) for word in argv_of(operation))
    return mask(line).text if masked else line


def argv_of(operation: Operation) -> tuple[str, ...]:  # noqa: C901 - one arm for each operation, no branch within
    """The command word by word, `kubectl` first, unmasked."""
    match operation:
        case Get():
            words = _get(operation)
        case Describe(target=target):
            words = ["describe", str(target), *_namespace(target)]
        case Logs():
            words = _logs(operation)
        case Events():
            words = _events(operation)
        case Delete(target=target):
            words = ["delete", str(target), *_namespace(target), f"--cascade={operation.cascade}", *_grace(operation)]
        case Scale(target=target):
            words = ["scale", str(target), *_namespace(target), f"--replicas={_amount(operation)}"]
        case SetImage(target=target):
            images = [f"{image.container or '*'}={image.image}" for image in operation.images]
            words = ["set", "image", str(target), *_namespace(target), *images]
        case Patch(target=target):
            words = [
                "patch",
                str(target),
                *_namespace(target),
                f"--type={operation.patch_type}",
                "-p",
                _body(operation.body),
            ]
        case Exec(target=target):
            where = target.name if target.kind == "Pod" else str(target)
            words = ["exec", *_namespace(target), where, *_container(operation.container), "--", *operation.argv]
        case Restart(target=target):
            words = ["rollout", "restart", str(target), *_namespace(target)]
        case Other():
            words = [*operation.argv]
    return ("kubectl", *words)


def _get(operation: Get) -> list[str]:
    named = None if operation.name is None else str(Target(kind=operation.kind, name=operation.name))
    words = ["get", named or _plural(operation.kind), *_where(operation.namespace, everywhere=operation.all_namespaces)]
    if operation.selector is not None:
        words += ["-l", operation.selector]
    if operation.fields is not None:
        words.append(f"--field-selector={operation.fields}")
    return words if operation.output == "table" else [*words, "-o", operation.output]


def _logs(operation: Logs) -> list[str]:
    target = operation.target
    words = ["logs", str(target), *_namespace(target), *_container(operation.container)]
    words += ["--previous"] if operation.previous else []
    words += [f"--since={operation.since_seconds}s"] if operation.since_seconds is not None else []
    return [*words, f"--tail={operation.tail}"]


def _events(operation: Events) -> list[str]:
    target = operation.target
    namespace = operation.namespace if operation.namespace is not None or target is None else target.namespace
    words = ["events", *_where(namespace, everywhere=operation.all_namespaces)]
    words += [f"--for={target}"] if target is not None else []
    return [*words, "--types=Warning"] if operation.warnings_only else words


def _grace(operation: Delete) -> list[str]:
    if operation.grace_seconds is None:
        return []
    return [f"--grace-period={operation.grace_seconds}", *(["--force"] if operation.grace_seconds == 0 else [])]


def _amount(operation: Scale) -> str:
    if operation.replicas is not None:
        return str(operation.replicas)
    return f"<x{operation.factor:g}>" if operation.factor is not None else f"<{operation.delta:+d}>"


def _body(body: str) -> str:
    """The same JSON with an apostrophe and every character that is not seen spelled out, so that single quotes hold it."""
    spelled = body.replace("'", "\\u0027")
    return "".join(char if char.isprintable() else _spell(char) for char in spelled)


def _spell(char: str) -> str:
    return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"


def _namespace(target: Target) -> list[str]:
    return _where(target.namespace, everywhere=False)


def _where(namespace: str | None, *, everywhere: bool) -> list[str]:
    if everywhere:
        return ["-A"]
    return ["-n", namespace] if namespace is not None else []


def _container(container: str | None) -> list[str]:
    return ["-c", container] if container is not None else []


def _plural(kind: str) -> str:
    try:
        return kind_named(kind).plural
    except KeyError:
        return kind.lower()


def _quote(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    seen = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in word)
    return "'" + seen.replace("'", "'\"'\"'") + "'"
