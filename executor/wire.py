"""One HTTP conversation with the API server: raw JSON, status always checked, every wait bounded, no write sent twice."""

import asyncio
import json
import random
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
import structlog
from yarl import URL

from executor.errors import Lost, Throttled, Unauthorized, Unreachable, error_of

Query = Sequence[tuple[str, str]]

READ_SECONDS = 15.0
LIST_SECONDS = 30.0
WRITE_SECONDS = 40.0
"""The server cuts changing calls at 34 s."""
CONNECT_SECONDS = 5.0
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of one answer. A page of 500 pods is about 1 MiB; etcd takes objects of up to 1.5 MiB."""
_MOST_STREAMS = 512
_ATTEMPTS = 3
_LONGEST_PAUSE = 5.0

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """`effect` marks one that changes the cluster."""

    method: str
    path: str
    _: KW_ONLY
    query: Query = ()
    body: Any = None
    content_type: str = "application/json"
    seconds: float = READ_SECONDS
    effect: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    content: Any
    date: datetime
    """The server's clock, floored to a second."""


async def _only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp sends GET and DELETE again by itself when the connection breaks, whether or not the server had acted: a delete
    would look like a 404 and an exec (a GET that upgrades) could run twice. An error it does not know stops it."""
    try:
        return await handler(request)
    except _NOT_SENT as exc:
        raise Unreachable(f"not connected: {type(exc).__name__}") from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise Lost(f"no answer: {type(exc).__name__}") from exc


class Login(Protocol):
    """Where the API server is and who we are to it; `executor.credentials` has it."""

    @property
    def host(self) -> str: ...

    @property
    def tls(self) -> ssl.SSLContext: ...

    @property
    def proxy(self) -> str | None: ...

    @property
    def server_hostname(self) -> str | None: ...

    async def authorization(self, *, renew: bool = False) -> str | None:
        """The Authorization header, None where a client certificate does it."""
        ...


class Wire:
    """Knows nothing of Kubernetes' kinds; paths come checked from `executor.paths`."""

    def __init__(self, credentials: Login, user_agent: str) -> None:
        self._credentials = credentials
        self._user_agent = user_agent
        # Redirects are never followed: they would take the token along. The environment (HTTPS_PROXY, ~/.netrc) is not asked:
        # it is meant for other hosts, and a netrc entry would replace our token. A proxy is named in the kubeconfig.
        self._reads = self._session(force_close=False)
        # Watches and logs hold their connection for minutes, some five for each verification: reads must not wait for them.
        self._streams = self._session(force_close=True, limit=_MOST_STREAMS)
        # A connection of its own for every write, so that none meets one which the server closed while it was idle.
        self._writes = self._session(force_close=True)

    def _session(self, *, force_close: bool, limit: int = 32) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=limit, ssl=self._credentials.tls, force_close=force_close),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._credentials.proxy,
            middlewares=(_only_once,),
            read_bufsize=2**18,
        )

    async def close(self) -> None:
        await self._reads.close()
        await self._streams.close()
        await self._writes.close()

    async def send(self, request: Request) -> Answer:
        """A request with an effect is sent again only if it surely did not arrive or was throttled; others are repeated twice
        when the line or the server fails. Raises what `executor.errors` lists."""
        renewed = False
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(request, renew=renewed)
            except Unauthorized:
                if renewed or attempt + 1 == _ATTEMPTS:
                    raise
                renewed = True  # the API turned the request away before looking at it: a new token may do
            except Throttled as exc:
                if exc.causes or attempt + 1 == _ATTEMPTS or exc.retry_after > _LONGEST_PAUSE:
                    raise
                await asyncio.sleep(exc.retry_after)
            except Unreachable as exc:
                if attempt + 1 == _ATTEMPTS:
                    raise
                log.debug("wire.again", path=request.path, problem=exc.message)
                await asyncio.sleep(0.2 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 jitter, not a secret
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, request: Request, *, renew: bool) -> Answer:
        headers = await self._headers(renew=renew)
        payload = None
        if request.body is not None:
            payload = json.dumps(request.body, separators=(",", ":"), ensure_ascii=False).encode()
            headers["Content-Type"] = request.content_type
        session = self._writes if request.effect else self._reads
        try:
            async with session.request(
                request.method,
                self._url(request.path, request.query),
                data=payload,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=request.seconds, sock_connect=CONNECT_SECONDS),
                server_hostname=self._credentials.server_hostname,
            ) as response:
                return _answer(response, await _whole(response), effect=request.effect)
        except Lost as exc:
            if request.effect:
                raise
            raise Unreachable(exc.message) from exc
        except (aiohttp.ClientError, OSError) as exc:  # the answer broke off; TimeoutError is an OSError
            problem = f"no answer: {type(exc).__name__}"
            raise (Lost(problem) if request.effect else Unreachable(problem)) from exc

    async def told(self, path: str, query: Query = ()) -> str:
        """The plain text of a GET, a server error's too: health checks say with a 500 what fails. Asked once."""
        try:
            async with self._reads.get(
                self._url(path, query),
                headers=await self._headers(renew=False) | {"Accept": "text/plain"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=READ_SECONDS, sock_connect=CONNECT_SECONDS),
                server_hostname=self._credentials.server_hostname,
            ) as response:
                body = await _whole(response)
                if response.status >= 500 or 200 <= response.status < 300:
                    return body.decode("utf-8", "replace")
                raise error_of(response.status, _parsed(body))
        except Lost as exc:
            raise Unreachable(exc.message) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise Unreachable(f"no answer: {type(exc).__name__}") from exc

    @asynccontextmanager
    async def stream(self, path: str, *, query: Query = (), seconds: float) -> AsyncGenerator[aiohttp.StreamReader]:
        """The body of a GET while it grows; after about `seconds` reading raises TimeoutError. Whoever reads translates what
        reading raises (`aiohttp.ClientError`, `OSError`)."""
        try:
            response = await self._open(path, query, seconds, renew=False)
        except Unauthorized:
            response = await self._open(path, query, seconds, renew=True)
        try:
            yield response.content
        finally:
            response.close()

    async def _open(self, path: str, query: Query, seconds: float, *, renew: bool) -> aiohttp.ClientResponse:
        try:
            response = await self._streams.get(
                self._url(path, query),
                headers=await self._headers(renew=renew),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=seconds + READ_SECONDS, connect=READ_SECONDS, sock_connect=CONNECT_SECONDS
                ),
                server_hostname=self._credentials.server_hostname,
            )
            if not 200 <= response.status < 300:
                async with response:
                    _answer(response, await _whole(response), effect=False)
        except Lost as exc:
            raise Unreachable(exc.message) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise Unreachable(f"no answer: {type(exc).__name__}") from exc
        return response

    @asynccontextmanager
    async def websocket(
        self, path: str, *, query: Query, protocols: Sequence[str]
    ) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
        """Opens one, once. Raises Lost when the handshake's answer was lost: what it asks for may have begun."""
        headers = await self._headers(renew=False)
        try:
            async with asyncio.timeout(CONNECT_SECONDS + READ_SECONDS):
                socket = await self._writes.ws_connect(
                    self._url(path, query),
                    protocols=protocols,
                    headers=headers,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                    max_msg_size=1024 * 1024,
                    server_hostname=self._credentials.server_hostname,
                )
        except aiohttp.WSServerHandshakeError as exc:
            raise error_of(exc.status, None, effect=True) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise Lost(f"no answer: {type(exc).__name__}") from exc
        try:
            yield socket
        finally:
            await socket.close()

    async def _headers(self, *, renew: bool) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": self._user_agent}
        authorization = await self._credentials.authorization(renew=renew)
        if authorization:
            headers["Authorization"] = authorization
        return headers

    def _url(self, path: str, query: Query) -> URL:
        # `encoded=True` keeps yarl from normalising; `executor.paths` has let nothing through that needs it.
        return URL(self._credentials.host + path + (f"?{urlencode(query)}" if query else ""), encoded=True)


def _answer(response: aiohttp.ClientResponse, body: bytes, *, effect: bool) -> Answer:
    content = _parsed(body)
    if not 200 <= response.status < 300:
        raise error_of(response.status, content, retry_after=response.headers.get("Retry-After"), effect=effect)
    if content is None:
        raise Lost("the answer is no JSON")
    return Answer(content, _date_of(response))


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_ANSWER:
            raise Lost("the answer is too large")
        parts.append(part)
    return b"".join(parts)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _date_of(response: aiohttp.ClientResponse) -> datetime:
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC).replace(microsecond=0)
