"""One answer of the model, put together from the events of a stream or read from one document.

Nothing is believed: blocks of unknown kinds are left out, missing ids made up, arguments that are no JSON object kept as a problem.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from bot.brain.claude.usage import Usage

_LONGEST_TEXT = 64 * 1024
_MOST_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Used:
    """A tool that the model wants to use. `problem` says what is wrong with the arguments."""

    id: str
    name: str
    input: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`blocks` is what goes back as the assistant's turn; `stop` is "" where the endpoint gives no reason."""

    blocks: tuple[dict[str, Any], ...]
    text: str
    uses: tuple[Used, ...]
    stop: str
    usage: Usage


@dataclass(slots=True)
class _Block:
    kind: str
    start: dict[str, Any]
    text: list[str] = field(default_factory=list)
    signature: str = ""
    whole: bool = False

    @property
    def said(self) -> str:
        return "".join(self.text)[:_LONGEST_TEXT]


class Gathering:
    """Takes the events of one stream."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}
        self._stop = ""
        self._usage: dict[str, Any] = {}
        self._begun = False
        self._ended = False

    def heard(self, event: dict[str, Any]) -> None:
        """Raises ValueError for an event that makes no sense where it comes."""
        match event.get("type"):
            case "message_start":
                self._begun = True
                self._usage.update(_counts(event.get("message", {}).get("usage")))
            case "content_block_start":
                block = event.get("content_block") or {}
                self._blocks[int(event["index"])] = _Block(str(block.get("type")), block, [_initial(block)])
                if len(self._blocks) > _MOST_BLOCKS:
                    raise ValueError("more blocks than any answer has")
            case "content_block_delta":
                self._grow(self._blocks[int(event["index"])], event.get("delta") or {})
            case "content_block_stop":
                self._blocks[int(event["index"])].whole = True
            case "message_delta":
                self._stop = str((event.get("delta") or {}).get("stop_reason") or "")
                self._usage.update(_counts(event.get("usage")))
            case "message_stop":
                self._ended = True
            case _:
                pass

    def _grow(self, block: _Block, delta: dict[str, Any]) -> None:
        match delta.get("type"):
            case "text_delta":
                block.text.append(str(delta.get("text") or ""))
            case "input_json_delta":
                block.text.append(str(delta.get("partial_json") or ""))
            case "thinking_delta":
                block.text.append(str(delta.get("thinking") or ""))
            case "signature_delta":
                block.signature += str(delta.get("signature") or "")
            case _:
                pass

    def answer(self) -> Answer:
        """Raises ValueError when this was no whole stream."""
        if not self._begun or not (self._ended or self._stop):
            raise ValueError("no message came")
        blocks, uses, text = [], [], []
        for index in sorted(self._blocks):
            made, used = _made(self._blocks[index], index)
            if made is not None:
                blocks.append(made)
            if used is not None:
                uses.append(used)
            elif made is not None and made["type"] == "text":
                text.append(made["text"])
        return Answer(tuple(blocks), "\n".join(text).strip(), tuple(uses), self._stop, Usage.of(self._usage))

    @classmethod
    def of_message(cls, whole: dict[str, Any]) -> Answer:
        """From an endpoint that does not stream. Raises ValueError, TypeError, AttributeError."""
        gathering = cls()
        gathering.heard({"type": "message_start", "message": whole})
        for index, block in enumerate(whole.get("content") or ()):
            gathering.heard({"type": "content_block_start", "index": index, "content_block": block})
            gathering.heard({"type": "content_block_stop", "index": index})
        gathering.heard({"type": "message_delta", "delta": {"stop_reason": whole.get("stop_reason")}})
        gathering.heard({"type": "message_stop"})
        return gathering.answer()


def _initial(block: dict[str, Any]) -> str:
    if block.get("type") == "tool_use":
        given = block.get("input")
        return json.dumps(given, ensure_ascii=False) if given else ""
    return str(block.get("text") or block.get("thinking") or "")


def _made(block: _Block, index: int) -> tuple[dict[str, Any] | None, Used | None]:
    match block.kind:
        case "text" if block.said.strip():
            return {"type": "text", "text": block.said}, None
        case "thinking":
            signature = block.signature or str(block.start.get("signature") or "")
            return {"type": "thinking", "thinking": block.said, "signature": signature}, None
        case "redacted_thinking":
            return {"type": "redacted_thinking", "data": str(block.start.get("data") or "")}, None
        case "tool_use":
            used = _used(block, index)
            return {"type": "tool_use", "id": used.id, "name": used.name, "input": used.input}, used
        case _:
            return None, None


def _used(block: _Block, index: int) -> Used:
    name = str(block.start.get("name") or "unnamed")
    known = str(block.start.get("id") or f"toolu_{index}")
    if not block.whole:
        return Used(known, name, {}, "the arguments were cut off")
    try:
        given = json.loads(block.said or "{}")
    except ValueError:
        return Used(known, name, {}, "the arguments are not JSON")
    if not isinstance(given, dict):
        return Used(known, name, {}, "the arguments are no JSON object")
    return Used(known, name, given)


def _counts(usage: Any) -> dict[str, Any]:
    """What a usage says; later events say some of it again, and then it holds."""
    return {key: value for key, value in usage.items() if isinstance(value, int)} if isinstance(usage, dict) else {}
