"""Whether the verb of a clause is asked for: requests act; wishes not to, questions, reports and plans do not."""

from itertools import pairwise

from bot.brain.clauses import Clause
from bot.brain.tags import CHANGES, Tag


def why_not(clause: Clause) -> str | None:
    """The code of the reason why a clause with a verb of change is no request; None when it is one."""
    asked = clause.question or clause.has(Tag.ASK, Tag.CAN)
    able = any(one.text != "就" and two.tag is Tag.CAN for one, two in pairwise((*clause.tokens[:1], *clause.tokens)))
    requested = clause.invited or clause.has(Tag.BENEFIT) or (able and softened(clause))  # not 重启一下就能好？
    tests = (
        (clause.has(Tag.NEG), "rules.negated"),
        (clause.has(Tag.EXCEPT), "rules.exception"),
        (clause.conditional or clause.has(Tag.IF), "rules.hypothetical"),
        (clause.has(Tag.HOW), "rules.how"),
        (clause.has(Tag.SHOULD), "rules.advice"),
        (clause.has(Tag.LATER, Tag.PERIOD), "rules.later"),
        (_is_report(clause), "rules.past"),
        (any(token.value in ("gerund", "done") for token in clause.changes), "rules.past"),
        (asked and not requested, "rules.asked"),
        (clause.has(Tag.WANT) and not (_wants_first(clause) or softened(clause)), "rules.asked"),
    )
    return next((code for holds, code in tests if holds), None)


def softened(clause: Clause) -> bool:
    """`重启下`, `重启一下`, also in `web 需要重启一下`: nobody softens a verb that he does not ask for."""
    tags = [token.tag for token in clause.tokens]
    return Tag.SOFT in tags or any(first in CHANGES and second is Tag.INSIDE for first, second in pairwise(tags))


_URGENT = frozenset({"赶紧", "赶快", "赶紧的", "赶快的", "尽快", "火速", "速速", "抓紧", "抓紧时间"})
"""Not 马上 or 立刻: a thing may do something at once by itself."""


def urged(clause: Clause) -> bool:
    """`内存爆了 赶紧重启`, `不行了重启吧`: nobody tells of something with these words."""
    return any(
        (one.text in _URGENT and two.tag in CHANGES) or (one.tag in CHANGES and two.text in ("吧", "呗"))
        for one, two in pairwise(clause.tokens)
    )


def _is_report(clause: Clause) -> bool:
    """`重启了 nginx`, `刚重启过`, `被删除的`, `restarted`: said of something that happened. `把 nginx 重启了` is a request."""
    tags = [token.tag for token in clause.tokens if token.tag is not Tag.NOISE]
    pairs = list(pairwise(tags))
    named = any(
        (first in CHANGES and second is Tag.DE)
        or (first in (Tag.DE, Tag.AT) and second in CHANGES - {Tag.EXEC, Tag.UNDONE})
        for first, second in pairs
    )
    done_yet = (Tag.PERFECT, Tag.ASK) in pairs or (tags[-1:] == [Tag.PERFECT] and clause.question)
    finished = done_yet or (clause.has(Tag.PERFECT) and not clause.has(Tag.BA, Tag.BENEFIT))
    noun = (Tag.RESTART, Tag.OF) in pairs and not clause.has(Tag.LIGHT, Tag.BENEFIT)
    return named or finished or noun or clause.has(Tag.ALREADY, Tag.DONE)


def _wants_first(clause: Clause) -> bool:
    """`我要重启 nginx`, not `nginx 需要重启`."""
    for token in clause.tokens:
        if token.tag is Tag.WANT:
            return True
        if token.tag in (Tag.NAME, Tag.OBJECT, Tag.PATH, Tag.KIND):
            return False
    return False


_CLOUDED = frozenset(
    {
        Tag.NEG,
        Tag.EXCEPT,
        Tag.IF,
        Tag.HOW,
        Tag.SHOULD,
        Tag.LATER,
        Tag.DECIDE,
        Tag.DONE,
        Tag.FILLER,
        Tag.HAN,
        Tag.QUOTED,
    }
)


def clouded(clause: Clause) -> str:
    """The first word of a remark or a read that could turn round what is asked beside it (`老板不让…`); "" when there is none."""
    return next((token.text for token in clause.tokens if token.tag in _CLOUDED), "")


_TOLD = frozenset({"object", "place", Tag.LOOSE, Tag.SOUND, Tag.DE, Tag.DIRECTION})


def tells_only(clause: Clause) -> bool:
    """`job nightly 跑完了` beside a request: every word of it is known, and says what goes on."""
    asked = clause.question or clause.has(Tag.ASK)
    return clause.has(Tag.LOOSE, Tag.SOUND) and {phrase.role for phrase in clause.phrases} <= _TOLD and not asked
