"""What a write changes, field by field: the live object against the API server's dry run of it.

Steward's own mark and what the server keeps for itself (versions, managed fields, status) are not part of a difference.
"""

import copy
import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from executor.changed_lines import AFTER, BEFORE, MAX_VALUE, Side, beside, changed_lines, cut
from executor.fields import Raw
from executor.operations import canonical
from executor.reason import Frozen
from executor.redact import MASK, mask_object

__all__ = ["MAX_LINES", "MAX_VALUE", "DiffLine", "fingerprint", "leaves", "lines", "outcome"]

MARK = "steward/action"
"""The annotation that says which action wrote an object last."""

MAX_LINES = 200

_KEPT_BY_SERVER = ("managedFields", "resourceVersion", "generation", "creationTimestamp", "selfLink")
_HIDDEN_ANNOTATIONS = (
    MARK,
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.daemonset.template.generation",  # the server counts it up with the template
)
_STATUS_ANNOTATIONS = (
    "control-plane.alpha.kubernetes.io/leader",
    "autoscaling.alpha.kubernetes.io/",
    "deployment.kubernetes.io/revision",
)
_ITEM_KEYS = ("name", "mountPath", "containerPort", "port", "key", "type", "ip", "topologyKey", "uid")
"""What tells the items of a list apart, as strategic merge patches have it; the first that does is taken."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class DiffLine(Frozen):
    """One field that would change. `path` is dotted (`spec.template.spec.containers[app].image`); a side is None where absent.
    Values are masked (I9) and cut. A line of a text has its number behind the path (`data[app.conf]:12`)."""

    path: str
    before: str | None
    after: str | None


class Item(NamedTuple):
    """A step into a list: the item whose `key` is `value`; `key` is "" when they are told apart by position."""

    key: str
    value: str


Path = tuple[str | Item, ...]


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Leaf(NamedTuple):
    """One changed field, unmasked; a side is ABSENT where there is none."""

    path: Path
    before: Any
    after: Any


def fingerprint(live: Raw) -> str:
    """sha256 of the object less what moves by itself: status, managedFields, resourceVersion, status kept in annotations, and the
    generation, which for a Deployment also counts the revision annotation that its controller writes during a rollout."""
    bound = {key: value for key, value in live.items() if key != "status"}
    metadata = dict(bound.get("metadata") or {})
    for key in ("managedFields", "resourceVersion", "generation"):
        metadata.pop(key, None)
    annotations = metadata.get("annotations") or {}
    metadata["annotations"] = {
        key: value for key, value in annotations.items() if not key.startswith(_STATUS_ANNOTATIONS)
    }
    bound["metadata"] = metadata
    return hashlib.sha256(canonical(bound).encode()).hexdigest()


def leaves(live: Raw, result: Raw, *, moment: str = "") -> tuple[Leaf, ...]:
    """All changed fields. `moment` is the timestamp that this very write carries: it reads `<now>`, so that the same write
    made a minute later gives the same difference."""
    return tuple(
        leaf._replace(after="<now>") if moment and leaf.after == moment else leaf
        for leaf in _walk((), _plain(live), _plain(result))
    )


def outcome(changed: tuple[Leaf, ...]) -> str:
    """sha256 of the whole difference, also of what a card masks or cuts."""
    sides = [[path_text(leaf.path), *("" if side is ABSENT else [side] for side in leaf[1:])] for leaf in changed]
    return hashlib.sha256(canonical(sides).encode()).hexdigest()


def lines(changed: tuple[Leaf, ...], kind: str) -> tuple[DiffLine, ...]:
    """As people see it. What is too much is counted in the last line."""
    shown = [line for leaf in changed for line in _shown(leaf, kind)]
    if len(shown) <= MAX_LINES:
        return tuple(shown)
    rest = DiffLine(path=f"… +{len(shown) - MAX_LINES + 1}", before=None, after=None)
    return (*shown[: MAX_LINES - 1], rest)


def path_text(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, Item):
            text += f"[{step.value}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]"
    return text


def _plain(raw: Raw) -> Raw:
    plain = {key: value for key, value in raw.items() if key != "status"}
    metadata = copy.copy(plain.get("metadata") or {})
    for key in _KEPT_BY_SERVER:
        metadata.pop(key, None)
    annotations = dict(metadata.pop("annotations", None) or {})
    for key in _HIDDEN_ANNOTATIONS:
        annotations.pop(key, None)
    if annotations:
        metadata["annotations"] = annotations
    plain["metadata"] = metadata
    return plain


def _walk(path: Path, before: Any, after: Any) -> Iterator[Leaf]:
    if before is after or (type(before) is type(after) and before == after):
        return
    if _both(dict, before, after):
        left, right = (side if isinstance(side, dict) else {} for side in (before, after))
        for key in sorted(left.keys() | right.keys()):
            yield from _walk((*path, key), left.get(key, ABSENT), right.get(key, ABSENT))
    elif _both(list, before, after) and _objects(before, after):
        yield from _walk_items(path, before, after)
    else:
        yield Leaf(path, before, after)


def _both(kind: type, before: Any, after: Any) -> bool:
    """Whether both are of this kind; an absent side is like an empty one, unless the other is empty, too."""
    sides = [side for side in (before, after) if side is not ABSENT]
    return all(isinstance(side, kind) for side in sides) and any(sides)


def _objects(before: Any, after: Any) -> bool:
    return all(isinstance(item, dict) for side in (before, after) if side is not ABSENT for item in side)


def _walk_items(path: Path, before: Any, after: Any) -> Iterator[Leaf]:
    sides = [[] if side is ABSENT else side for side in (before, after)]
    key = next((key for key in _ITEM_KEYS if all(_tells_apart(key, side) for side in sides)), "")
    left, right = (
        {str(item.get(key, place) if key else place): item for place, item in enumerate(side)} for side in sides
    )
    for value in [*left, *(value for value in right if value not in left)]:
        yield from _walk((*path, Item(key, value)), left.get(value, ABSENT), right.get(value, ABSENT))
    if key and left.keys() == right.keys() and list(left) != list(right):
        yield Leaf(path, list(left), list(right))


def _tells_apart(key: str, items: list[Raw]) -> bool:
    values = [item.get(key) for item in items]
    return None not in values and len({str(value) for value in values}) == len(values)


def _shown(leaf: Leaf, kind: str) -> Iterator[DiffLine]:
    path = path_text(leaf.path)
    if kind == "Secret" and leaf.path[:1] in (("data",), ("stringData",)):
        before, after = (None if side is ABSENT else MASK for side in leaf[1:])
    else:
        before, after = (None if side is ABSENT else _text(_name(leaf.path), side) for side in leaf[1:])
    if before is not None and before == after:  # kubectl says it like this, too
        yield DiffLine(path=path, before=cut(before) + BEFORE, after=cut(before) + AFTER)
    elif before is not None and after is not None and "\n" in before + after:
        sides = (Side(side, shown) for side, shown in ((leaf.before, before), (leaf.after, after)))
        for number, old, new in changed_lines(*sides):
            yield DiffLine(path=f"{path}:{number}" if number else path, before=old, after=new)
    else:
        yield DiffLine(path=path, **dict(zip(("before", "after"), beside(before, after), strict=True)))


def _name(path: Path) -> str:
    """The word that tells whether the value is a secret: an environment variable's name for its `value`."""
    *parents, last = path or ("",)
    if last == "value" and parents and isinstance(parents[-1], Item):
        return parents[-1].value
    return last if isinstance(last, str) else last.value


def _text(name: str, value: Any) -> str:
    shown = mask_object({name: value})[name]
    return shown if isinstance(shown, str) else canonical(shown)
