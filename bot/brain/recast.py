"""Phrases that say where or to what by their form, and whose verb makes them the object: `在 web-0 里执行`, `add 2 to web`."""

from dataclasses import replace
from itertools import pairwise

from bot.brain.clauses import Clause
from bot.brain.grammar import Phrase
from bot.brain.tags import Tag


def recast(clause: Clause, verb: Tag) -> Clause:
    """The clause with that phrase as its object; as it was when it names an object, or has no such phrase."""
    source = clause.first("place")
    if verb is Tag.UPGRADE and source is not None and source.has("from"):
        origin = replace(source, role="origin")  # 从 v1 换成 web:2
        clause = replace(clause, phrases=tuple(origin if each is source else each for each in clause.phrases))
    if clause.all("object"):
        return clause
    inside = clause.first("container")
    if verb is Tag.EXEC and inside is not None and not clause.all("place"):
        return _replaced(clause, inside, "container")
    if verb is Tag.EXEC or (verb is Tag.UPGRADE and clause.all("container")):
        return _last_place(clause)
    to = clause.first("goal")
    if verb is Tag.UPGRADE and to is not None and clause.all("image"):
        return _replaced(clause, to, "ref")
    if verb is Tag.RESTART and inside is None:
        source = clause.first("place")
        return _replaced(clause, source, "ns") if source is not None and source.tokens[0].text == "on" else clause
    if verb is Tag.SCALE:
        goal = clause.first("goal")
        source = clause.first("place")
        if goal is not None and goal.value("ref") is not None:
            return _replaced(clause, goal, "ref")
        if source is not None and source.has("from"):
            return _replaced(clause, source, "ns")
    return clause


def _last_place(clause: Clause) -> Clause:
    spoken = [
        phrase
        for phrase in clause.all("place")
        if phrase.has("ns") and not phrase.has("nsw") and phrase.tokens[0].tag is not Tag.FLAG
    ]
    if not spoken:
        return clause
    inner = len(spoken) == 2 and all(phrase.tokens[0].tag is Tag.IN for phrase in spoken) and _adjoin(clause, *spoken)
    return _replaced(clause, spoken[0 if inner else -1], "ns")


def _adjoin(clause: Clause, first: Phrase, second: Phrase) -> bool:
    """`in web-0 in shop`: what is smaller comes first."""
    return any((one, two) == (first, second) for one, two in pairwise(clause.phrases))


def _replaced(clause: Clause, phrase: Phrase, label: str) -> Clause:
    token = phrase.get(label)
    if token is None or token.tag not in (Tag.NAME, Tag.PATH):
        return clause
    named = Phrase("object", phrase.tokens, (("pair" if token.tag is Tag.PATH else "name", token),))
    return replace(clause, phrases=tuple(named if each is phrase else each for each in clause.phrases))
