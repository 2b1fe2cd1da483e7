"""What one clause turned out to mean, before the clauses of a message are put together."""

from dataclasses import dataclass

from bot.brain.planner import Choice, Reply, Subject
from executor.operations import Operation, Target
from executor.reason import Reason


@dataclass(frozen=True, slots=True)
class Act:
    """Operations to run, reads or changes."""

    operations: tuple[Operation, ...]
    remark: bool = False
    """A list that a complaint about all of a kind calls for (`机器不够了`), unless another clause asks for something."""


@dataclass(frozen=True, slots=True)
class Look:
    """Something does not work: `asked` when it was a question, not only a remark on the way to a request."""

    target: Target
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """Something is missing or not asked for; `understood` is what it would be, offered as a choice."""

    question: Reason
    understood: tuple[Operation, ...] = ()
    choices: tuple[Choice, ...] = ()
    severity: int = 0
    """Of several questions the one with the highest is put."""
    remark: bool = False
    """It came of a complaint without a name or an amount without a verb, which ask for nothing where another clause does."""


@dataclass(frozen=True, slots=True)
class Refuse:
    reasons: tuple[Reason, ...]
    operations: tuple[Operation, ...] = ()
    command: str = ""
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class Say:
    reply: Reply


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing that could be asked of a cluster: `text` as it was written."""

    text: str


Reading = Act | Look | Ask | Refuse | Say | Unread


@dataclass(frozen=True, slots=True)
class Scene:
    """What the clauses before have settled: objects they named, in order, and the language of the message."""

    language: str
    mentioned: tuple[Target, ...] = ()
    looked: Target | None = None
    """What the clause before asked about."""
    remembered: bool = False
    """`mentioned` is what the conversation was about, not this message."""


class Unclear(Exception):
    """A clause cannot be made into operations; carries what to say instead, and the ways to understand its objects."""

    def __init__(self, reading: Ask | Refuse, alternatives: tuple[tuple[Target, ...], ...] = ()) -> None:
        super().__init__(reading)
        self.reading = reading
        self.alternatives = alternatives
