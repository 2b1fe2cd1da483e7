"""DingTalk's ways of saying no, as errors named for what the caller does about them.

The Open API answers with an HTTP status and `{"code", "message", "requestid"}` (some APIs write `requestId`), OAPI with 200 and
`{"errcode", "errmsg"}`, and the guard in front of both with an HTML page.
"""

import json
import re
from typing import Any

from adapters.access_token import TokenInvalid
from adapters.errors import (
    CredentialsRejected,
    MessageGone,
    NotPermitted,
    PlatformError,
    Refused,
    Throttled,
    Unreachable,
)

_DENIED = "Forbidden.AccessDenied"
SCOPE_MISSING = f"{_DENIED}.AccessTokenPermissionDenied"
MONTH_USED_UP = f"{_DENIED}.ApiCountLimitForOrg"
"""The organisation's calls of this month are used up: nothing gets through until the next one, or until more is bought."""
IP_BANNED = "ip-banned"
CARD_EXISTS = "param.cardAlreadyExist"
CARD_MISSING = "param.cardNotExist"
CONTENT_UNSAFE = "param.contentUnsafe"
USER_MISSING = "param.userIdNotExist"
TEMPLATE_MISSING = {"param.templateNotExist", "param.templateUnpublished"}
UNCOUNTED = {
    f"{_DENIED}.QpsLimitForAppkeyAndApi",
    f"{_DENIED}.QpsLimitForApi",
    f"{_DENIED}.QpmLimitForAppkeyAndApi",
    MONTH_USED_UP,
    IP_BANNED,
}
"""Refusals of calls that do not count in the month's budget."""
_ABOUT_OTHER_THINGS = {
    CARD_EXISTS,
    CARD_MISSING,
    CONTENT_UNSAFE,
    USER_MISSING,
    "param.outTrackIdEmpty",
    "param.openSpaceIdEmpty",
    "param.openSpaceIdInvalid",
    "param.openDeliverModelEmpty",
    "param.openDeliverModelError",
}

MONTH_SECONDS = 3600.0
"""Only says when it is worth asking again."""

_WAIT = {
    f"{_DENIED}.QpsLimitForAppkeyAndApi": 1.0,
    f"{_DENIED}.QpsLimitForApi": 1.0,
    f"{_DENIED}.QpmLimitForAppkeyAndApi": 60.0,
    MONTH_USED_UP: MONTH_SECONDS,
    "90018": 1.0,
    "90002": 1.0,
    "90020": MONTH_SECONDS,
    "send.too.fast": 10.0,
}
"""Seconds. The QPS ones are documented; for the month an hour only says when it is worth asking again."""
_FOR_A_HUMAN = {
    "authFailed",
    "invalidClientIdOrSecret",
    "invalid.client",
    "unauthorized.client",
    "unsupported.grant.type",
    f"{_DENIED}.IpNotInWhiteList",
}
_GONE = {
    CARD_MISSING,
    "invalid.openConversationId",
    "conversation.org.notMatch",
    "resource.not.found",
    "staffId.notExisted",
    USER_MISSING,
    "33012",
}
_PASSING = {"system.busy", "system.error", "ServiceUnavailable", "-1"}
_TOKEN = {"InvalidAuthentication", "40014", "42001"}
_BAN_PAGE = re.compile(rb'"status"\s*:\s*1111\b')
_BAN_SECONDS = 300.0


def understand(status: int, body: bytes) -> dict[str, Any]:
    """The answer's JSON object; raises a PlatformError for everything that is no success."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise _no_json(status, body) from None
    if not isinstance(answer, dict):
        raise Unreachable(f"HTTP {status} with JSON that is no object", code=str(status))
    errcode = str(answer.get("errcode", "0"))
    if 200 <= status < 300 and errcode == "0":
        return answer
    code = str(answer.get("code") or (status if errcode == "0" else errcode))
    raise refusal(status, code, answer)


def about_the_shape(exc: Refused) -> bool:
    """The template does not exist or is not published, or does not take these variables; the documentation lists no code for a
    value that is too long, so each refused parameter that is not known to be something else is taken for it."""
    return exc.code.startswith("param.") and exc.code not in _ABOUT_OTHER_THINGS


def refusal(status: int, code: str, answer: dict[str, Any]) -> PlatformError:
    said = str(answer.get("message") or answer.get("errmsg") or "")[:300]
    request = str(answer.get("requestid") or answer.get("requestId") or answer.get("request_id") or "")
    text = f"{code}: {said}{f' (request {request})' if request else ''}"
    if code in _WAIT:
        return Throttled(text, retry_after=_WAIT[code], code=code)
    if code in _FOR_A_HUMAN:
        return CredentialsRejected(text, code=code)
    if code in _TOKEN:
        return TokenInvalid(text, code=code)
    if code in _GONE:
        return MessageGone(text, code=code)
    if code == SCOPE_MISSING:
        where = "grant it in the developer console under permissions (权限管理)"
        return NotPermitted(f"the application lacks the permission {_scopes(answer)}: {where}", code=code)
    return _by_status(status, code, text)


def _by_status(status: int, code: str, text: str) -> PlatformError:
    if status == 429:
        return Throttled(text, retry_after=1.0, code=code)
    if status >= 500 or code in _PASSING:
        return Unreachable(text, code=code)
    if status == 401:
        return CredentialsRejected(text, code=code)
    return Refused(text, code=code)


def _scopes(answer: dict[str, Any]) -> str:
    detail = answer.get("accessdenieddetail")
    scopes = detail.get("requiredScopes") if isinstance(detail, dict) else None
    return ", ".join(map(str, scopes)) if isinstance(scopes, list) and scopes else str(answer.get("message", ""))[:300]


def _no_json(status: int, body: bytes) -> PlatformError:
    if _BAN_PAGE.search(body):
        return Throttled("this machine's address is banned for five minutes", retry_after=_BAN_SECONDS, code=IP_BANNED)
    return Unreachable(f"HTTP {status} without JSON", code=str(status))
