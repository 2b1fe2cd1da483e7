"""Reading a cluster."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple, cast

from executor import streams
from executor.discovery import Discovery
from executor.errors import BadName, Gone
from executor.kinds import Kind, kind_named
from executor.names import valid_container
from executor.paths import collection, one
from executor.streams import Change, Raw
from executor.wire import LIST_SECONDS, Answer, Request, Wire

_PAGE = 250
"""Objects per request: parsing a page must not hold up the loop."""

POD = kind_named("Pod")
NAMESPACE = kind_named("Namespace")
_ACCESS = Kind("SelfSubjectAccessReview", "selfsubjectaccessreviews", "authorization.k8s.io", namespaced=False)


class Listing(NamedTuple):
    """`complete` is False when there was more than `limit`; `resource_version` is where a watch goes on."""

    items: tuple[Raw, ...]
    resource_version: str
    complete: bool


class Reader:
    """Reads; every call ends within seconds. Errors are those of `executor.errors`; no text that comes back is masked."""

    def __init__(self, wire: Wire, discovery: Discovery) -> None:
        self._wire = wire
        self._discovery = discovery

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Raw:
        """One object, with `kind` and `apiVersion`. Raises NotFound, or BadName before anything is sent."""
        return cast("Raw", (await self.read(kind, name, namespace)).content)

    async def read(self, kind: Kind, name: str, namespace: str | None = None) -> Answer:
        """As `get`, with the server's clock."""
        path = one(kind, await self._discovery.version(kind), namespace, name)
        return await self._wire.send(Request("GET", path))

    async def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", limit: int = 500
    ) -> Listing:
        """Up to `limit` objects, page by page; `namespace=None` is all namespaces. Items have `kind` and `apiVersion`."""
        for again in (False, True):
            try:
                return await self._pages(kind, namespace, labels, fields, limit)
            except Gone:  # the pages went stale while we read them
                if again:
                    raise
        raise AssertionError("the second round returns or raises")

    async def watch(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        resource_version: str,
        labels: str = "",
        fields: str = "",
        seconds: int = 290,
    ) -> AsyncGenerator[Change]:
        """What changed since `resource_version` (of a listing), as it happens; ends after about `seconds`.

        Raises Gone when the version is too old: list again. Close it (`contextlib.aclosing`) when leaving early."""
        query = _selection(labels, fields)
        query += [
            ("watch", "true"),
            ("resourceVersion", resource_version),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", str(seconds)),
        ]
        path = collection(kind, await self._discovery.version(kind), namespace)
        async with aclosing(streams.changes(self._wire, path, query, seconds=seconds)) as found:
            async for change in found:
                yield change

    async def logs(
        self,
        namespace: str,
        pod: str,
        *,
        container: str | None = None,
        tail: int = 200,
        previous: bool = False,
        since_seconds: int | None = None,
    ) -> str:
        """The newest lines, at most 512 KiB. A pod of several containers needs `container`; `previous` one
        that was restarted: Invalid otherwise."""
        query = _log_query(container, since_seconds)
        query += [("tailLines", str(tail)), *([("previous", "true")] if previous else [])]
        path = one(POD, "v1", namespace, pod, "log")
        return await streams.log_tail(self._wire, path, query, seconds=LIST_SECONDS)

    async def follow(
        self, namespace: str, pod: str, *, container: str | None = None, since_seconds: int = 5, seconds: int = 300
    ) -> AsyncGenerator[str]:
        """Log lines as they are written; ends with the container or after `seconds`. Close it when leaving early."""
        query = [*_log_query(container, since_seconds), ("follow", "true")]
        path = one(POD, "v1", namespace, pod, "log")
        async with aclosing(streams.log_lines(self._wire, path, query, seconds=seconds)) as lines:
            async for line in lines:
                yield line

    async def may(
        self, verb: str, kind: Kind, *, namespace: str | None = None, name: str = "", subresource: str = ""
    ) -> bool:
        """Whether we ourselves may (SelfSubjectAccessReview)."""
        asked = {
            "verb": verb,
            "group": kind.group,
            "resource": kind.plural,
            "subresource": subresource,
            "name": name,
            "namespace": namespace or "",
        }
        path = collection(_ACCESS, await self._discovery.version(_ACCESS), None)
        body = {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "spec": {"resourceAttributes": {key: value for key, value in asked.items() if value}},
        }
        answer = await self._wire.send(Request("POST", path, body=body))
        return bool((answer.content.get("status") or {}).get("allowed"))

    async def uid(self) -> str:
        """The cluster's identity: the uid of the namespace `kube-system`. Asked every time: an address can change its cluster."""
        return str((await self.get(NAMESPACE, "kube-system"))["metadata"]["uid"])

    async def version(self) -> str:
        """`v1.20.2`: for people; what is served is asked of discovery."""
        return str((await self._wire.send(Request("GET", "/version"))).content.get("gitVersion", ""))

    async def checks(self) -> str:
        """What the API server's own checks say, a line each (`[+]ping ok`), whether or not all are well. Not masked."""
        return await self._wire.told("/readyz", [("verbose", "")])

    async def _pages(self, kind: Kind, namespace: str | None, labels: str, fields: str, limit: int) -> Listing:
        version = await self._discovery.version(kind)
        path = collection(kind, version, namespace)
        api_version = f"{kind.group}/{version}" if kind.group else version
        items: list[Raw] = []
        mark = ""
        while True:
            query = _selection(labels, fields)
            query.append(("limit", str(min(_PAGE, limit - len(items)))))
            if mark:
                query.append(("continue", mark))
            page = (await self._wire.send(Request("GET", path, query=query, seconds=LIST_SECONDS))).content
            items += ({"kind": kind.kind, "apiVersion": api_version, **item} for item in page.get("items") or ())
            said = page.get("metadata") or {}
            mark = str(said.get("continue") or "")
            if not mark or len(items) >= limit:
                return Listing(tuple(items[:limit]), str(said.get("resourceVersion", "")), not mark)


def _selection(labels: str, fields: str) -> list[tuple[str, str]]:
    return [(key, text) for key, text in (("labelSelector", labels), ("fieldSelector", fields)) if text]


def _log_query(container: str | None, since_seconds: int | None) -> list[tuple[str, str]]:
    if container is not None and not valid_container(container):
        raise BadName(f"not a container: {container!r}")
    query = [("container", container)] if container else []
    return [*query, ("sinceSeconds", str(since_seconds))] if since_seconds is not None else query
