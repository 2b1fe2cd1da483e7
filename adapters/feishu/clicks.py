"""The callback `card.action.trigger`, parsed into a `CardAction`.

What a button carries comes back through somebody's client. A click of which nothing can be made out is still a click: it is handed
on, to be refused and audited.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.feishu.frames import Event
from adapters.feishu.messages import person
from adapters.strange import json_object, string
from adapters.types import CardAction, Conversation

_LONGEST = 100
_LONGEST_REASON = 2000


def parse_click(
    event: Event, *, name: Callable[[str], str], place: Callable[[str], Conversation | None] = lambda _: None
) -> CardAction:
    """`name` says what a person is called if that is known, and `place` where a message was sent to: callbacks say neither, nor
    whether a chat is a group or which topic it is."""
    action, context = json_object(event.body.get("action")), json_object(event.body.get("context"))
    operator = json_object(event.body.get("operator"))
    value = json_object(action.get("value"))
    return CardAction(
        key=string(value.get("key"))[:_LONGEST],
        button=string(value.get("id"))[:_LONGEST],
        digest=string(value.get("digest"))[:_LONGEST],
        reason=string(json_object(action.get("form_value")).get("reason"))[:_LONGEST_REASON],
        operator=person(event, operator, operator.get("tenant_key"), name),
        conversation=place(string(context.get("open_message_id"))) or _chat(string(context.get("open_chat_id"))),
        received_at=datetime.now(UTC),
    )


def _chat(chat_id: str) -> Conversation | None:
    return Conversation(platform="feishu", id=chat_id, kind="group") if chat_id else None
