"""Which version of an API group this cluster serves: asked, never assumed.

Kubernetes 1.20, for one, has policy/v1beta1, no autoscaling/v2 and no batch/v1 CronJob.
"""

import asyncio
import time
from typing import Any

from executor.errors import NotFound, NotServed
from executor.kinds import Kind
from executor.wire import Request, Wire

_FRESH_SECONDS = 600.0


class Discovery:
    """Remembers for ten minutes; an upgrade or a new CRD is seen after that."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._versions: dict[tuple[str, str], tuple[float, str | None]] = {}
        self._asking = asyncio.Lock()

    async def version(self, kind: Kind) -> str:
        """The version to use in paths of this kind; raises NotServed."""
        if not kind.group:
            return kind.version
        async with self._asking:
            asked_at, version = self._versions.get((kind.group, kind.plural), (-_FRESH_SECONDS, None))
            if time.monotonic() - asked_at >= _FRESH_SECONDS:
                version = await self._ask(kind)
                self._versions[kind.group, kind.plural] = (time.monotonic(), version)
        if version is None:
            raise NotServed(f"this cluster serves no {kind.plural}.{kind.group}")
        return version

    async def _ask(self, kind: Kind) -> str | None:
        if await self._serves(kind, kind.version):
            return kind.version
        try:
            group = (await self._wire.send(Request("GET", f"/apis/{kind.group}"))).content
        except NotFound:
            return None
        preferred = (group.get("preferredVersion") or {}).get("version")
        others: list[Any] = [version.get("version") for version in group.get("versions") or ()]
        for version in sorted(others, key=lambda version: version != preferred):
            if version != kind.version and await self._serves(kind, str(version)):
                return str(version)
        return None

    async def _serves(self, kind: Kind, version: str) -> bool:
        try:
            served = (await self._wire.send(Request("GET", f"/apis/{kind.group}/{version}"))).content
        except NotFound:
            return False
        return any(resource.get("name") == kind.plural for resource in served.get("resources") or ())
