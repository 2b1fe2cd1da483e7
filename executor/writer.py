"""Changing a cluster. Only `executor.preview` (dry runs) and `executor.run` hold a Writer (I1)."""

from collections.abc import Sequence
from typing import Any, Literal

from executor.errors import BadName
from executor.kinds import Kind
from executor.names import valid_container
from executor.paths import one
from executor.reader import POD, Reader
from executor.streams import Raw
from executor.terminal import Ending, run_command
from executor.wire import WRITE_SECONDS, Answer, Request

MANAGER = "steward"
"""Our fieldManager: what `managedFields` shows beside our writes."""

_PATCH_TYPES = {
    "strategic": "application/strategic-merge-patch+json",
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
}


class Writer(Reader):
    """Changes the cluster. Every call is sent at most once; after Lost, read what became of it."""

    async def patch(
        self,
        kind: Kind,
        name: str,
        namespace: str | None,
        *,
        patch_type: Literal["strategic", "merge", "json"],
        body: Any,
        dry_run: bool,
    ) -> Answer:
        """The object as it became, or (`dry_run`) would become. Unknown fields are refused by servers that can (1.25 and newer)."""
        path = one(kind, await self._discovery.version(kind), namespace, name)
        query = [("fieldManager", MANAGER), ("fieldValidation", "Strict")]
        if dry_run:
            query.append(("dryRun", "All"))
        return await self._wire.send(
            Request(
                "PATCH",
                path,
                query=query,
                body=body,
                content_type=_PATCH_TYPES[patch_type],
                seconds=WRITE_SECONDS,
                effect=not dry_run,
            )
        )

    async def delete(
        self,
        kind: Kind,
        name: str,
        namespace: str | None,
        *,
        uid: str,
        resource_version: str,
        cascade: Literal["background", "foreground", "orphan"] = "background",
        grace_seconds: int | None = None,
        dry_run: bool,
    ) -> Answer:
        """A `Status` when the object is gone, the object when it still has to end (grace period, finalizers).

        All options go in the body: the API ignores those in the query as soon as there is a body, `dryRun` too."""
        path = one(kind, await self._discovery.version(kind), namespace, name)
        options: Raw = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "propagationPolicy": cascade.capitalize(),
            "preconditions": {"uid": uid, "resourceVersion": resource_version},
        }
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        if dry_run:
            options["dryRun"] = ["All"]
        return await self._wire.send(Request("DELETE", path, body=options, seconds=WRITE_SECONDS, effect=not dry_run))

    async def exec(
        self, namespace: str, pod: str, container: str | None, argv: Sequence[str], *, seconds: float
    ) -> Ending:
        """Runs `argv` as it is; never repeated."""
        if container is not None and not valid_container(container):
            raise BadName(f"not a container: {container!r}")
        path = one(POD, "v1", namespace, pod, "exec")
        return await run_command(self._wire, path, container, argv, seconds=seconds)
