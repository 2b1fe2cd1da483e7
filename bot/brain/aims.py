"""What a change comes to, whatever verb it is said with: so that what was denied does not come back under another name."""

import json
import re
from collections.abc import Iterator
from typing import Any

from executor.operations import Change, Delete, Exec, Patch, Restart, Scale, SetImage, Target

Aim = tuple[str, str, str]
"""(what, namespace, name)."""

_ORDINAL = re.compile(r"(.+)-\d{1,4}")
_MADE = re.compile(r"(.+?)(?:-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}")
"""A pod's name behind its workload's: `<deployment>-<hash>-<5 letters>`, `<daemon set>-<5 letters>`, `<stateful set>-<number>`."""


def aims(operation: Change) -> frozenset[Aim]:
    """Two changes with an aim in common are the same wish: another number of replicas, a patch of the field that a verb sets, a
    pod deleted instead of its workload restarted, a program run in the pod beside."""
    return frozenset(_aims(operation))


def _aims(operation: Change) -> Iterator[Aim]:
    target = operation.target
    match operation:
        case Scale():
            yield _of("size", target)
            if operation.replicas == 0:
                yield _of("end", target)
        case SetImage():
            yield _of("image", target)
        case Restart():
            yield _of("again", target)
        case Delete() if target.kind == "Pod":
            yield from _of_each("again", target)
        case Delete():
            yield _of("end", target)
        case Exec():
            yield from _of_each("exec", target)
        case Patch():
            yield _of(f"patch {target.kind}", target)
            yield from (_of(what, target) for what in _patched(operation.body))


def _of(what: str, target: Target) -> Aim:
    return (what, target.namespace or "", target.name)


def _of_each(what: str, target: Target) -> Iterator[Aim]:
    """The pod by its own name and by that of whoever made it."""
    yield _of(what, target)
    for made in (_ORDINAL, _MADE) if target.kind == "Pod" else ():
        if found := made.fullmatch(target.name):
            yield (what, target.namespace or "", found[1])


def _patched(body: str) -> Iterator[str]:
    paths = [*_paths(json.loads(body))]
    if any(path.startswith("/spec/replicas") for path in paths):
        yield "size"
    if any(path.startswith("/spec/template/spec") and path.endswith("/image") for path in paths):
        yield "image"
    if any(path.startswith("/spec/template/metadata") for path in paths):
        yield "again"


def _paths(patch: Any, where: str = "") -> Iterator[str]:
    """The fields that a patch of any type sets, as JSON pointers; lists count by their place."""
    if isinstance(patch, dict):
        for key, value in patch.items():
            yield from _paths(value, f"{where}/{key}")
    elif isinstance(patch, list) and not where:
        for step in patch:
            if isinstance(step, dict):
                yield from _paths(step.get("value"), str(step.get("path", "")))
    elif isinstance(patch, list):
        for place, value in enumerate(patch):
            yield from _paths(value, f"{where}/{place}")
    else:
        yield where
