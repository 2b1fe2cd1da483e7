"""What the developer console has to be set to, and what it is set to. Both lists count as published, not as edited.

Source: the SDK's models of application/v6 (Application, CallbackInfo, SubscribedEvent, Scope).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.errors import MessageGone, Refused
from adapters.feishu.frames import CLICK, MESSAGE
from adapters.feishu.openapi import OpenApi
from adapters.strange import json_object, string
from adapters.types import Finding

APPLICATION = "/open-apis/application/v6/applications/{}"
SCOPES = "/open-apis/application/v6/scopes"

_LONG_CONNECTION = "websocket"
_GRANTED = 1
_NEEDED = {
    "send": ("im:message:send_as_bot", "im:message"),
    "groups": ("im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg"),
    "single": ("im:message.p2p_msg:readonly", "im:message.p2p_msg"),
    "names": ("contact:contact.base:readonly", "contact:contact:readonly_as_app", "contact:user.base:readonly"),
}
"""Each is one permission under several names: the first is the least that does, the others are older or wider."""


async def audit(api: OpenApi) -> tuple[Finding, ...]:
    """Never refused: what may not be read is a finding. Raises Unreachable, Throttled or CredentialsRejected."""
    return (*await _scopes(api), *await _subscriptions(api))


async def _scopes(api: OpenApi) -> list[Finding]:
    try:
        answer = await api.call("GET", SCOPES)
    except (Refused, MessageGone) as exc:
        return [_unreadable("scopes", exc)]
    granted = {
        string(scope.get("scope_name"))
        for scope in _objects(json_object(answer.get("data")).get("scopes"))
        if scope.get("grant_status") == _GRANTED
    }
    return [
        Finding(
            name=f"scope.{purpose}",
            well=not granted.isdisjoint(names),
            said="feishu.scope_missing" if granted.isdisjoint(names) else "feishu.scope_granted",
            values={"scope": names[0]},
        )
        for purpose, names in _NEEDED.items()
    ]


async def _subscriptions(api: OpenApi) -> list[Finding]:
    try:
        answer = await api.call("GET", APPLICATION, api.account.app_id, query={"lang": "zh_cn"})
    except (Refused, MessageGone) as exc:
        return [_unreadable("events", exc), _unreadable("callbacks", exc)]
    app = json_object(json_object(answer.get("data")).get("app"))
    events = json_object(app.get("event"))
    callbacks = json_object(app.get("callback_info")) or json_object(app.get("callback"))
    return [
        _subscription("event", MESSAGE, events.get("subscription_type"), events.get("subscribed_events")),
        _subscription("callback", CLICK, callbacks.get("callback_type"), callbacks.get("subscribed_callbacks")),
    ]


def _subscription(what: str, wanted: str, way: Any, subscribed: Any) -> Finding:
    """Where it is sent to comes first: what is subscribed matters only on the long connection."""
    name, values = f"{what}s", {what: wanted}
    if way and way != _LONG_CONNECTION:
        return Finding(name=name, well=False, said=f"feishu.{what}_not_long_connection", values=values)
    if not way or not isinstance(subscribed, list):
        return Finding(name=name, well=None, said=f"feishu.{what}_unknown", values=values)
    there = wanted in subscribed
    return Finding(
        name=name, well=there, said=f"feishu.{what}_subscribed" if there else f"feishu.{what}_missing", values=values
    )


def _unreadable(name: str, why: Exception) -> Finding:
    return Finding(name=name, well=None, said="feishu.configuration_unreadable", values={"why": str(why)})


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    listed: Sequence[Any] = value if isinstance(value, list) else []
    return map(json_object, listed)
