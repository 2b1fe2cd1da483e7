"""Frames of the Stream protocol, on the official SDK's types: what came in, and the answer that goes out.

Source: the protocol page of open-dingtalk/developerpedia (docs/learn/stream/protocol.md).
"""

import json
from typing import Any, TypeAlias

from dingtalk_stream.card_callback import Card_Callback_Router_Topic
from dingtalk_stream.chatbot import ChatbotMessage
from dingtalk_stream.frames import AckMessage, CallbackMessage, EventMessage, Headers, SystemMessage

BOT_MESSAGE: str = ChatbotMessage.TOPIC
CARD_CALLBACK: str = Card_Callback_Router_Topic
SUBSCRIPTIONS = [
    {"type": EventMessage.TYPE, "topic": "*"},
    {"type": CallbackMessage.TYPE, "topic": BOT_MESSAGE},
    {"type": CallbackMessage.TYPE, "topic": CARD_CALLBACK},
]
DISCONNECT: str = SystemMessage.TOPIC_DISCONNECT
PING = "ping"

Frame: TypeAlias = Any
"""A SystemMessage, EventMessage or CallbackMessage of the SDK, which has no types."""

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_TYPES = {kind.TYPE: kind for kind in (SystemMessage, EventMessage, CallbackMessage)}


class Malformed(Exception):
    """Not what the protocol promises. `message_id` is there when an answer is possible all the same."""

    def __init__(self, what: str, message_id: str = "") -> None:
        super().__init__(what)
        self.message_id = message_id


def parse_frame(text: str | bytes) -> Frame:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("headers"), dict):
        raise Malformed("no frame")
    message_id = raw["headers"].get("messageId")
    if not isinstance(message_id, str):
        raise Malformed("no messageId")
    kind = _TYPES.get(str(raw.get("type")))
    if kind is None:
        raise Malformed("unknown type", message_id)
    try:
        return kind.from_dict(raw)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Malformed("unreadable headers or data", message_id) from None


def answer(message_id: str, data: Any, *, code: int = AckMessage.STATUS_OK, message: str = "OK") -> str:
    """An ack frame. The SDK would write every Chinese character as six; cards are answered at their real size."""
    headers = Headers()
    headers.message_id = message_id
    headers.content_type = Headers.CONTENT_TYPE_APPLICATION_JSON
    frame = {"code": code, "headers": headers.to_dict(), "message": message, "data": _compact(data)}
    return _compact(frame)


def heard(message_id: str) -> str:
    """The answer to a bot message, whose content DingTalk ignores."""
    return answer(message_id, {"response": None})


def event_done(message_id: str) -> str:
    return answer(message_id, {"status": "SUCCESS", "message": "OK"})


def event_later(message_id: str) -> str:
    """DingTalk brings the event again."""
    return answer(message_id, {"status": "LATER", "message": "not noted yet"})


def not_ours(message_id: str) -> str:
    return answer(message_id, {"response": None}, code=AckMessage.STATUS_NOT_IMPLEMENT, message="no handler")
