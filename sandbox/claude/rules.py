"""The rules of the Messages API that a request may break. What it says first is what it is answered with.

https://platform.claude.com/docs/en/api/messages and .../agents-and-tools/tool-use/handle-tool-calls
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.claude.answering import signature
from sandbox.claude.schemas import schema_problem

PARAMETERS = frozenset(
    {
        "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "metadata", "stop_sequences",
        "service_tier", "thinking", "cache_control", "output_config", "container", "inference_geo",
    }
)  # fmt: skip
_TOOL = frozenset({"name", "description", "input_schema", "cache_control", "type", "strict", "input_examples"})
_BLOCKS = {
    "user": {"text", "tool_result", "image", "document"},
    "assistant": {"text", "tool_use", "thinking", "redacted_thinking"},
}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_MOST_BREAKPOINTS = 4


class Broken(Exception):
    """A rule that a request breaks; the message names the place."""


def check(body: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """The body, when it keeps every rule. Raises Broken."""
    if not headers.get("anthropic-version"):
        raise Broken("anthropic-version: header is required")
    if not isinstance(body, dict):
        raise Broken("the body must be a JSON object")
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            raise Broken(f"{name}: Field required")
    if unknown := sorted(set(body) - PARAMETERS):
        raise Broken(f"{unknown[0]}: Extra inputs are not permitted")
    if not isinstance(body["max_tokens"], int) or isinstance(body["max_tokens"], bool) or body["max_tokens"] < 1:
        raise Broken("max_tokens: Input should be greater than or equal to 1")
    if not isinstance(body.get("stream", False), bool):
        raise Broken("stream: Input should be a valid boolean")
    tools = _tools(body.get("tools", []))
    _choice(body.get("tool_choice"), tools)
    _system(body.get("system", ""))
    _messages(body["messages"])
    if len(breakpoints(body)) > _MOST_BREAKPOINTS:
        raise Broken(f"A maximum of {_MOST_BREAKPOINTS} blocks with cache_control may be provided")
    for place in breakpoints(body):
        _cache_control(place)
    return body


def breakpoints(body: dict[str, Any]) -> list[Any]:
    """Every cache_control of a request."""
    blocks = [*body.get("tools", [])]
    blocks += body["system"] if isinstance(body.get("system"), list) else []
    for message in body["messages"]:
        blocks += message["content"] if isinstance(message["content"], list) else []
    return [block["cache_control"] for block in blocks if block.get("cache_control") is not None]


def _cache_control(value: Any) -> None:
    if not isinstance(value, dict) or value.get("type") != "ephemeral" or set(value) - {"type", "ttl"}:
        raise Broken("cache_control: must be {'type': 'ephemeral'}, with a ttl of 5m or 1h at most")
    if value.get("ttl", "5m") not in ("5m", "1h"):
        raise Broken("cache_control.ttl: must be 5m or 1h")


def _tools(tools: Any) -> set[str]:
    if not isinstance(tools, list):
        raise Broken("tools: Input should be a valid list")
    names: set[str] = set()
    for number, tool in enumerate(tools):
        if not isinstance(tool, dict) or set(tool) - _TOOL:
            raise Broken(f"tools.{number}: Extra inputs are not permitted")
        name = tool.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Broken(f"tools.{number}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if name in names:
            raise Broken("tools: Tool names must be unique.")
        names.add(name)
        schema = tool.get("input_schema")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            raise Broken(f"tools.{number}.input_schema.type: Field required to be 'object'")
        if problem := schema_problem(schema):
            raise Broken(f"tools.{number}.input_schema: JSON schema is invalid: {problem}")
    return names


def _choice(choice: Any, tools: set[str]) -> None:
    if choice is None:
        return
    if not isinstance(choice, dict) or choice.get("type") not in ("auto", "any", "tool", "none"):
        raise Broken("tool_choice: Input tag must be one of auto, any, tool, none")
    if choice["type"] == "tool" and choice.get("name") not in tools:
        raise Broken(f"tool_choice: Tool {choice.get('name')!r} not found in provided tools")
    if not tools and choice["type"] != "none":
        raise Broken("tool_choice may only be specified while providing tools")


def _system(system: Any) -> None:
    if isinstance(system, str):
        return
    for number, block in enumerate(system):
        if block.get("type") != "text":
            raise Broken(f"system.{number}.type: Input should be 'text'")
        _text(block, f"system.{number}")


def _text(block: dict[str, Any], where: str) -> None:
    if not isinstance(block.get("text"), str) or not block["text"].strip():
        raise Broken(f"{where}: text content blocks must be non-empty")


def _messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise Broken("messages: at least one message is required")
    awaited: list[str] = []
    seen: set[str] = set()
    for number, message in enumerate(messages):
        expected = "user" if number % 2 == 0 else "assistant"
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise Broken(f"messages.{number}: needs role and content, and nothing else")
        if message["role"] != expected:
            raise Broken(f'messages.{number}: roles must alternate, expected "{expected}"')
        blocks = message["content"]
        if isinstance(blocks, str):
            blocks = [{"type": "text", "text": blocks}]
        if not isinstance(blocks, list) or not blocks:
            raise Broken(f"messages.{number}: all messages must have non-empty content")
        used = _blocks(blocks, expected, f"messages.{number}.content")
        if expected == "user":
            _answered(blocks, awaited, number)
            awaited = []
        else:
            if set(used) & seen or len(set(used)) < len(used):
                raise Broken(f"messages.{number}: `tool_use` ids must be unique")
            seen |= set(used)
            awaited = used
    if messages[-1]["role"] == "assistant":
        raise Broken("messages: this model does not support assistant message prefill")


def _blocks(blocks: list[Any], role: str, where: str) -> list[str]:
    """The ids of the tools that are used."""
    used = []
    for number, block in enumerate(blocks):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in _BLOCKS[role]:
            raise Broken(f"{where}.{number}.type: {kind!r} is not allowed for role {role}")
        if kind == "text":
            _text(block, f"{where}.{number}")
        if kind == "thinking" and block.get("signature") != signature(str(block.get("thinking"))):
            raise Broken(f"{where}.{number}.thinking: Invalid `signature` in `thinking` block")
        if kind == "tool_use":
            if not isinstance(block.get("input"), dict):
                raise Broken(f"{where}.{number}.tool_use.input: Input should be a valid dictionary")
            used.append(str(block.get("id")))
        if kind == "tool_result" and isinstance(block.get("content"), list):
            for place, part in enumerate(block["content"]):
                _text(part, f"{where}.{number}.content.{place}")
    return used


def _answered(blocks: list[dict[str, Any]], awaited: list[str], number: int) -> None:
    """Every tool_use of the message before has its tool_result here, each once, before any text."""
    given = [str(block.get("tool_use_id")) for block in blocks if block["type"] == "tool_result"]
    if strange := [each for each in given if each not in awaited]:
        raise Broken(f"messages.{number}: unexpected `tool_use_id` found in `tool_result` blocks: {strange[0]}")
    if missing := [each for each in awaited if each not in given]:
        raise Broken(
            f"messages.{number - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: {missing[0]}"
        )
    if given != awaited:
        raise Broken(f"messages.{number}: each `tool_use` must have a single result, in the order of their use")
    kinds = [block["type"] for block in blocks]
    if "tool_result" in kinds[len(given) :]:
        raise Broken(f"messages.{number}: `tool_result` blocks must come first in the content array")
