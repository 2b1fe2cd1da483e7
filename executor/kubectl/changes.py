"""kubectl's changing verbs that Steward performs, as operations."""

import json
from collections.abc import Sequence
from typing import Any

from executor.kinds import SCALABLE, WORKLOADS
from executor.kubectl.command import Command, Verb, verb
from executor.kubectl.lexer import Word
from executor.kubectl.others import argv_as_read, is_assignment
from executor.kubectl.rejected import Refused
from executor.kubectl.resources import Resource, changed, check_name, kind_in, resources, targets
from executor.names import valid_container, valid_image
from executor.operations import (
    ContainerImage,
    Delete,
    Exec,
    Operation,
    Other,
    Patch,
    Restart,
    Scale,
    SetImage,
    canonical,
)

_TYPES = {"strategic": "strategic", "merge": "merge", "json": "json"}
_CASCADES = ("background", "foreground", "orphan")


def _delete(command: Command) -> tuple[Operation, ...]:
    """`--force` means at once, as kubectl means it; a grace period of 0 without it is 1, as kubectl makes it."""
    about = targets(command.line.words, command.namespace)
    cascade = command.text("cascade") or "background"
    if cascade not in _CASCADES:
        raise Refused("kubectl.flag_value", flag="--cascade", value=cascade)
    grace = command.integer("grace-period", -1, 3600)
    if command.on("force"):
        if grace not in (None, -1, 0):
            raise Refused("kubectl.conflict", one="--force", other=f"--grace-period={grace}")
        grace = 0
    elif command.on("now"):
        if grace not in (None, -1):
            raise Refused("kubectl.conflict", one="--now", other=f"--grace-period={grace}")
        grace = 1
    elif grace == 0:
        grace = 1
    seconds = None if grace == -1 else grace
    return tuple(
        Delete.model_validate({"target": target, "cascade": cascade, "grace_seconds": seconds}) for target in about
    )


def _scale(command: Command) -> tuple[Operation, ...]:
    replicas = command.integer("replicas", 0, 10_000)
    if replicas is None:
        raise Refused("kubectl.value_missing", flag="--replicas")
    about = targets(command.line.words, command.namespace)
    if about[0].kind not in SCALABLE:
        raise Refused("kubectl.wrong_kind", verb="scale", kind=about[0].kind)
    return tuple(Scale(target=target, replicas=replicas) for target in about)


def _restart(command: Command) -> tuple[Operation, ...]:
    about = targets(command.line.words, command.namespace)
    if about[0].kind not in WORKLOADS:
        raise Refused("kubectl.wrong_kind", verb="rollout restart", kind=about[0].kind)
    return tuple(Restart(target=target) for target in about)


def _set_image(command: Command) -> tuple[Operation, ...]:
    words = command.line.words
    about = targets([word for word in words if not is_assignment(word)], command.namespace)
    images = tuple(_image(word) for word in words if is_assignment(word))
    if not images:
        raise Refused("kubectl.assignment_missing", verb="set image")
    if len({image.container for image in images}) < len(images):
        raise Refused("kubectl.repeated", flag=images[0].container or "")
    if about[0].kind not in WORKLOADS:
        return tuple(Other(command=command.verb, argv=argv_as_read(command), target=target) for target in about)
    return tuple(SetImage(target=target, images=images) for target in about)


def _image(word: Word) -> ContainerImage:
    container, equals, image = word.text.partition("=")
    if not equals or not valid_image(image):
        raise Refused("risk.image", image=image or word.text)
    if container != "*" and not valid_container(container):
        raise Refused("risk.container", container=container)
    return ContainerImage(container=container, image=image)


def _patch(command: Command) -> tuple[Operation, ...]:
    about = targets(command.line.words, command.namespace)
    wanted = command.text("type") or "strategic"
    if wanted not in _TYPES:
        raise Refused("kubectl.flag_value", flag="--type", value=wanted)
    text = command.text("patch")
    if text is None:
        raise Refused("kubectl.value_missing", flag="-p")
    body = _body(text, json_patch=wanted == "json")
    return tuple(Patch.model_validate({"target": target, "patch_type": wanted, "body": body}) for target in about)


def _body(text: str, *, json_patch: bool) -> str:
    """Canonical JSON. YAML, which kubectl would take too, is refused; so is a key that is given twice."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        body = canonical(value)
        body.encode()
    except (ValueError, RecursionError):
        raise Refused("kubectl.patch_json") from None
    if not isinstance(value, list if json_patch else dict) or not value:
        raise Refused("kubectl.patch_json")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(text)


def _exec(command: Command) -> tuple[Operation, ...]:
    words, rest = command.line.words, command.line.rest
    if rest is None:
        raise Refused("kubectl.exec_dashes")
    if len(words) != 1 or not rest or not rest[0].text:
        raise Refused("kubectl.exec_form")
    target = changed(_executed(words), command.namespace)
    if target.kind not in ("Pod", *WORKLOADS):
        raise Refused("kubectl.wrong_kind", verb="exec", kind=target.kind)
    return (Exec(target=target, container=command.container(), argv=tuple(word.text for word in rest)),)


def _executed(words: Sequence[Word]) -> Resource:
    if "/" in words[0].text:
        return resources(words, several_kinds=False)[0]
    pod = Resource(kind_in("pod"), words[0].text)
    check_name(pod.kind, words[0].text)
    return pod


def _edit(command: Command) -> tuple[Operation, ...]:
    """There is no editor in a chat; read in full, so that what it is about decides the answer."""
    about = targets(command.line.words, command.namespace)
    return tuple(Other(command="edit", argv=argv_as_read(command), target=target) for target in about)


_DRY = "dry-run= o/output="

CHANGES: dict[str, Verb] = {
    "delete": verb(f"{_DRY} cascade= grace-period= force now wait timeout= ignore-not-found", _delete),
    "scale": verb(f"{_DRY} replicas= timeout=", _scale),
    "rollout restart": verb(f"{_DRY} field-manager=", _restart),
    "set image": verb(f"{_DRY} field-manager=", _set_image),
    "patch": verb(f"{_DRY} p/patch= type= field-manager=", _patch),
    "exec": verb("c/container= q/quiet pod-running-timeout=", _exec, rest=True),
    "edit": verb("o/output=", _edit),
}
