"""The readings of a message's clauses as one plan."""

from collections.abc import Sequence

from bot.brain.clauses import Clause
from bot.brain.examples import unknown
from bot.brain.moods import clouded, tells_only
from bot.brain.planner import Clarify, Diagnose, Plan, Proposal, Refusal, Reply
from bot.brain.readings import Act, Ask, Look, Reading, Refuse, Say, Unread
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from bot.brain.targets import groups
from bot.brain.wording import choices, diagnosis
from executor.operations import Describe, Get, Operation, Target
from executor.reason import reason
from executor.redact import mask
from executor.risk import Level, assess

_MOST = 5


def combined(text: str, tokens: tuple[Token, ...], read: Sequence[tuple[Clause, Reading]], language: str) -> Plan:
    """A change is proposed only when no clause was refused, questioned or not understood."""
    readings = [reading for _, reading in read]
    acts = [reading for reading in readings if isinstance(reading, Act)]
    acts = [act for act in acts if not act.remark] or acts
    operations = tuple(dict.fromkeys(one for act in acts for one in act.operations))
    if (refusal := _refusal(readings)) is not None:
        return refusal
    looks = [reading for reading in readings if isinstance(reading, Look)]
    asks = [reading for reading in readings if isinstance(reading, Ask)]
    asks = [ask for ask in asks if not (ask.remark and (operations or (looks and not ask.understood)))]
    declined = next((ask for ask in asks if ask.question.code == "rules.negated"), None)
    if declined is not None and not operations and not any(ask.understood or ask.choices for ask in asks):
        return Reply(reason=declined.question)
    if asks:
        return _question(asks, operations, language)
    if len(operations) > _MOST:
        return Refusal(reasons=(reason("rules.too_many", limit=_MOST),), operations=operations)
    says = [reading for reading in readings if isinstance(reading, Say)]
    unread = [reading.text for reading in readings if isinstance(reading, Unread)]
    if not all(map(only_reads, operations)):
        beside = (clouded(clause) for clause, reading in read if not _changes_something(reading))
        unread = [reading.text for clause, reading in read if isinstance(reading, Unread) and not tells_only(clause)]
        return _changes(operations, [*unread, *filter(None, beside), *("…" for _ in says)], looks, language)
    asked = [look for look in looks if look.asked]
    if not looks and (meant := _complained_of(readings, operations)) is not None:
        return Diagnose(target=meant)
    plain = all(isinstance(operation, Get | Describe) for operation in operations)
    if asked or (looks and plain):
        return Diagnose(target=(asked or looks)[0].target)
    if operations:
        return Proposal(operations=operations)
    if says:
        return says[0].reply
    return _nothing(text, tokens, [clause for clause, _ in read], language)


def _refusal(readings: Sequence[Reading]) -> Refusal | None:
    refused = next((reading for reading in readings if isinstance(reading, Refuse)), None)
    if refused is None:
        return None
    return Refusal(
        reasons=refused.reasons, command=refused.command, operations=refused.operations, subject=refused.subject
    )


def _complained_of(readings: Sequence[Reading], operations: Sequence[Operation]) -> Target | None:
    """`接口报 502，看下 web`: what is to be looked at beside a complaint that names nothing."""
    complained = any(
        (isinstance(one, Act) and one.remark)
        or (isinstance(one, Ask) and one.remark and one.question.code == "rules.which_target")
        for one in readings
    )
    seen = [one for one in operations if isinstance(one, Get) and one.name]
    if not complained or not len(seen) == len(operations) == 1:
        return None
    return Target(kind=seen[0].kind, name=seen[0].name or "", namespace=seen[0].namespace)


def only_reads(operation: Operation) -> bool:
    return assess(operation).level is Level.READ_ONLY


def _changes_something(reading: Reading) -> bool:
    return isinstance(reading, Act) and not all(map(only_reads, reading.operations))


def _question(asks: list[Ask], operations: tuple[Operation, ...], language: str) -> Plan:
    first = max(asks, key=lambda ask: ask.severity)
    understood = tuple(dict.fromkeys((*operations, *(one for ask in asks for one in ask.understood))))
    offered = (*(one for ask in asks for one in ask.choices), *choices(understood, language))
    return Clarify(
        question=first.question, choices=tuple(dict.fromkeys(offered))[:_MOST], operations=understood[:_MOST]
    )


def _changes(operations: tuple[Operation, ...], unread: list[str], looks: list[Look], language: str) -> Plan:
    offered = choices(operations, language)
    if unread:
        question = reason("rules.leftover", text=mask("；".join(unread)[:120]).text)
        return Clarify(question=question, choices=offered, operations=operations)
    asked = [look for look in looks if look.asked]
    if asked:
        return Clarify(
            question=reason("rules.one_at_a_time"),
            choices=(diagnosis(asked[0].target, language), *offered),
            operations=operations,
        )
    return Proposal(operations=operations)


def _nothing(text: str, tokens: tuple[Token, ...], clauses: list[Clause], language: str) -> Plan:
    names = [item for clause in clauses for group in groups(clause) for item in group if item.name]
    if (
        len(names) == 1
        and len(clauses) == 1
        and all(phrase.role in ("object", "place", Tag.AND) for phrase in clauses[0].phrases)
    ):
        target = names[0].target()
        seen = Get(kind=target.kind, name=target.name, namespace=target.namespace)
        return Clarify(
            question=reason("rules.bare_name", name=target.name),
            choices=(*choices((seen,), language), diagnosis(target, language)),
            operations=(seen,),
        )
    return unknown(text, tokens, language)
