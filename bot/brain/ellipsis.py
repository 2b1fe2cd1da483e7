"""Clauses that leave their verb out: `api 到 2 个` behind `web 扩到 3 个`, `i need 6 replicas of web`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.brain.clauses import Clause
from bot.brain.grammar import Phrase
from bot.brain.spelling import Token
from bot.brain.tags import VERBS, Tag

_WHERE = frozenset({"object", "place", Tag.AND})
_WANTED = frozenset({Tag.WANT, Tag.LIGHT})
_NEEDS = {
    Tag.SCALE: frozenset({"amount"}),
    Tag.UPGRADE: frozenset({"image", "goal"}),
    Tag.ALTER: frozenset({"amount", "image"}),
}
"""What must be said for the verb to be understood."""
_AIMS = ("到", "至", "to")


def completed(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """The clauses with the verbs that they leave to the clause before, or to the amount that they name."""
    carried: Token | None = None
    for clause in clauses:
        whole = _carries_on(clause, carried) or _wants_replicas(clause) or clause
        yield whole
        carried = _to_carry(whole) or (None if whole.has(*VERBS) else carried)


def _to_carry(clause: Clause) -> Token | None:
    verbs = [verb for verb in clause.changes if verb.tag in _NEEDS]
    if len(verbs) != 1 or len(clause.changes) != 1:
        return None
    aimed = any(phrase.has("to") for phrase in clause.all("amount"))
    return replace(verbs[0], tag=Tag.SCALE, value="at") if aimed else verbs[0]


def _carries_on(clause: Clause, verb: Token | None) -> Clause | None:
    """`把 web 扩到 3，api 2 个`; `web 换成 a:1，api b:2`"""
    if verb is None or clause.has(*VERBS):
        return None
    roles = {phrase.role for phrase in clause.phrases}
    needed = _NEEDS[verb.tag] & roles
    return _with_verb(clause, verb) if needed and "object" in roles and roles <= _WHERE | needed else None


def _wants_replicas(clause: Clause) -> Clause | None:
    """`web 到 5 个副本`, `web 整 5 个副本`, `we need 6 replicas of web`; a mere `web 5 个副本` is none."""
    amount = clause.first("amount")
    roles = {phrase.role for phrase in clause.phrases}
    if (
        amount is None
        or clause.has(*VERBS)
        or not roles <= _WHERE | _WANTED | {"amount", Tag.DIRECTION}
        or "object" not in roles
    ):
        return None
    counted = amount.has("repl")
    asked = bool(roles & _WANTED) or clause.has(Tag.BENEFIT)
    aim = amount.get("to")
    whole = counted or any(token.tag is Tag.UNIT for token in amount.tokens)
    aimed = aim is not None and aim.text.lower() in _AIMS and whole
    if not aimed and not (counted and (asked or amount.has("delta"))):
        return None
    first = amount.tokens[0]
    return _with_verb(clause, Token(Tag.SCALE, first.text, first.start, first.end, "to"))


def _with_verb(clause: Clause, verb: Token) -> Clause:
    light = (phrase for phrase in clause.phrases if phrase.role != Tag.LIGHT)
    return replace(clause, phrases=(*light, Phrase(verb.tag, (verb,))))
