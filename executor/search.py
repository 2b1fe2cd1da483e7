"""Finding objects by what people call them: exactly, by the beginning of a name, by the `app` label."""

import asyncio
import difflib
from collections.abc import Awaitable, Iterable, Sequence

from executor.cluster import Reader
from executor.errors import BadName, ClusterError, Forbidden, NotFound
from executor.fields import Raw, name_of, text
from executor.kinds import Kind, kind_named
from executor.names import valid_label_value, valid_name
from executor.operations import Target

_NAMESPACE = kind_named("Namespace")
MOST_OF_A_KIND = 2000
"""Objects of one kind that are looked through."""
_MOST_NAMESPACES = 50
_APP_LABELS = ("app", "app.kubernetes.io/name", "k8s-app")


def target_of_raw(raw: Raw) -> Target:
    return Target(kind=text(raw, "kind"), name=name_of(raw), namespace=text(raw, "metadata", "namespace") or None)


async def exactly(reader: Reader, kinds: Sequence[Kind], name: str, namespace: str | None) -> list[Raw]:
    """Objects of this very name; `namespace=None` looks in all of them. Raises Forbidden when we may see none of the kinds."""
    return await _together(_one(reader, kind, name, namespace) for kind in kinds)


async def _one(reader: Reader, kind: Kind, name: str, namespace: str | None) -> Sequence[Raw]:
    if namespace is None and kind.namespaced:
        if not valid_name(name):  # it becomes part of a selector
            return ()
        return [raw for raw in await _everywhere(reader, kind, f"metadata.name={name}") if name_of(raw) == name]
    try:
        return [await reader.get(kind, name, namespace if kind.namespaced else None)]
    except (NotFound, BadName):
        return ()


async def roughly(reader: Reader, kinds: Sequence[Kind], name: str, namespace: str | None) -> list[Raw]:
    """Objects whose name begins with these words, or whose `app` label says them."""
    every = await all_of(reader, kinds, namespace)
    return [raw for raw in every if _begins(name_of(raw), name)] or [raw for raw in every if _labelled(raw, name)]


def _begins(name: str, words: str) -> bool:
    return name.startswith((f"{words}-", f"{words}."))


def _labelled(raw: Raw, name: str) -> bool:
    return valid_label_value(name) and any(text(raw, "metadata", "labels", label) == name for label in _APP_LABELS)


async def all_of(reader: Reader, kinds: Sequence[Kind], namespace: str | None) -> list[Raw]:
    """Raises Forbidden when we may see none of the kinds."""
    if namespace is None:
        return await _together(_everywhere(reader, kind) for kind in kinds)
    return await _together(_inside(reader, kind, namespace) for kind in kinds)


async def _together(looks: Iterable[Awaitable[Sequence[Raw]]]) -> list[Raw]:
    """All that is found; what is closed to us is passed over unless it is everything."""
    answers = await asyncio.gather(*(_or_error(look) for look in looks))
    errors = [answer for answer in answers if isinstance(answer, ClusterError)]
    closed = [error for error in errors if isinstance(error, Forbidden)]
    if errors and (len(closed) < len(errors) or len(closed) == len(answers)):
        raise next((error for error in errors if error not in closed), errors[0])
    return [raw for answer in answers if not isinstance(answer, ClusterError) for raw in answer]


async def _or_error(look: Awaitable[Sequence[Raw]]) -> Sequence[Raw] | ClusterError:
    """So that `gather` waits for every look, and one error comes out as itself."""
    try:
        return await look
    except ClusterError as error:
        return error


async def _everywhere(reader: Reader, kind: Kind, fields: str = "") -> Sequence[Raw]:
    """In all namespaces, or in those that we may read one by one."""
    try:
        return (await reader.list(kind, fields=fields, limit=MOST_OF_A_KIND)).items
    except NotFound:
        return ()
    except Forbidden:
        if not kind.namespaced:
            raise
    namespaces = (await reader.list(_NAMESPACE, limit=_MOST_NAMESPACES)).items
    return await _together(_inside(reader, kind, name_of(namespace), fields) for namespace in namespaces)


async def _inside(reader: Reader, kind: Kind, namespace: str, fields: str = "") -> Sequence[Raw]:
    try:
        return (
            await reader.list(kind, namespace if kind.namespaced else None, fields=fields, limit=MOST_OF_A_KIND)
        ).items
    except (NotFound, BadName):
        return ()


def similar(name: str, raws: Iterable[Raw], *, most: int = 5) -> tuple[Target, ...]:
    """Those whose names look like this one, the likest first; the same name elsewhere comes before all."""
    by_name: dict[str, list[Target]] = {}
    for raw in raws:
        by_name.setdefault(name_of(raw), []).append(target_of_raw(raw))
    close = difflib.get_close_matches(name, by_name, n=most, cutoff=0.6)
    close += [other for other in by_name if name and (name in other or other in name) and other not in close]
    return tuple(target for other in close for target in by_name[other])[:most]
