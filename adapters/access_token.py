"""The access token of an application: fetched by one caller at a time, kept until shortly before its end, replaced when refused."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from adapters.errors import CredentialsRejected, PlatformError, Unreachable

Answered = TypeVar("Answered")


class TokenInvalid(PlatformError):
    """The access token has expired or was revoked: get another one and try again, once. Never leaves `adapters`."""


class AccessToken:
    """`fetch` gives a fresh token and the seconds it lives; it reads the credentials when it is called. `early`: seconds before its
    end at which a token is no longer used."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[Any, Any]]], *, early: float) -> None:
        self._fetch = fetch
        self._early = early
        self._token = ""
        self._until = 0.0
        self._credentials = 0
        self._fetching = asyncio.Lock()

    def forget(self) -> None:
        """The credentials have changed: what is being fetched with the old ones is not kept either."""
        self._credentials += 1
        self._until = 0.0

    async def get(self) -> str:
        """Raises what `fetch` raises, and Unreachable when it gave no token."""
        async with self._fetching:
            while time.monotonic() >= self._until:
                asked_with = self._credentials
                token, lifetime = await self._fetch()
                if not isinstance(token, str) or not token or not isinstance(lifetime, int | float):
                    raise Unreachable("the answer to a token request holds no token")
                if asked_with == self._credentials:
                    self._token = token
                    self._until = time.monotonic() + max(lifetime - self._early, min(lifetime / 2, 60.0), 1.0)
            return self._token

    async def used(self, request: Callable[[str], Awaitable[Answered]]) -> Answered:
        """What `request` gives with a token; asked once more with a fresh one when that is refused. Raises CredentialsRejected when
        the fresh one is refused, too."""
        token = await self.get()
        try:
            return await request(token)
        except TokenInvalid:
            if token == self._token:
                self._until = 0.0
        try:
            return await request(await self.get())
        except TokenInvalid as exc:
            raise CredentialsRejected(f"a fresh access token is refused: {exc}", code=exc.code) from None
