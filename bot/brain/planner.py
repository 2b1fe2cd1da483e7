"""What a planner answers: it only ever proposes, and holds no client that can write."""

from typing import Literal, Protocol

from executor.operations import Operation, Target
from executor.reason import Frozen, Reason
from executor.risk import Level

ME = "@me"


class Reply(Frozen):
    """Words only. `topic` names a built-in page that views draws; `whoami` shows the platform and user id, so that an operator
    can put them into `STEWARD_ADMINS`."""

    kind: Literal["reply"] = "reply"
    topic: Literal["help", "status", "audit", "whoami", "admins", "hello", "unknown"] = "unknown"
    argument: str = ""
    """For `audit` the period as `bot.book.periods` reads it: "" (the newest rows), `today`, `yesterday`, `week`, `last-week`,
    `month`, `last-month`, `7d` or `30d`, whatever language was written."""
    person: str = ""
    """For `audit` whose rows, as written: a name or an id, with its `@` if it was a mention; ME for the asker's own."""
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


class Subject(Frozen):
    """What a kubectl text that was not let through seems to be about; "" and None where that could not be read."""

    verb: str = ""
    kind: str = ""
    namespace: str | None = None
    name: str = ""
    risk: Level = Level.FORBIDDEN


class Refusal(Frozen):
    """Understood, and not done: with the reason. `command` is the offending text, masked."""

    kind: Literal["refusal"] = "refusal"
    reasons: tuple[Reason, ...]
    command: str = ""
    operations: tuple[Operation, ...] = ()
    """What it would have been, where that is known: Steward does not perform it."""
    subject: Subject | None = None
    """Instead of `operations` where the text is no operation that could be typed."""


class Decide(Frozen):
    """The typed twin of a card's button: `批准 7F3K`, `拒绝 7F3K 原因`. `code` is upper-case."""

    kind: Literal["decide"] = "decide"
    button: Literal["approve", "deny", "cancel", "undo"]
    code: str
    reason: str = ""


class Pick(Frozen):
    """A bare number (`2`, `选 2`): an answer to the question asked last in this conversation, counted from 1."""

    kind: Literal["pick"] = "pick"
    number: int


class Bind(Frozen):
    """`绑定 7F3K-92QD`: tie the sender to the account that the code was made for. `code` is upper-case, without the dash."""

    kind: Literal["bind"] = "bind"
    code: str


class Grant(Frozen):
    """`授权 @某人 管理员`: another role for somebody, once an administrator approved it. `who` is what was written for the person:
    `@name` where they were mentioned, else `platform:id`, an id or a name."""

    kind: Literal["grant"] = "grant"
    who: str
    role: Literal["admin", "member", "viewer"] = "admin"


class Revoke(Frozen):
    """`撤销授权 @某人`: back to the organisation's default role. `who` as for `Grant`."""

    kind: Literal["revoke"] = "revoke"
    who: str


class Mute(Frozen):
    """`静默 7F3K 1小时`: keep an alert quiet for so many seconds; 0 is no longer. `code` is upper-case."""

    kind: Literal["mute"] = "mute"
    code: str
    seconds: int


Plan = Reply | Diagnose | Proposal | Clarify | Refusal | Decide | Pick | Bind | Grant | Revoke | Mute


class Planner(Protocol):
    async def plan(self, text: str) -> Plan: ...
