"""Trouble on demand: what the next requests meet instead of an answer."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "status",
    "stall",
    "cut",
    "error",
    "stop",
    "empty",
    "page",
    "unknown_tool",
    "malformed",
    "think",
    "flood",
    "redirect",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """`after` is how many events of a stream come first; `text` a body, a stop reason or a tool's name."""

    kind: Kind
    status: int = 0
    retry_after: float = 0.0
    after: int = 0
    text: str = ""


@dataclass
class Lacks:
    """What a compatible endpoint may not have: parameters that it refuses, streaming, stop reasons, usage, more than one tool in
    an answer."""

    parameters: set[str] = field(default_factory=set)
    streaming: bool = False
    stop_reasons: bool = False
    usage: bool = False
    parallel: bool = False


class Faults:
    """Each call plans so many requests, in the order of the calls; `lacks` holds from now on."""

    def __init__(self) -> None:
        self.lacks = Lacks()
        self._planned: deque[Fault] = deque()

    def next(self) -> Fault | None:
        return self._planned.popleft() if self._planned else None

    def _plan(self, fault: Fault, times: int) -> None:
        self._planned.extend([fault] * times)

    def clear(self) -> None:
        """Nothing is planned any more."""
        self._planned.clear()

    def throttle_next(self, retry_after: float = 1.0, times: int = 1) -> None:
        """429 with a `retry-after`, or without one for 0."""
        self._plan(Fault("status", status=429, retry_after=retry_after), times)

    def overload_next(self, times: int = 1) -> None:
        self._plan(Fault("status", status=529), times)

    def fail_next(self, status: int = 500, times: int = 1, said: str = "as planned") -> None:
        self._plan(Fault("status", status=status, text=said), times)

    def stall_next(self, after: int = 0, times: int = 1) -> None:
        """So many events, then silence on an open connection."""
        self._plan(Fault("stall", after=after), times)

    def cut_next(self, after: int = 3, times: int = 1) -> None:
        """So many events, then the connection is gone."""
        self._plan(Fault("cut", after=after), times)

    def error_next(self, after: int = 3, times: int = 1) -> None:
        """So many events, then an `error` event."""
        self._plan(Fault("error", after=after, text="overloaded_error"), times)

    def refuse_next(self, times: int = 1) -> None:
        self._plan(Fault("stop", text="refusal"), times)

    def stop_short_next(self, times: int = 1) -> None:
        """Half of the answer, then `max_tokens`."""
        self._plan(Fault("stop", text="max_tokens"), times)

    def empty_next(self, times: int = 1) -> None:
        """An answer without content."""
        self._plan(Fault("empty"), times)

    def think_next(self, times: int = 1) -> None:
        """An answer of thoughts and nothing else."""
        self._plan(Fault("think", text="Let me see. Perhaps, or perhaps not."), times)

    def flood_next(self, times: int = 1) -> None:
        """A text that does not end."""
        self._plan(Fault("flood"), times)

    def redirect_next(self, to: str, times: int = 1) -> None:
        self._plan(Fault("redirect", text=to), times)

    def page_next(self, text: str = "<html><body>Sign in to the network</body></html>", times: int = 1) -> None:
        """200 and a web page, as a proxy answers."""
        self._plan(Fault("page", text=text), times)

    def unknown_tool_next(self, name: str = "run_shell", times: int = 1) -> None:
        """A tool is used that nobody offered."""
        self._plan(Fault("unknown_tool", text=name), times)

    def malform_next(self, times: int = 1) -> None:
        """A tool is used with arguments that are no JSON."""
        self._plan(Fault("malformed"), times)

    def lack(
        self,
        *parameters: str,
        streaming: bool = False,
        stop_reasons: bool = False,
        usage: bool = False,
        parallel: bool = False,
    ) -> None:
        """From now on as an endpoint without these; no argument: with everything again."""
        self.lacks = Lacks(set(parameters), streaming, stop_reasons, usage, parallel)
