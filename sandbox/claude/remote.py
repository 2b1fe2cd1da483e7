"""The model's stand-in in another process, driven through its control door with the same calls."""

from collections.abc import Sequence
from typing import Any

import aiohttp

from sandbox.claude.script import Talk, talks_of
from sandbox.remote import RemoteDoor

__all__ = ["RemoteClaude", "claude_process", "remote_claude"]


class RemoteClaude(RemoteDoor):
    module = "sandbox.claude"

    def __init__(self, control_url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(control_url, session)
        self.api_key = ""

    def know(self, about: dict[str, Any]) -> None:
        self.api_key = about["api_key"]

    async def play(self, known: Sequence[Talk]) -> None:
        await self.call("play", talks=[talk.model_dump(mode="json") for talk in known])

    async def bodies(self) -> list[str]:
        return list(await self.call("bodies"))

    async def refused(self) -> list[str]:
        return list(await self.call("refused"))

    async def usage(self) -> list[dict[str, int]]:
        return list(await self.call("usage"))

    async def recorded(self) -> tuple[Talk, ...]:
        return talks_of(await self.call("recorded"))

    async def fault(self, name: str, **fields: Any) -> None:
        """A method of Faults by its name."""
        await self.call("fault", name, **fields)

    async def lack(self, *parameters: str, **fields: bool) -> None:
        await self.call("lack", *parameters, **fields)

    async def advance(self, seconds: float) -> None:
        await self.call("advance", seconds=seconds)


claude_process = RemoteClaude.process
remote_claude = RemoteClaude.at
