"""What a message means by what was said before it in its conversation: `那 api 呢` asks the same of something else."""

from collections.abc import Callable, Sequence

from bot.brain.clauses import Clause
from bot.brain.memory import Memory
from bot.brain.planner import Clarify, Diagnose, Plan, Proposal
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from bot.brain.wording import choices
from executor.operations import Describe, Events, Get, Logs, Operation, Other, Target
from executor.reason import reason

_READS = (Get, Describe, Logs, Events)
_SAME = (Tag.ASK, Tag.QUESTION, Tag.BOTH)


def meant(clauses: Sequence[Clause], tokens: Sequence[Token], memory: Memory) -> tuple[Target, ...]:
    """The objects of a message that calls them `it`, or says neither what nor where: `再加一个`, `日志呢`."""
    if any(token.tag is Tag.PRONOUN for token in tokens):
        return memory.latest
    said = any(name in ("ns", "name", "object", "pair", "everywhere") for name in _captured(clauses))
    return () if said else memory.latest


def _captured(clauses: Sequence[Clause]) -> list[str]:
    return [name for clause in clauses for phrase in clause.phrases for name, _ in phrase.captures]


def again(
    planned: Plan, tokens: Sequence[Token], memory: Memory, language: str, read: Callable[[str], Plan]
) -> Plan | None:
    """The newest request that `read` understands, asked of the one thing that a message names and says nothing of; a change is
    offered, a look is taken at once. None for every other message, and where nothing was asked before."""
    named = (
        planned.operations[:1] if isinstance(planned, Clarify) and planned.question.code == "rules.bare_name" else ()
    )
    if not named or not isinstance(named[0], Get) or not any(token.tag in _SAME for token in tokens):
        return None
    thing = Target(kind=named[0].kind, name=named[0].name or "", namespace=named[0].namespace)
    for turn in reversed(memory.turns):
        before = read(turn.asked)
        if isinstance(before, Diagnose):
            return Diagnose(target=_beside(thing, before.target))
        if isinstance(before, Proposal):
            return _instead(before.operations, thing, language)
    return None


def _instead(operations: Sequence[Operation], thing: Target, language: str) -> Plan | None:
    found = tuple(dict.fromkeys(one for each in operations if (one := _of(each, thing)) is not None))
    if not found:
        return None
    if all(isinstance(one, _READS) for one in found):
        return Proposal(operations=found)
    return Clarify(
        question=reason("rules.same_again", name=thing.name), choices=choices(found, language), operations=found
    )


def _of(operation: Operation, thing: Target) -> Operation | None:
    """The operation with another object; None for one that has none."""
    if isinstance(operation, Get):
        if operation.name is None:
            return operation.model_copy(update={"namespace": thing.name, "all_namespaces": False})
        target = _beside(thing, Target(kind=operation.kind, name=operation.name, namespace=operation.namespace))
        return Get(kind=target.kind, name=target.name, namespace=target.namespace)
    before = None if isinstance(operation, Other) else getattr(operation, "target", None)
    return operation.model_copy(update={"target": _beside(thing, before)}) if isinstance(before, Target) else None


def _beside(thing: Target, before: Target) -> Target:
    """In the namespace that was said before, unless it says its own."""
    return thing if thing.namespace else thing.model_copy(update={"namespace": before.namespace})
