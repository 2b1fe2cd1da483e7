"""The body of a bot message, parsed into a `Message`.

Source: the pages robot-receive-message and robot-message-type; what differs on the wire was seen in the field.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal

from adapters.dingtalk.frames import Malformed
from adapters.strange import string
from adapters.types import Conversation, Message, Person

LONGEST = 20_000
"""Characters of a message that are still a request."""

_SINGLE, _GROUP = "1", "2"
_MENTION = re.compile(r"\s*@\S+\s*")
_OVER_QUOTA = "20001"

Problem = Literal["", "over-quota", "not-text", "too-long"]


def parse_message(body: Any) -> Message:
    """Raises Malformed for what cannot be told apart from others or answered at all."""
    if not isinstance(body, dict):
        raise Malformed("the body is no object")
    message_id, kind = string(body.get("msgId")), string(body.get("conversationType"))
    if not message_id:
        raise Malformed("no msgId")
    if kind not in {_SINGLE, _GROUP}:
        raise Malformed("unknown conversationType")
    sender = _sender(body)
    conversation = _conversation(body, kind, sender)
    if not conversation.id:
        raise Malformed("no conversationId")
    text, problem = _text(body, group=kind == _GROUP)
    return Message(
        id=message_id,
        conversation=conversation,
        sender=sender,
        text=text,
        mentions=_mentions(body),
        problem=problem,
        sent_at=_moment(body.get("createAt")),
    )


def _sender(body: dict[str, Any]) -> Person:
    """Only the staff id counts: it is missing for people from outside and until the application is published, and a staff id
    of another organisation is none of ours."""
    staff_id, ours = string(body.get("senderStaffId")), string(body.get("chatbotCorpId"))
    if string(body.get("senderCorpId")) != ours or not ours:
        staff_id = ""
    return Person(platform="dingtalk", id=staff_id, name=string(body.get("senderNick")))


def _conversation(body: dict[str, Any], kind: str, sender: Person) -> Conversation:
    """A single chat is addressed by the person; its own id serves only to keep those of strangers apart."""
    conversation_id = string(body.get("conversationId"))
    if kind == _SINGLE:
        return Conversation(platform="dingtalk", id=sender.id or conversation_id, kind="single", title=sender.name)
    return Conversation(
        platform="dingtalk", id=conversation_id, kind="group", title=string(body.get("conversationTitle"))
    )


def _text(body: dict[str, Any], *, group: bool) -> tuple[str, Problem]:
    """In a text the robot's own mention has been cut out, in a rich text it has not."""
    if str(body.get("errorCode", "")) == _OVER_QUOTA:
        return "", "over-quota"
    content = body.get("content")
    content = content if isinstance(content, dict) else {}
    match body.get("msgtype"):
        case "text":
            inner = body.get("text")
            text = string(inner.get("content")) if isinstance(inner, dict) else ""
        case "richText":
            parts = content.get("richText")
            text = (
                "".join(string(part.get("text")) for part in parts if isinstance(part, dict))
                if isinstance(parts, list)
                else ""
            )
            text = _MENTION.sub("", text, count=1) if group and _MENTION.match(text) else text
            if not text.strip():
                return "", "not-text"
        case "audio":
            text = string(content.get("recognition"))
            if not text.strip():
                return "", "not-text"
        case _:
            return "", "not-text"
    text = text.strip()
    return (text, "") if len(text) <= LONGEST else (text[:LONGEST], "too-long")


def _mentions(body: dict[str, Any]) -> tuple[Person, ...]:
    """Who else was mentioned; names do not come along."""
    users = body.get("atUsers")
    others = [
        user
        for user in (users if isinstance(users, list) else [])
        if isinstance(user, dict) and user.get("dingtalkId") != body.get("chatbotUserId")
    ]
    return tuple(Person(platform="dingtalk", id=string(user.get("staffId")), name="") for user in others)


def _moment(milliseconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.now(UTC)
