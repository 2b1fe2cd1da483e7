"""Whether a clause says or asks that something does not work, in other words than those of the lists for it."""

from itertools import pairwise

from bot.brain.clauses import Clause
from bot.brain.subjects import names
from bot.brain.tags import Tag

_WELL = ("up", "ok", "okay", "running", "good", "back", "well", "down")
_SHORT = 3
"""Characters of a word that tells what became of something."""
SERVER_ERRORS = ("500", "502", "503", "504")
_CLIENT_ERRORS = ("401", "403", "404", "429", "499")
_WITH_ERROR = frozenset({"amount", Tag.LOOSE, Tag.ALL, Tag.CALLED, Tag.LOOK, Tag.BOTH})
_OF_IT = (Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE, Tag.REPLICAS, Tag.IMAGE_WORD)
"""Something of it in particular is asked for."""


def says_what(clause: Clause) -> bool:
    """`web 挂了`, `web is down`, `web 502`"""
    return clause.has(Tag.WHY, Tag.FAULT, Tag.DIAGNOSE) or _is_down(clause) or _answers_badly(clause)


def says_so(clause: Clause) -> bool:
    """`web 没拉到镜像`, `web can't reach its disk`: denied of a thing where nothing is asked to be done; `检查一下 web`."""
    fails = any(token.tag is Tag.NEG and token.value == "fails" for token in clause.tokens) or _is_not(clause)
    checked = any(token.tag is Tag.LOOK and token.value == "check" for token in clause.tokens)
    return fails or (checked and not clause.has(*_OF_IT))


def _is_not(clause: Clause) -> bool:
    """`web not progressing`, `no pods ready`; not `not web`."""
    pairs = pairwise(clause.tokens)
    return any(
        (one.text.lower() == "no" and two.tag is Tag.KIND)
        or (two.text.lower() == "not" and one.tag in (Tag.NAME, Tag.KIND))
        for one, two in pairs
    )


def rises(clause: Clause) -> bool:
    """`内存一直涨`"""
    return clause.has(Tag.UNDONE) and clause.has(Tag.OFTEN, Tag.PERFECT)


def asks_if_sound(clause: Clause) -> bool:
    """`web 正常吗`, `is web up?`, `web ok?`; not `web 正常了`."""
    asked = clause.question or clause.has(Tag.ASK)
    spoken = [token for token in clause.tokens if token.tag is not Tag.NOISE or token.text.lower() in _WELL]
    inverted = bool(spoken) and spoken[0].text.lower() in ("is", "are")
    well = clause.has(Tag.SOUND) or any(token.text.lower() in _WELL for token in spoken)
    told = (
        clause.question
        and len(spoken) > 1
        and spoken[-1].text.lower() in ("ok", "okay", "up", "good")
        and names(clause)
    )
    return (asked and (clause.has(Tag.SOUND) or _is_down(clause))) or (inverted and well) or told


def has_become(clause: Clause) -> bool:
    """`redis 抽了`: said of one thing only, in a word that no list knows, and it is so by now."""
    roles = [phrase.role for phrase in clause.phrases]
    ends = clause.tokens[-1].tag is Tag.PERFECT and not clause.has(Tag.BA, Tag.BENEFIT, Tag.WANT, Tag.ASK)
    return ends and roles[:1] == ["object"] and set(roles[1:]) == {Tag.HAN} and len(roles) <= _SHORT + 1


def _is_down(clause: Clause) -> bool:
    """`nginx is down`"""
    return any(phrase.role == Tag.DIRECTION and phrase.tokens[0].value == "down" for phrase in clause.phrases)


def _answers_badly(clause: Clause) -> bool:
    """`web 502`: a number that only an HTTP server says."""
    numbers = [phrase.value("n") or "" for phrase in clause.all("amount") if len(phrase.tokens) == 1]
    named = names(clause) or bool(clause.all("place"))
    alone = {phrase.role for phrase in clause.phrases} <= _WITH_ERROR
    return any(
        (number in SERVER_ERRORS and (named or alone)) or (named and number in _CLIENT_ERRORS) for number in numbers
    )
