"""The body of a card callback, parsed into a `CardAction`.

Clients differ in where they put what a button carries (`content` or `value`; `params` inside or beside `cardPrivateData`), so
all places are looked at. A click of which nothing can be made out is still a click: it is handed on, to be refused and audited.
"""

from datetime import UTC, datetime
from typing import Any

from adapters.dingtalk.frames import Malformed
from adapters.strange import json_object, string
from adapters.types import CardAction, Conversation, Person

_BY_USER_ID = "1"
_LONGEST = 100
_LONGEST_REASON = 2000


def parse_click(body: Any, *, corp_id: str, name: str = "") -> CardAction:
    """`corp_id` is the organisation that the application belongs to; "" while it is not known. `name` is what the person is
    called if that is known: callbacks do not say."""
    if not isinstance(body, dict):
        raise Malformed("the body is no object")
    button, params = _pressed(body)
    operator = _operator(body, corp_id, name)
    return CardAction(
        key=string(body.get("outTrackId"))[:_LONGEST],
        button=button[:_LONGEST],
        digest=string(params.get("digest"))[:_LONGEST],
        reason=string(params.get("reason"))[:_LONGEST_REASON],
        operator=operator,
        conversation=_conversation(body, operator),
        received_at=datetime.now(UTC),
    )


def user_id(body: Any) -> str:
    return string(body.get("userId")) if isinstance(body, dict) else ""


def _operator(body: dict[str, Any], corp_id: str, name: str) -> Person:
    """A person of another organisation, or an id that is no user id, has no privileges."""
    theirs = string(body.get("corpId"))
    foreign = bool(corp_id and theirs and theirs != corp_id)
    other_id = str(body.get("userIdType", _BY_USER_ID)) != _BY_USER_ID
    return Person(platform="dingtalk", id="" if foreign or other_id else user_id(body), name=name)


def _conversation(body: dict[str, Any], operator: Person) -> Conversation | None:
    space = string(body.get("spaceId"))
    match string(body.get("spaceType")).upper():
        case "IM_GROUP" if space:
            return Conversation(platform="dingtalk", id=space, kind="group")
        case "IM_ROBOT" if operator.id:
            return Conversation(platform="dingtalk", id=operator.id, kind="single", title=operator.name)
        case _:
            return None


def _pressed(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The button's id and what it carries. Our buttons carry their id in `params` too, which is ours to choose; an action id
    may be the component's own."""
    for place in ("content", "value"):
        whole = json_object(body.get(place))
        private = json_object(whole.get("cardPrivateData"))
        params = json_object(private.get("params")) or json_object(whole.get("params"))
        actions = private.get("actionIds")
        named = string(params.get("id")) or (string(actions[0]) if isinstance(actions, list) and actions else "")
        if named:
            return named, params
    return "", {}
