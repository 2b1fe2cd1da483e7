"""GET of one object and of a collection, with selectors and pages."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice

from sandbox.cluster.failures import Failure, bad_request
from sandbox.cluster.objects import Object, name_of, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import Selection, parse_selection
from sandbox.cluster.store import Store


def integer(query: Mapping[str, str], name: str) -> int | None:
    """A number of the query. Raises 400 in Go's words."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def asked_revision(query: Mapping[str, str]) -> int:
    """The `resourceVersion` of the query; 0 for none. Raises 400."""
    text = query.get("resourceVersion") or "0"
    if not text.isdecimal():
        raise bad_request(
            f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    return int(text)


def _check_reached(store: Store, revision: int) -> None:
    """Raises the 504 for a list at a version that is yet to come."""
    if revision > store.revision:
        message = f"Too large resource version: {revision}, current: {store.revision}"
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        failure = Failure(504, "Timeout", message, causes=[cause], retryAfterSeconds=1)
        failure.headers["Retry-After"] = "1"
        raise failure


def selection_of(resource: Resource, query: Mapping[str, str]) -> Selection:
    return parse_selection(resource, query.get("labelSelector", ""), query.get("fieldSelector", ""))


def selected(
    store: Store, resource: Resource, namespace: str, selection: Selection, start: tuple[str, str] = ("", "")
) -> Iterator[Object]:
    """The objects in list order, later than `start` (namespace, name). `namespace` "" is every one."""
    for home in [namespace] if namespace else store.namespaces_with(resource):
        if home < start[0]:
            continue
        names = store.names(resource, home)
        first = bisect_right(names, start[1]) if home == start[0] else 0
        for name in islice(names, first, None):
            obj = store.get(resource, home, name)
            if obj is not None and selection.holds(obj):
                yield obj


def page(store: Store, resource: Resource, namespace: str, query: Mapping[str, str]) -> tuple[list[Object], Object]:
    """One page and its list metadata."""
    _check_reached(store, asked_revision(query))
    selection = selection_of(resource, query)
    limit = integer(query, "limit") or 0
    revision, start = store.revision, ("", "")
    if token := query.get("continue"):
        revision, start = _read_token(token)
        store.histories[resource].after(revision)
    found = selected(store, resource, namespace, selection, start)
    if limit <= 0:
        return list(found), {"resourceVersion": str(revision)}
    items = list(islice(found, limit))
    metadata: Object = {"resourceVersion": str(revision)}
    if next(found, None) is not None:
        metadata["continue"] = _write_token(revision, items[-1])
        if not selection:
            metadata["remainingItemCount"] = sum(1 for _ in found) + 1
    return items, metadata


def _write_token(revision: int, last: Object) -> str:
    start = {"v": "meta.k8s.io/v1", "rv": revision, "start": [namespace_of(last), name_of(last)]}
    return base64.urlsafe_b64encode(json.dumps(start).encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, tuple[str, str]]:
    try:
        value = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, name = value["start"]
        return int(value["rv"]), (str(namespace), str(name))
    except (ValueError, KeyError, TypeError, binascii.Error) as exc:
        raise bad_request(f"invalid continue token: continue key is not valid: {exc}") from exc
