"""What a planner answers: it only ever proposes, and holds no client that can write."""

from typing import Literal, Protocol

from bot.brain.memory import NOTHING, Memory
from executor.diagnosis import Diagnosis
from executor.operations import Operation, Target
from executor.reason import Frozen, Reason
from executor.risk import Level

ME = "@me"


class Planned(Frozen):
    """What every plan has. `notes` are said at the foot of each card that comes of it; `shown` are the objects that the cluster
    showed while it was made."""

    notes: tuple[Reason, ...] = ()
    shown: tuple[Target, ...] = ()


class Reply(Planned):
    """Words only. `topic` names a built-in page that views draws; `whoami` shows the platform and user id, so that an operator
    can put them into `STEWARD_ADMINS`."""

    kind: Literal["reply"] = "reply"
    topic: Literal["help", "status", "audit", "whoami", "admins", "alerts", "mutes", "hello", "said", "unknown"] = (
        "unknown"
    )
    argument: str = ""
    """For `audit` the period as `bot.book.periods` reads it: "" (the newest rows), `today`, `yesterday`, `week`, `last-week`,
    `month`, `last-month`, `7d` or `30d`, whatever language was written."""
    person: str = ""
    """For `audit` whose rows, as written: a name or an id, with its `@` if it was a mention; ME for the asker's own."""
    reason: Reason | None = None
    text: str = ""
    """For `said`: a model's own words, masked. They are data, never markup."""


class Diagnose(Planned):
    """Look into why something does not work. `target.kind` may be "" (any workload or pod of that name)."""

    kind: Literal["diagnosis"] = "diagnosis"
    target: Target


class Caution(Frozen):
    """What a planner adds to the card of an operation. It may raise the risk that the rules found, never lower it (I7)."""

    remarks: tuple[Reason, ...] = ()
    raised: Reason | None = None
    """Why it is riskier than the rules say."""


class Proposal(Planned):
    """Operations to run: read-only ones at once, the others after approval. They may have holes that the live cluster fills."""

    kind: Literal["proposal"] = "proposal"
    operations: tuple[Operation, ...]
    cautions: tuple[Caution, ...] = ()
    """One for each operation, or none at all."""


class Choice(Frozen):
    """One way to answer a question: what the button says, and what it stands for as if it had been typed."""

    text: str
    command: str


class Clarify(Planned):
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


class Refusal(Planned):
    """Understood, and not done: with the reason. `command` is the offending text, masked."""

    kind: Literal["refusal"] = "refusal"
    reasons: tuple[Reason, ...]
    command: str = ""
    operations: tuple[Operation, ...] = ()
    """What it would have been, where that is known: Steward does not perform it."""
    subject: Subject | None = None
    """Instead of `operations` where the text is no operation that could be typed."""


class Decide(Planned):
    """The typed twin of a card's button: `批准 7F3K`, `拒绝 7F3K 原因`. `code` is upper-case."""

    kind: Literal["decide"] = "decide"
    button: Literal["approve", "deny", "cancel", "undo"]
    code: str
    reason: str = ""


class Pick(Planned):
    """A bare number (`2`, `选 2`): an answer to the question asked last in this conversation, counted from 1."""

    kind: Literal["pick"] = "pick"
    number: int


class Bind(Planned):
    """`绑定 7F3K-92QD`: tie the sender to the account that the code was made for. `code` is upper-case, without the dash."""

    kind: Literal["bind"] = "bind"
    code: str


class Grant(Planned):
    """`授权 @某人 管理员`: another role for somebody, once an administrator approved it. `who` is what was written for the person:
    `@name` where they were mentioned, else `platform:id`, an id or a name."""

    kind: Literal["grant"] = "grant"
    who: str
    role: Literal["admin", "member", "viewer"] = "admin"


class Revoke(Planned):
    """`撤销授权 @某人`: back to the organisation's default role. `who` as for `Grant`."""

    kind: Literal["revoke"] = "revoke"
    who: str


class Matcher(Frozen):
    """A label of alerts, and what it is, or with `equal` False is not."""

    label: str
    value: str
    equal: bool = True


class Mute(Planned):
    """`静默 7F3K 1小时`: keep an alert quiet for so many seconds; 0 is no longer. `code` is upper-case, of an alert or of a mute.
    `静默 namespace=shop 1小时`: all alerts that every one of `matchers` fits; `code` is then ""."""

    kind: Literal["mute"] = "mute"
    code: str = ""
    seconds: int
    matchers: tuple[Matcher, ...] = ()


Plan = Reply | Diagnose | Proposal | Clarify | Refusal | Decide | Pick | Bind | Grant | Revoke | Mute


class Conclusion(Planned):
    """What a model makes of a diagnosis; "" where it says nothing. `founded` when it cites evidence, and only what there is: `[2]`
    is the second piece of the diagnosis, counted from 1 over all findings."""

    text: str = ""
    founded: bool = False
    invented: tuple[int, ...] = ()
    """What it cites and is not there."""


class Planner(Protocol):
    async def warm(self) -> None:
        """Load what the first question would otherwise wait for. Raises nothing."""
        ...

    @property
    def thinks(self) -> bool:
        """Whether `conclude` may take its time: a diagnosis is then shown before, and again after."""
        ...

    async def plan(self, text: str, memory: Memory = NOTHING) -> Plan:
        """`text` is a message without the mention of the bot, `memory` what its conversation was about before."""
        ...

    async def conclude(self, seen: Diagnosis, text: str, memory: Memory = NOTHING) -> Conclusion | None:
        """What to say about a diagnosis besides what the rules found; None where nobody thinks about it."""
        ...
