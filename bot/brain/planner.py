"""What a planner answers: it only ever proposes, and holds no client that can write."""

from typing import Literal, Protocol

from executor.operations import Operation, Target
from executor.reason import Frozen, Reason


class Reply(Frozen):
    """Words only. `topic` names a built-in page (`help`, `status`, `audit`, `whoami`) that views draws."""

    kind: Literal["reply"] = "reply"
    topic: Literal["help", "status", "audit", "hello", "unknown"] = "unknown"
    argument: str = ""
    """What came behind the topic: a period for `audit` (`今天`)."""
    reason: Reason | None = None


class Diagnose(Frozen):
    """Look into why something does not work. `target.kind` may be "" (any workload or pod of that name)."""

    kind: Literal["diagnosis"] = "diagnosis"
    target: Target


class Proposal(Frozen):
    """Operations to run: read-only ones at once, the others after approval. They may have holes that the live cluster fills."""

    kind: Literal["proposal"] = "proposal"
    operations: tuple[Operation, ...]


class Choice(Frozen):
    """One way to answer a question: what the button says, and what it stands for as if it had been typed."""

    text: str
    command: str


class Clarify(Frozen):
    """A question back."""

    kind: Literal["clarify"] = "clarify"
    question: Reason
    choices: tuple[Choice, ...] = ()
    operations: tuple[Operation, ...] = ()
    """What was understood so far."""


class Refusal(Frozen):
    """Understood, and not done: with the reason. `command` is the offending text, masked."""

    kind: Literal["refusal"] = "refusal"
    reasons: tuple[Reason, ...]
    command: str = ""
    operations: tuple[Operation, ...] = ()


class Decide(Frozen):
    """The typed twin of a card's button: `批准 7F3K`, `拒绝 7F3K 原因`. `code` is upper-case."""

    kind: Literal["decide"] = "decide"
    button: Literal["approve", "deny", "cancel", "undo"]
    code: str
    reason: str = ""


Plan = Reply | Diagnose | Proposal | Clarify | Refusal | Decide


class Planner(Protocol):
    async def plan(self, text: str) -> Plan: ...
