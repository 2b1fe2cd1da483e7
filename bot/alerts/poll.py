"""Alertmanager's own door: API v2, asked from here, never written to.

Fields are those of Alertmanager's `api/v2/openapi.yaml` (`gettableAlert`). An answer that is not wholly understood closes nothing.
Silenced and inhibited alerts are asked for as well: what somebody silenced there has not ended.
"""

import asyncio
import json
import ssl
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.alerts.access import Access
from bot.alerts.alert import Alert, Quiet
from bot.alerts.away import Away, failed, refused
from bot.alerts.labels import alert_of
from executor.reason import reason

log = structlog.get_logger()

SECONDS = 15.0
LARGEST = 8 * 1024 * 1024
MOST = 5000
_ASKED = (("active", "true"), ("silenced", "true"), ("inhibited", "true"), ("unprocessed", "true"))
_SILENT = frozenset({"none"})
"""kube-prometheus' Watchdog and InfoInhibitor: nobody is to be told of them."""
PULSE = "Watchdog"
"""Fires for ever, so that somebody notices when it stops: then Prometheus tells nothing any more."""


class _Given(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Status(_Given):
    state: str = "active"
    inhibitedBy: list[str] = []  # noqa: N815 - Alertmanager's own name
    silencedBy: list[str] = []  # noqa: N815

    @property
    def quiet(self) -> Quiet:
        if self.state != "suppressed" and not self.silencedBy and not self.inhibitedBy:
            return ""
        return "inhibited" if self.inhibitedBy and not self.silencedBy else "silenced"


class _Gettable(_Given):
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    since: AwareDatetime = Field(alias="startsAt")
    status: _Status = _Status()
    source: str = Field(default="", alias="generatorURL")


class Alertmanager:
    """`async with` it. Whoever it is asked about changes by `use`."""

    def __init__(self, access: Access, *, seconds: float = SECONDS) -> None:
        self._access = access
        self._seconds = seconds
        self._tls: ssl.SSLContext | None = None
        self.pulse = False
        """Whether the last answer had the pulse of a Prometheus in it."""
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(auto_decompress=False)  # nothing small becomes something huge
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def use(self, access: Access) -> None:
        self._access, self._tls = access, None

    async def firing(self) -> tuple[tuple[Alert, ...], bool]:
        """What fires now, each alert by itself, and whether that is all of it. Raises Away."""
        try:
            raw = await self._fetched()
        except Away:
            self._tls = None  # who vouches for it may have been replaced on disk
            raise
        try:
            listed = await asyncio.to_thread(json.loads, raw)
        except (ValueError, RecursionError) as exc:
            page = raw.lstrip()[:1] == b"<"
            raise Away(reason("alertmanager.page" if page else "alertmanager.garbled")) from exc
        if not isinstance(listed, list):
            raise Away(reason("alertmanager.other"))
        alerts, unread, self.pulse = await asyncio.to_thread(_read, listed[:MOST])
        if unread:
            log.warning("alerts.unreadable", count=unread)
        return alerts, not unread and len(listed) <= MOST

    async def _fetched(self) -> bytes:
        access = self._access
        try:
            asking = self._session.get(
                access.alerts,
                params=[*_ASKED, *(("filter", matcher) for matcher in access.matchers)],
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **access.headers},
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                allow_redirects=False,  # our credentials go nowhere else
                ssl=await self._trust(access),
            )
            async with asking as answer:
                if answer.status != 200:
                    leads_to = answer.headers.get("Location", "")
                    raise Away(refused(answer.status, leads_to=leads_to, opened=access.opens))
                raw = bytearray()
                async for part in answer.content.iter_chunked(65536):
                    raw += part
                    if len(raw) > LARGEST:
                        raise Away(reason("alertmanager.huge", mib=LARGEST // 2**20))
                return bytes(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
            raise Away(failed(exc, self._seconds)) from exc

    async def _trust(self, access: Access) -> ssl.SSLContext | bool:
        """Of the system, or only who signs with this authority."""
        if not access.ca_file:
            return True
        if self._tls is None:
            try:
                self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=access.ca_file)
            except OSError as exc:  # an SSLError is one, for a file without a certificate
                if isinstance(exc, ssl.SSLError):
                    raise Away(reason("alertmanager.ca_not_pem", path=access.ca_file)) from exc
                why = exc.strerror or type(exc).__name__
                raise Away(reason("alertmanager.ca_file", path=access.ca_file, why=why)) from exc
        return self._tls


def _read(listed: list[Any]) -> tuple[tuple[Alert, ...], int, bool]:
    found: list[Alert] = []
    unread, pulse = 0, False
    for each in listed:
        try:
            given = _Gettable.model_validate(each)
        except ValidationError:
            unread += 1
            continue
        pulse = pulse or given.labels.get("alertname") == PULSE
        if given.labels.get("severity", "").lower() not in _SILENT:
            found.append(
                alert_of(given.labels, given.annotations, given.since, source=given.source, quiet=given.status.quiet)
            )
    return tuple(found), unread, pulse
