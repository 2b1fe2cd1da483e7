"""What a script sees of a request: a view of the body, which was found to keep the rules before."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`name` is the tool that was used; `text` what it gave."""

    name: str
    text: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `body` is it as it came."""

    body: dict[str, Any]

    @property
    def system(self) -> str:
        return "\n".join(_texts(self.body.get("system", "")))

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(tool["name"] for tool in self.body.get("tools", ()))

    @property
    def first(self) -> str:
        """The words that the conversation began with."""
        return "\n".join(_texts(self.body["messages"][0]["content"]))

    @property
    def round(self) -> int:
        """How often the model has answered in this conversation."""
        return sum(message["role"] == "assistant" for message in self.body["messages"])

    @property
    def results(self) -> tuple[ToolResult, ...]:
        """What the tools gave, in all rounds, in order."""
        names: dict[str, str] = {}
        found = []
        for block in self._blocks():
            if block["type"] == "tool_use":
                names[block["id"]] = block["name"]
            elif block["type"] == "tool_result":
                text = "\n".join(_texts(block.get("content", "")))
                found.append(ToolResult(names[block["tool_use_id"]], text, bool(block.get("is_error"))))
        return tuple(found)

    def _blocks(self) -> list[dict[str, Any]]:
        return [
            block
            for message in self.body["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
        ]


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block["type"] == "text"]
