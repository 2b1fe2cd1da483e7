"""Which permissions the application has. DingTalk has no list of them to ask for, so each is tried with a call that cannot do
anything: refused for its emptiness, or for the missing permission.
"""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.dingtalk.deliveries import GROUP_SEND, UPDATE
from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.refusals import SCOPE_MISSING
from adapters.errors import MessageGone, Refused
from adapters.types import Finding

_NO_OAPI_SCOPE = "60011"
CARDS, MESSAGES, PEOPLE = "Card.Instance.Write", "qyapi_robot_sendmsg", "qyapi_get_member"


async def audit(api: OpenApi, robot_code: str) -> tuple[Finding, ...]:
    """Three calls, two of which count in the month's budget. Raises Unreachable, Throttled or CredentialsRejected."""
    nobody = f"check-{uuid.uuid4().hex}"
    card = {"outTrackId": nobody, "cardData": {"cardParamMap": {"tips": ""}}}
    message = {
        "robotCode": robot_code,
        "openConversationId": nobody,
        "msgKey": "sampleText",
        "msgParam": '{"content":"-"}',
    }
    return (
        await _tried(CARDS, lambda: api.call("PUT", UPDATE, card)),
        await _tried(MESSAGES, lambda: api.call("POST", GROUP_SEND, message)),
        await _tried(PEOPLE, lambda: api.call_oapi("/topapi/v2/user/get", {"userid": nobody})),
    )


async def _tried(scope: str, call: Callable[[], Awaitable[dict[str, Any]]]) -> Finding:
    name, values = "scope", {"scope": scope}
    try:
        await call()
    except MessageGone:
        pass  # there is no such card, conversation or person, which is as it should be
    except Refused as exc:
        if exc.code in {SCOPE_MISSING, _NO_OAPI_SCOPE}:
            return Finding(name=name, well=False, said="dingtalk.scope_missing", values=values)
        return Finding(name=name, well=None, said="dingtalk.scope_unknown", values={**values, "why": str(exc)})
    return Finding(name=name, well=True, said="dingtalk.scope_granted", values=values)
