"""Stands where a cluster's credentials would be while there are none."""

import ssl

from executor.errors import NotConfigured


class Nowhere:
    """A `Login` that never gets as far as a request: each ends with the reason."""

    host = ""
    proxy: str | None = None
    server_hostname: str | None = None

    def __init__(self, why: str) -> None:
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._why = why

    async def authorization(self, *, renew: bool = False) -> str | None:
        """Raises NotConfigured."""
        del renew
        raise NotConfigured(self._why)
