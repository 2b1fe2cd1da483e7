"""From what people say to one object of the live cluster: the kind, the namespace and the numbers they left out."""

from collections.abc import Awaitable, Sequence

from executor.cluster import Reader
from executor.errors import Forbidden, NotFound
from executor.fields import Raw
from executor.fill import Senseless, fill
from executor.kinds import WORKLOADS, Kind, kind_named
from executor.operations import Events, Get, Operation, Other, Target, target_of
from executor.reason import Frozen, Reason, reason
from executor.search import all_of, exactly, roughly, similar, target_of_raw

DEFAULT_NAMESPACE = "default"
_WORKLOADS = tuple(kind_named(kind) for kind in WORKLOADS)
_POD = (kind_named("Pod"),)
_MOST_CANDIDATES = 20


class Resolved(Frozen):
    """Whole: every name is one object's, every number is absolute."""

    operation: Operation


class Ambiguous(Frozen):
    """Several objects may be meant: two to twenty are named."""

    candidates: tuple[Target, ...]


class Missing(Frozen):
    """Nothing may be meant; `similar` are names that look like it, the likest first."""

    target: Target
    similar: tuple[Target, ...] = ()


class Impossible(Frozen):
    """There is such an object, but what was asked makes no sense for it."""

    reason: Reason


Resolution = Resolved | Ambiguous | Missing | Impossible


async def resolve(reader: Reader, operation: Operation, *, namespaces_hint: str | None = None) -> Resolution:
    """Make an operation whole. `namespaces_hint` is the namespace a conversation is mostly about.

    Raises what reading raises; kinds and namespaces that we may not read are passed over while there are others."""
    target = target_of(operation)
    if isinstance(operation, Other):
        return Resolved(operation=operation)
    if target is None:
        return Resolved(operation=_placed(operation, namespaces_hint))
    try:
        kinds = (kind_named(target.kind),) if target.kind else ()
    except KeyError:
        return Impossible(reason=reason("resolve.kind_unknown", kind=target.kind))
    if kinds and not kinds[0].namespaced:
        target = target.model_copy(update={"namespace": None})
    found = _preferred(await _find(reader, target, kinds), namespaces_hint)
    if not found:
        return Missing(target=target, similar=await _similar(reader, target, kinds))
    if len(found) > 1:
        candidates = sorted((target_of_raw(raw) for raw in found), key=lambda each: (each.namespace or "", str(each)))
        return Ambiguous(candidates=tuple(candidates[:_MOST_CANDIDATES]))
    try:
        return Resolved(operation=await fill(reader, operation, found[0]))
    except Senseless as exc:
        return Impossible(reason=exc.reason)
    except NotFound:  # gone between the search and the look
        return Missing(target=target)


def _placed(operation: Operation, hint: str | None) -> Operation:
    """A list in some namespace: the conversation's, else the default one."""
    if not isinstance(operation, Get | Events) or operation.all_namespaces or operation.namespace:
        return operation
    if isinstance(operation, Get) and (kind := _known(operation.kind)) and not kind.namespaced:
        return operation
    return operation.model_copy(update={"namespace": hint or DEFAULT_NAMESPACE})


def _known(kind: str) -> Kind | None:
    try:
        return kind_named(kind)
    except KeyError:
        return None


async def _find(reader: Reader, target: Target, kinds: Sequence[Kind]) -> list[Raw]:
    """By the exact name first. A name that was given in full, with kind and namespace, is never taken for another."""
    name, namespace = target.name, target.namespace
    stages = (kinds,) if kinds else (_WORKLOADS, _POD)
    for stage in stages:
        if found := await exactly(reader, stage, name, namespace):
            return found
    if kinds and (namespace is not None or not kinds[0].namespaced or kinds[0].kind == "Secret"):
        return []
    for stage in stages:
        if found := await roughly(reader, stage, name.lower(), namespace):
            return found
    return []


def _preferred(found: list[Raw], hint: str | None) -> list[Raw]:
    """The conversation's namespace wins; system namespaces (`kube-*`) lose against any other."""
    if here := [raw for raw in found if hint and raw["metadata"].get("namespace") == hint]:
        return here
    ordinary = [raw for raw in found if not str(raw["metadata"].get("namespace", "")).startswith("kube-")]
    return ordinary or found


async def _similar(reader: Reader, target: Target, kinds: Sequence[Kind]) -> tuple[Target, ...]:
    if kinds and kinds[0].kind == "Secret":
        return ()  # listing them would fetch their contents
    alike = kinds or _WORKLOADS
    namespaced = [kind for kind in alike if kind.namespaced]
    looks: list[Awaitable[list[Raw]]] = [all_of(reader, alike, target.namespace)]
    if kinds:
        looks.insert(0, exactly(reader, _WORKLOADS, target.name, target.namespace))
    if target.namespace:
        looks.insert(-1, exactly(reader, namespaced, target.name, None))
    *same_name, near = [await _open(look) for look in looks]
    first = [target_of_raw(raw) for raws in same_name for raw in raws]
    return tuple(dict.fromkeys((*first, *similar(target.name.lower(), near))))[:5]


async def _open(look: Awaitable[list[Raw]]) -> list[Raw]:
    """Suggestions come from where we may look."""
    try:
        return await look
    except Forbidden:
        return []
