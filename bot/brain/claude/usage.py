"""What was spent on the model: per call, and added up by what it was for."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Purpose = Literal["plan", "proposal", "diagnosis", "check"]
"""`plan` is a message that ended in words, `proposal` one that ended in an operation."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. `fresh` input was read for the first time, `cached` from the cache, `stored` was put there."""

    fresh: int = 0
    cached: int = 0
    stored: int = 0
    output: int = 0
    calls: int = 1

    @classmethod
    def of(cls, counts: dict[str, Any]) -> Self:
        """From the API's words; an endpoint that counts nothing has spent nothing."""
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
        return cls(*(max(0, int(counts.get(name) or 0)) for name in names))

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.fresh + other.fresh,
            self.cached + other.cached,
            self.stored + other.stored,
            self.output + other.output,
            self.calls + other.calls,
        )

    @property
    def input(self) -> int:
        return self.fresh + self.cached + self.stored

    @property
    def total(self) -> int:
        return self.input + self.output


NO_USAGE = Usage(calls=0)


@dataclass(slots=True)
class Spent:
    """Since the start: how many requests of people were answered with the model, what they cost, and how many it failed."""

    requests: dict[Purpose, int] = field(default_factory=lambda: defaultdict(int))
    usage: dict[Purpose, Usage] = field(default_factory=lambda: defaultdict(lambda: NO_USAGE))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By the code of the reason."""

    def add(self, purpose: Purpose, usage: Usage) -> None:
        self.requests[purpose] += 1
        self.usage[purpose] += usage
