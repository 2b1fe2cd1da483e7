"""Finding objects by what people call them: exactly, by the beginning of a name, by the `app` label."""

import asyncio
import difflib
from collections.abc import Iterable, Sequence

from executor.cluster import Listing, Reader
from executor.errors import BadName, Forbidden, NotFound
from executor.fields import Raw, name_of, text
from executor.kinds import Kind, kind_named
from executor.names import valid_label_value, valid_name
from executor.operations import Target

_NAMESPACE = kind_named("Namespace")
_LIMIT = 2000
_MOST_NAMESPACES = 50
_APP_LABELS = ("app", "app.kubernetes.io/name", "k8s-app")


def target_of_raw(raw: Raw) -> Target:
    return Target(kind=text(raw, "kind"), name=name_of(raw), namespace=text(raw, "metadata", "namespace") or None)


async def exactly(reader: Reader, kinds: Sequence[Kind], name: str, namespace: str | None) -> list[Raw]:
    """Objects of this very name; `namespace=None` looks in all of them."""
    found = await asyncio.gather(*(_one(reader, kind, name, namespace) for kind in kinds))
    return [raw for raws in found for raw in raws]


async def _one(reader: Reader, kind: Kind, name: str, namespace: str | None) -> Sequence[Raw]:
    if namespace is None and kind.namespaced:
        if not valid_name(name):  # it becomes part of a selector
            return ()
        return [raw for raw in await everywhere(reader, kind, fields=f"metadata.name={name}") if name_of(raw) == name]
    try:
        return [await reader.get(kind, name, namespace if kind.namespaced else None)]
    except (NotFound, BadName):
        return []


async def roughly(reader: Reader, kinds: Sequence[Kind], name: str, namespace: str | None) -> list[Raw]:
    """Objects whose name begins with these words, or whose `app` label says them."""
    every = await all_of(reader, kinds, namespace)
    return [raw for raw in every if _begins(name_of(raw), name)] or [raw for raw in every if _labelled(raw, name)]


def _begins(name: str, words: str) -> bool:
    return name.startswith((f"{words}-", f"{words}."))


def _labelled(raw: Raw, name: str) -> bool:
    return valid_label_value(name) and any(text(raw, "metadata", "labels", label) == name for label in _APP_LABELS)


async def all_of(reader: Reader, kinds: Sequence[Kind], namespace: str | None) -> list[Raw]:
    found = await asyncio.gather(
        *(everywhere(reader, kind) if namespace is None else _inside(reader, kind, namespace) for kind in kinds)
    )
    return [raw for raws in found for raw in raws]


async def everywhere(reader: Reader, kind: Kind, *, fields: str = "") -> Sequence[Raw]:
    """In all namespaces, or in those that we may read one by one."""
    try:
        return (await reader.list(kind, fields=fields, limit=_LIMIT)).items
    except NotFound:
        return ()
    except Forbidden:
        if not kind.namespaced:
            return ()
    try:
        namespaces: Listing = await reader.list(_NAMESPACE, limit=_MOST_NAMESPACES)
    except Forbidden:
        return ()
    names = [name_of(namespace) for namespace in namespaces.items]
    found = await asyncio.gather(*(_inside(reader, kind, name, fields=fields) for name in names))
    return [raw for raws in found for raw in raws]


async def _inside(reader: Reader, kind: Kind, namespace: str, *, fields: str = "") -> Sequence[Raw]:
    try:
        return (await reader.list(kind, namespace if kind.namespaced else None, fields=fields, limit=_LIMIT)).items
    except (Forbidden, NotFound, BadName):
        return ()


def similar(name: str, raws: Iterable[Raw], *, most: int = 5) -> tuple[Target, ...]:
    """Those whose names look like this one, the likest first; the same name elsewhere comes before all."""
    by_name: dict[str, list[Target]] = {}
    for raw in raws:
        by_name.setdefault(name_of(raw), []).append(target_of_raw(raw))
    close = difflib.get_close_matches(name, by_name, n=most, cutoff=0.6)
    close += [other for other in by_name if name and (name in other or other in name) and other not in close]
    return tuple(target for other in close for target in by_name[other])[:most]
