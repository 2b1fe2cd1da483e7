"""What the stand-in answers: turns, and the talks that they belong to."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.claude.asked import Asked


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Use(_Value):
    """One use of a tool. `raw` instead of `input` is the text of its arguments as the model writes it, JSON or not."""

    name: str
    input: dict[str, Any] = {}
    raw: str | None = None

    @property
    def text(self) -> str:
        return json.dumps(self.input, ensure_ascii=False) if self.raw is None else self.raw


class Turn(_Value):
    """One answer. `stop` is `tool_use` where tools are used and `end_turn` otherwise, unless it is given. `thinking` comes before
    the text, with a signature."""

    thinking: str = ""
    text: str = ""
    uses: tuple[Use, ...] = ()
    stop: str = ""

    @property
    def stop_reason(self) -> str:
        return self.stop or ("tool_use" if self.uses else "end_turn")


class Talk(_Value):
    """A conversation whose first message contains `when`: its first answer is the first turn, and so on; the last one stays."""

    when: str = ""
    turns: tuple[Turn, ...]


Script = Callable[[Asked], Turn]


def talks(known: Iterable[Talk]) -> Script:
    """The first talk whose words fit; what none fits is answered with that."""
    every = tuple(known)

    def answer(asked: Asked) -> Turn:
        for talk in every:
            if talk.when in asked.first:
                return talk.turns[min(asked.round, len(talk.turns) - 1)]
        return Turn(text="I have no script for this.")

    return answer


def talks_of(text: str) -> tuple[Talk, ...]:
    """Talks that were recorded, one JSON object a line. Raises ValueError."""
    return tuple(Talk.model_validate_json(line) for line in text.splitlines() if line.strip())


class Recorder:
    """Keeps what was answered, so that it can be played again: a line per conversation."""

    def __init__(self) -> None:
        self._heard: dict[str, list[Turn]] = {}

    def heard(self, asked: Asked, turn: Turn) -> None:
        turns = self._heard.setdefault(asked.first, [])
        del turns[asked.round :]
        turns.append(turn)

    @property
    def talks(self) -> tuple[Talk, ...]:
        return tuple(Talk(when=first, turns=tuple(turns)) for first, turns in self._heard.items())

    def text(self) -> str:
        return "".join(f"{talk.model_dump_json()}\n" for talk in self.talks)
