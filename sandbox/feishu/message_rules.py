"""What the message API refuses before anything is sent: kinds, sizes and shapes of a message's content."""

import json
from typing import Any

from sandbox.feishu.errors import FeishuError, invalid

TEXT_BYTES = 150 * 1024
CARD_BYTES = 30 * 1024
UUID_CHARS = 50
KINDS = frozenset({"text", "post", "interactive"})


def too_long(size: int, most: int) -> FeishuError:
    return FeishuError(230025, f"The length of the message content reaches its limit, ext={size} over {most} bytes.")


def content_of(msg_type: Any, content: Any) -> dict[str, Any]:
    """The parsed content, which comes as JSON in a string."""
    if msg_type not in KINDS:
        raise invalid(f"invalid msg_type {msg_type}")
    if not isinstance(content, str):
        raise invalid("content is not a string in json format")
    most = TEXT_BYTES if msg_type == "text" else CARD_BYTES
    if len(content.encode()) > most:
        raise too_long(len(content.encode()), most)
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise invalid("content is not a string in json format") from error
    if not isinstance(parsed, dict):
        raise invalid("content is not a json object")
    if msg_type == "text" and (not isinstance(parsed.get("text"), str) or not parsed["text"]):
        raise invalid("text is empty")
    if msg_type == "post":
        _check_post(parsed)
    return parsed


def uuid_of(body: dict[str, Any]) -> str:
    value = body.get("uuid") or ""
    if not isinstance(value, str) or len(value) > UUID_CHARS:
        raise invalid("uuid is too long")
    return value


def _check_post(post: dict[str, Any]) -> None:
    locales = list(post.values())
    if not locales or not all(isinstance(one, dict) and isinstance(one.get("content"), list) for one in locales):
        raise invalid("post has no content")
    for one in locales:
        for paragraph in one["content"]:
            if not isinstance(paragraph, list) or not all(
                isinstance(part, dict) and "tag" in part for part in paragraph
            ):
                raise invalid("post content is not a list of paragraphs")
