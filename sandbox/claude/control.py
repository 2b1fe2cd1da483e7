"""What another process may ask of the model's stand-in, and which faults it may plan."""

from collections.abc import Sequence
from typing import Any

from sandbox.claude.player import play
from sandbox.claude.script import Talk
from sandbox.claude.standin import ClaudeStandIn
from sandbox.control import Call, Door

FAULTS = frozenset(
    {
        "clear",
        "throttle_next",
        "overload_next",
        "fail_next",
        "stall_next",
        "cut_next",
        "error_next",
        "refuse_next",
        "stop_short_next",
        "empty_next",
        "page_next",
        "unknown_tool_next",
        "malform_next",
        "think_next",
        "flood_next",
        "redirect_next",
    }
)


class ClaudeDoor(Door):
    def __init__(self, claude: ClaudeStandIn, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._claude = claude
        calls: dict[str, Call] = {
            "about": self.about,
            "play": self.play,
            "bodies": self.bodies,
            "refused": self.refused,
            "usage": self.usage,
            "recorded": self.recorded,
            "fault": self.fault,
            "lack": self.lack,
            "advance": claude.clock.advance,
        }
        super().__init__(calls, host=host, port=port)

    async def about(self) -> dict[str, Any]:
        return {"url": self._claude.url, "control": self.url, "api_key": self._claude.api_key}

    async def play(self, talks: Sequence[dict[str, Any]] = ()) -> None:
        """Answer with these talks from now on; without any, as the small player does."""
        if talks:
            self._claude.play(tuple(Talk.model_validate(talk) for talk in talks))
        else:
            self._claude.script = play

    async def bodies(self) -> list[str]:
        return list(self._claude.bodies)

    async def refused(self) -> list[str]:
        return list(self._claude.refused)

    async def usage(self) -> list[dict[str, int]]:
        return list(self._claude.usage)

    async def recorded(self) -> str:
        """A line per conversation, to be played again."""
        return self._claude.recorder.text()

    async def fault(self, name: str, **fields: Any) -> None:
        if name not in FAULTS:
            raise LookupError(f"no fault {name!r}, only {sorted(FAULTS)}")
        getattr(self._claude.faults, name)(**fields)

    async def lack(self, *parameters: str, **fields: bool) -> None:
        self._claude.faults.lack(*parameters, **fields)
