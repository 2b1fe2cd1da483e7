"""How an operation stands and how it ended."""

from enum import StrEnum

from executor.reason import Frozen, Reason


class Result(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NO_CHANGE = "no-change"
    BLOCKED = "blocked"
    """A finalizer, a disruption budget or a quota holds it."""
    REVERTED = "reverted"
    """Somebody or something changed it back."""
    SUPERSEDED = "superseded"
    """Another manager changed the object again while we watched."""
    UNKNOWN = "unknown"
    """The deadline passed or the view was lost: we do not know, and say so."""


class Progress(Frozen):
    """A step on the way. `done`/`total` count pods (or whatever `step` speaks of); `lines` are the newest log lines, masked."""

    done: int = 0
    total: int = 0
    step: Reason
    lines: tuple[str, ...] = ()


class Verdict(Frozen):
    """How it ended. `reason` is the one sentence; `evidence` are masked lines (events, container states, log tail)."""

    result: Result
    reason: Reason
    evidence: tuple[str, ...] = ()


class Standing(Frozen):
    """What one look says: `result` is None while the object is still on its way, and `reason` then names the step."""

    reason: Reason
    result: Result | None = None
    done: int = 0
    total: int = 0
