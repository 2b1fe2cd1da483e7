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


def parse_click(event: Event, *, name: Callable[[str], str]) -> CardAction:
    """`name` says what a person is called if that is known: callbacks do not say."""
    action, context = json_object(event.body.get("action")), json_object(event.body.get("context"))
    operator = json_object(event.body.get("operator"))
    value = json_object(action.get("value"))
    chat = string(context.get("open_chat_id"))
    return CardAction(
        key=string(value.get("key"))[:_LONGEST],
        button=string(value.get("id"))[:_LONGEST],
        digest=string(value.get("digest"))[:_LONGEST],
        reason=string(json_object(action.get("form_value")).get("reason"))[:_LONGEST_REASON],
        operator=person(event, operator, operator.get("tenant_key"), name),
        conversation=Conversation(platform="feishu", id=chat, kind="group") if chat else None,
        received_at=datetime.now(UTC),
    )
