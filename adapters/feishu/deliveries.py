"""Putting cards and messages into conversations. What one retry would not mend is the caller's to decide."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from adapters.errors import CredentialsRejected, MessageGone, Refused, Throttled, Unreachable
from adapters.feishu.openapi import OpenApi
from adapters.feishu.refusals import BEING_SENT, PERSON_UNKNOWN, THREAD_GONE
from adapters.recent import Recent
from adapters.strange import json_object, string
from adapters.types import Conversation, Sent
from cards.feishu import render, render_message, render_plain_message
from cards.feishu_limits import content
from cards.model import Card

log = structlog.get_logger()

SEND = "/open-apis/im/v1/messages"
REPLY = "/open-apis/im/v1/messages/{}/reply"
UPDATE = "/open-apis/im/v1/messages/{}"

T = TypeVar("T")

NO_PERSONS = "no-persons"
"""`Sent.form` of a card on which people are only named: Feishu did not know one of them."""
_PERSON = "ou_"
_MOST_DOUBTS = 1000
_MOST_PLACES = 5000


def drawn(card: Card, key: str, form: str) -> dict[str, Any]:
    return render(card, key, persons=form != NO_PERSONS)


class Deliveries:
    def __init__(self, api: OpenApi) -> None:
        self._api = api
        self._doubts: Recent[str, bool] = Recent(_MOST_DOUBTS)
        self._places: Recent[str, Conversation] = Recent(_MOST_PLACES)

    def place(self, message_id: str) -> Conversation | None:
        """Where a card was lately sent to, or changed."""
        return self._places.get(message_id)

    async def send(self, conversation: Conversation, card: Card, key: str) -> Sent:
        """`key` becomes the uuid: of one there is one message an hour, and asked again Feishu names the first. That may show what
        was true then, so after an attempt whose answer was lost it is changed to what is true now."""

        earlier = bool(self._doubts.get(key))
        self._doubts[key] = True
        try:
            sent = await _with_persons("", card, lambda form: self._send(conversation, card, key, form))
        except (CredentialsRejected, MessageGone, Refused, Throttled) as exc:
            self._doubts[key] = earlier or exc.code == BEING_SENT
            raise
        if earlier:
            await self.update(sent, card)
        self._doubts[key] = False
        return sent

    async def update(self, sent: Sent, card: Card) -> None:
        """Not while the click that caused it waits for its answer: Feishu would take it back."""

        async def patch(form: str) -> None:
            body = {"content": content(drawn(card, sent.key, form))}
            await self._api.call("PATCH", UPDATE, sent.message_id, body=body)
            self._places[sent.message_id] = sent.conversation

        await _with_persons(sent.form, card, patch)

    async def say(self, conversation: Conversation, words: str | Card, key: str) -> None:
        kind, written = render_message(words) if isinstance(words, Card) else render_plain_message(words)
        await self._post(conversation, kind, written, key)

    async def _send(self, conversation: Conversation, card: Card, key: str, form: str) -> Sent:
        message_id = await self._post(conversation, "interactive", content(drawn(card, key, form)), key)
        self._places[message_id] = conversation
        return Sent(platform="feishu", conversation=conversation, message_id=message_id, key=key, form=form)

    async def _post(self, conversation: Conversation, kind: str, written: str, key: str) -> str:
        """Below the message that a topic hangs on, where the conversation has one; when that is gone, in the chat."""
        body: dict[str, Any] = {"msg_type": kind, "content": written, **({"uuid": key} if key else {})}
        if conversation.thread:
            try:
                answer = await self._api.call(
                    "POST", REPLY, conversation.thread, body={**body, "reply_in_thread": True}
                )
                return _message_id(answer)
            except MessageGone as exc:
                if exc.code not in THREAD_GONE:
                    raise
                log.info("feishu.thread.gone", code=exc.code)
        receiver = "open_id" if conversation.id.startswith(_PERSON) else "chat_id"
        answer = await self._api.call(
            "POST", SEND, body={**body, "receive_id": conversation.id}, query={"receive_id_type": receiver}
        )
        return _message_id(answer)


async def _with_persons(form: str, card: Card, deliver: Callable[[str], Awaitable[T]]) -> T:
    """A person whom Feishu does not know (who has left, or is another application's) makes it refuse the whole card; then it goes
    once more, with people only named."""
    try:
        return await deliver(form)
    except Refused as exc:
        if exc.code != PERSON_UNKNOWN or form == NO_PERSONS:
            raise
    log.warning("feishu.card.person_unknown", card=card.id)
    return await deliver(NO_PERSONS)


def _message_id(answer: dict[str, Any]) -> str:
    message_id = string(json_object(answer.get("data")).get("message_id"))
    if not message_id:
        raise Unreachable("the answer to a message names none")
    return message_id
