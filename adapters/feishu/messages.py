"""The event `im.message.receive_v1`, parsed into a `Message`.

Source: the page reference/im-v1/message/events/receive. Who was mentioned stands in the text as `@_user_1`, and names can be
edited: whether the bot was meant is told by its own open_id alone.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from adapters.feishu.frames import Event, Malformed
from adapters.strange import json_object, string
from adapters.types import Conversation, Message, Person

LONGEST = 20_000
"""Characters of a message that are still a request."""

_SINGLE = "p2p"
_PERSON = "user"
_PLACEHOLDER = re.compile(r"@_(?:user_\d+|all)\b")
_EVERYBODY = "@_all"

Problem = Literal["", "not-text", "too-long"]


def parse_message(event: Event, *, bot: str, name: Callable[[str], str]) -> Message | None:
    """None for what is not meant for the bot: other bots' messages, and those of a group that do not mention it. `bot` is its
    open_id; `name` says what a person is called if that is known: messages do not say. Raises Malformed."""
    body, sender = json_object(event.body.get("message")), json_object(event.body.get("sender"))
    message_id, chat, kind = string(body.get("message_id")), string(body.get("chat_id")), string(body.get("chat_type"))
    if not message_id or not chat or not kind:
        raise Malformed("no message_id, chat_id or chat_type")
    if sender.get("sender_type") != _PERSON:
        return None
    mentions = _mentions(body)
    if kind != _SINGLE and bot not in {_open_id(one) for one in mentions.values()}:
        return None
    who = person(event, sender.get("sender_id"), sender.get("tenant_key"), name)
    text, problem = _text(body, mentions, bot)
    return Message(
        id=message_id,
        conversation=Conversation(
            platform="feishu",
            id=chat,
            kind="single" if kind == _SINGLE else "group",
            title=who.name if kind == _SINGLE else "",
            thread=(string(body.get("root_id")) or message_id) if string(body.get("thread_id")) else "",
        ),
        sender=who,
        text=text,
        mentions=tuple(_mentioned(event, one) for one in mentions.values() if _open_id(one) != bot),
        problem=problem,
        sent_at=_moment(body.get("create_time")),
    )


def person(event: Event, ids: Any, tenant: Any, name: Callable[[str], str]) -> Person:
    """Somebody of another organisation than the event's own, or of none that is named, has no id and so no privileges."""
    ours = string(event.header.get("tenant_key"))
    open_id = string(json_object(ids).get("open_id")) if ours and string(tenant) == ours else ""
    return Person(platform="feishu", id=open_id, name=name(open_id) if open_id else "")


def _mentions(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By placeholder."""
    said = body.get("mentions")
    found = [json_object(one) for one in said] if isinstance(said, list) else []
    return {string(one.get("key")): one for one in found if string(one.get("key"))}


def _open_id(mention: dict[str, Any]) -> str:
    return string(json_object(mention.get("id")).get("open_id"))


def _mentioned(event: Event, mention: dict[str, Any]) -> Person:
    return person(event, mention.get("id"), mention.get("tenant_key"), lambda _: "").model_copy(
        update={"name": string(mention.get("name"))}
    )


def _text(body: dict[str, Any], mentions: dict[str, dict[str, Any]], bot: str) -> tuple[str, Problem]:
    content = json_object(body.get("content"))
    match body.get("message_type"):
        case "text":
            text = string(content.get("text"))
        case "post":
            text = _post(content)
        case _:
            return "", "not-text"
    text = _PLACEHOLDER.sub(lambda found: _called(found[0], mentions, bot), text).strip()
    if not text and body.get("message_type") == "post":
        return "", "not-text"
    return (text, "") if len(text) <= LONGEST else (text[:LONGEST], "too-long")


def _called(placeholder: str, mentions: dict[str, dict[str, Any]], bot: str) -> str:
    """The bot itself is left out, with the mention only: what stood around it stays."""
    if placeholder == _EVERYBODY:
        return "@all"
    mention = mentions.get(placeholder)
    if mention is None:
        return placeholder
    return "" if _open_id(mention) == bot else f"@{string(mention.get('name'))}"


def _post(content: dict[str, Any]) -> str:
    """The lines of a rich text, with its title first; pictures and the like are left out. It may come by language."""
    if not isinstance(content.get("content"), list):
        content = next((json_object(one) for one in content.values() if isinstance(one, dict)), {})
    lines = content.get("content")
    said = [
        "".join(_span(json_object(span)) for span in line)
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, list)
    ]
    return "\n".join([string(content.get("title")), *said]).strip()


def _span(span: dict[str, Any]) -> str:
    if span.get("tag") == "at":
        said = string(span.get("user_id"))
        return said if _PLACEHOLDER.fullmatch(said) else f"@{string(span.get('user_name'))}"
    return string(span.get("text"))


def _moment(milliseconds: Any) -> datetime:
    """Feishu writes numbers as texts."""
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.now(UTC)
