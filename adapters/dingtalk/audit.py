"""Which permissions the application has, and whether its own templates exist. DingTalk has no list of either to ask for, so each
is tried with a call that nobody sees: refused for its emptiness or for the missing permission, or a card that is put nowhere.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.dingtalk.deliveries import GROUP_SEND, UPDATE
from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.refusals import SCOPE_MISSING, TEMPLATE_MISSING
from adapters.errors import MessageGone, Refused
from adapters.types import Finding

_NO_OAPI_SCOPE = "60011"
_CREATE = "/v1.0/card/instances"
CARDS, MESSAGES, PEOPLE = "Card.Instance.Write", "qyapi_robot_sendmsg", "qyapi_get_member"


async def audit(api: OpenApi, robot_code: str, templates: Mapping[str, str]) -> tuple[Finding, ...]:
    """Three calls, two of which count in the month's budget, and a counted one for each of the own `templates` (id by what it is
    for). Raises Unreachable, Throttled or CredentialsRejected."""
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
        *[await _template(api, kind, template) for kind, template in templates.items()],
    )


async def _template(api: OpenApi, kind: str, template: str) -> Finding:
    """A card is made of it and delivered to no conversation."""
    body = {
        "cardTemplateId": template,
        "outTrackId": f"check-{uuid.uuid4().hex}",
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": {"title": "-"}},
    }
    name, values = f"template.{kind}", {"template": template, "kind": kind}
    try:
        await api.call("POST", _CREATE, body)
    except (Refused, MessageGone) as exc:
        if exc.code in TEMPLATE_MISSING:
            return Finding(name=name, well=False, said="dingtalk.template_missing", values=values)
        return Finding(name=name, well=None, said="dingtalk.template_unknown", values={**values, "why": str(exc)})
    return Finding(name=name, well=True, said="dingtalk.template_found", values=values)


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
