"""The client of one cluster. `Reader` cannot change anything; only `executor.preview` and `executor.run` hold a `Writer`."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from executor.discovery import Discovery
from executor.reader import Listing, Reader
from executor.streams import Change, Raw
from executor.wire import Wire
from executor.writer import Writer

__all__ = ["Change", "Connection", "Listing", "Raw", "Reader", "Writer", "connect"]


class Connection:
    """An open line to one cluster; `reader` may go anywhere, `writer` only to `executor.preview` and `executor.run`."""

    def __init__(self, wire: Wire, own_namespace: str = "") -> None:
        self.own_namespace = own_namespace
        """Where Steward itself runs: "" outside of a cluster."""
        discovery = Discovery(wire)
        self.reader = Reader(wire, discovery)
        self.writer = Writer(wire, discovery)


@asynccontextmanager
async def connect(
    kubeconfig: str | None, *, context: str | None = None, user_agent: str = "steward"
) -> AsyncGenerator[Connection]:
    """Reads the credentials (a kubeconfig's path, or the pod's service account without one) and opens nothing yet.

    Raises NotConfigured."""
    # It brings kubernetes_asyncio's login: read in a thread, and only for who connects.
    library = await asyncio.to_thread(importlib.import_module, "executor.credentials")
    wire = Wire(await library.load_credentials(kubeconfig, context), user_agent)
    try:
        yield Connection(wire, await asyncio.to_thread(library.own_namespace))
    finally:
        await wire.close()
