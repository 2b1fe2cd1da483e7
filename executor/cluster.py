"""The client of one cluster. `Reader` cannot change anything; only `executor.preview` and `executor.run` hold a `Writer`."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from executor.discovery import Discovery
from executor.errors import NotConfigured
from executor.nowhere import Nowhere
from executor.reader import Listing, Reader
from executor.streams import Change, Raw
from executor.wire import Login, Wire
from executor.writer import Writer

__all__ = ["Change", "Connection", "Listing", "Raw", "Reader", "Writer", "connect"]


class Connection:
    """An open line to one cluster; `reader` may go anywhere, `writer` only to `executor.preview` and `executor.run`."""

    def __init__(self, wire: Wire, own_namespace: str = "", *, missing: str = "") -> None:
        self.missing = missing
        """Why there are no credentials; "" when there are."""
        self.own_namespace = own_namespace
        """Where Steward itself runs: "" outside of a cluster."""
        discovery = Discovery(wire)
        self.reader = Reader(wire, discovery)
        self.writer = Writer(wire, discovery)


@asynccontextmanager
async def connect(
    kubeconfig: str | None, *, context: str | None = None, user_agent: str = "steward", demanded: bool = True
) -> AsyncGenerator[Connection]:
    """Reads the credentials (a kubeconfig's path, or the pod's service account without one) and opens nothing yet.

    Raises NotConfigured; where they are not `demanded`, `missing` says why there are none and each request raises it."""
    # It brings kubernetes_asyncio's login: read in a thread, and only for who connects.
    library = await asyncio.to_thread(importlib.import_module, "executor.credentials")
    missing = ""
    credentials: Login
    try:
        credentials = await library.load_credentials(kubeconfig, context)
    except NotConfigured as error:
        if demanded:
            raise
        missing = error.message
        credentials = Nowhere(missing)
    wire = Wire(credentials, user_agent)
    try:
        yield Connection(wire, await asyncio.to_thread(library.own_namespace), missing=missing)
    finally:
        await wire.close()
