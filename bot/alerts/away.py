"""Why Alertmanager says nothing, as a sentence that tells what to do: each sentence is about settings, and holds none of them."""

import asyncio
import ssl

import aiohttp
from yarl import URL

from executor.fields import shown
from executor.reason import Reason, reason

LONGEST = 160
_STATUS = {403: "forbidden", 404: "not_found", 429: "busy"}


class Away(Exception):
    """Alertmanager did not answer, or not as it should: nothing is known, which is not the same as that nothing fires."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


def refused(status: int, *, leads_to: str, opened: bool) -> Reason:
    """An answer that is no 200. `leads_to` is where it points to, `opened` whether credentials were sent."""
    if 300 <= status < 400:
        return reason("alertmanager.redirected", to=_place(leads_to))
    if status == 401:
        return reason("alertmanager.rejected" if opened else "alertmanager.unauthorized")
    if status in _STATUS:
        return reason(f"alertmanager.{_STATUS[status]}")
    return reason("alertmanager.ill" if status >= 500 else "alertmanager.status", status=status)


def failed(error: Exception, seconds: float) -> Reason:
    """No answer, or only the beginning of one."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return reason("alertmanager.untrusted", why=_said(error))
        case aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return reason("alertmanager.tls", why=_said(error))
        case aiohttp.ClientConnectorDNSError():
            return reason("alertmanager.no_name")
        case aiohttp.ClientConnectorError():
            return reason("alertmanager.unreachable", why=_said(error.os_error))
        case TimeoutError() | asyncio.TimeoutError():
            return reason("alertmanager.slow", seconds=round(seconds))
        case aiohttp.InvalidURL() | ValueError():
            return reason("alertmanager.no_address")
        case _:
            return reason("alertmanager.cut", why=type(error).__name__)


def _said(error: Exception) -> str:
    """Without the address, which an exception of aiohttp begins with."""
    inner: BaseException = error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        inner = error.os_error
    if isinstance(inner, ssl.SSLError):
        return shown(getattr(inner, "verify_message", "") or inner.reason or type(inner).__name__, LONGEST)
    if isinstance(inner, OSError) and inner.strerror:
        return shown(inner.strerror, LONGEST)
    return type(inner).__name__


def _place(leads_to: str) -> str:
    """Host and path: what follows them may be somebody's session."""
    try:
        url = URL(leads_to).with_user(None).with_query(None).with_fragment(None)
    except ValueError:
        return "?"
    return shown(str(url), LONGEST) or "?"
