"""An answer as the API writes it: one JSON message, or the events of a stream."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from typing import Any

from sandbox.claude.script import Turn
from sandbox.claude.tokens import tokens

_PIECE = 12
"""Characters in one delta."""

Event = tuple[str, dict[str, Any]]


class Numbers:
    """Ids that are unique within a stand-in."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def next(self, prefix: str) -> str:
        return f"{prefix}_{next(self._count):024d}"


def message(
    turn: Turn, model: str, usage: dict[str, int], numbers: Numbers, *, lacks_stop: bool, lacks_usage: bool
) -> dict[str, Any]:
    """The whole message. Arguments that are no JSON are `raw`, which only a stream can say; here they are empty."""
    content: list[dict[str, Any]] = []
    if turn.thinking:
        content.append({"type": "thinking", "thinking": turn.thinking, "signature": signature(turn.thinking)})
    if turn.text:
        content.append({"type": "text", "text": turn.text})
    for use in turn.uses:
        try:
            given = json.loads(use.text)
        except ValueError:
            given = {}
        content.append({"type": "tool_use", "id": numbers.next("toolu"), "name": use.name, "input": given})
    said = sum(tokens(use.text) for use in turn.uses) + tokens(turn.text)
    whole: dict[str, Any] = {
        "id": numbers.next("msg"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": None if lacks_stop else turn.stop_reason,
        "stop_sequence": None,
    }
    if not lacks_usage:
        whole["usage"] = {**usage, "output_tokens": said}
    return whole


def events(whole: dict[str, Any], turn: Turn) -> Iterator[Event]:
    """The same as a stream, in small pieces."""
    begin = {**whole, "content": [], "stop_reason": None}
    if "usage" in whole:
        begin["usage"] = {**whole["usage"], "output_tokens": 1}
    yield "message_start", {"message": begin}
    yield "ping", {}
    uses = iter(turn.uses)
    for index, block in enumerate(whole["content"]):
        if block["type"] == "text":
            start, text, delta = {**block, "text": ""}, block["text"], ("text_delta", "text")
        elif block["type"] == "thinking":
            start, text = {**block, "thinking": "", "signature": ""}, block["thinking"]
            delta = ("thinking_delta", "thinking")
        else:
            start, text, delta = {**block, "input": {}}, next(uses).text, ("input_json_delta", "partial_json")
        yield "content_block_start", {"index": index, "content_block": start}
        for at in range(0, len(text), _PIECE):
            yield "content_block_delta", {"index": index, "delta": {"type": delta[0], delta[1]: text[at : at + _PIECE]}}
        if block["type"] == "thinking":
            yield (
                "content_block_delta",
                {"index": index, "delta": {"type": "signature_delta", "signature": block["signature"]}},
            )
        yield "content_block_stop", {"index": index}
    end: dict[str, Any] = {"delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None}}
    if "usage" in whole:
        end["usage"] = {"output_tokens": whole["usage"]["output_tokens"]}
    yield "message_delta", end
    yield "message_stop", {}


def signature(thinking: str) -> str:
    """By which the API knows its own thoughts again when they come back."""
    return hashlib.sha256(f"signed {thinking}".encode()).hexdigest()


def written(event: Event) -> bytes:
    name, fields = event
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields}, ensure_ascii=False)}\n\n".encode()


def error_body(kind: str, said: str, numbers: Numbers) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": said}, "request_id": numbers.next("req")}
