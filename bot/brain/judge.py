"""One clause, judged: a request, a question about the past, a remark, or nothing that could be read."""

from dataclasses import replace
from itertools import pairwise

from bot.brain.changes import operations_of
from bot.brain.clauses import Clause
from bot.brain.complaints import asks_if_sound
from bot.brain.grammar import Phrase
from bot.brain.moods import softened, urged, why_not
from bot.brain.pages import period
from bot.brain.planner import Reply
from bot.brain.readings import Act, Ask, Reading, Say, Scene, Unclear, Unread
from bot.brain.reads import read
from bot.brain.spelling import Token
from bot.brain.tags import READS, Tag
from executor.operations import Operation
from executor.reason import Reason, reason

_MOODS = (
    (Tag.NEG, "rules.negated"),
    (Tag.IF, "rules.hypothetical"),
    (Tag.LATER, "rules.later"),
    (Tag.SHOULD, "rules.advice"),
    (Tag.DECIDE, "rules.negated"),
)
_SAYS_NOTHING = frozenset({Tag.WANT, Tag.LOOSE, Tag.COLON, Tag.LIGHT, Tag.SOUND, Tag.DIRECTION, Tag.DE, Tag.INSIDE})
_COUNTING = frozenset({"amount", "object", "place", Tag.FILLER, Tag.REPLICAS, Tag.LIGHT})
_WITH_IMAGE = frozenset({"image", "object", "place", Tag.IMAGE_WORD, Tag.COLON, Tag.THIS})
_TURNED = (Tag.NEG, Tag.IF, Tag.SHOULD)
_SETTINGS = ("env", "resources", "label", "autoscale", "taint")
_AMOUNTS = ("env", "resources")
_ABOUT_STATE = ("start", "raise", "resume", "create")


def judged(clause: Clause, scene: Scene) -> Reading | None:
    """None for clauses that only greet or thank."""
    asks = asks_if_sound(clause) or (clause.has(Tag.LOOSE) and clause.has(Tag.ASK))
    if all(phrase.role in _SAYS_NOTHING for phrase in clause.phrases) and not asks:
        return None
    try:
        return _judged(clause, scene)
    except Unclear as unclear:
        return unclear.reading


def _judged(clause: Clause, scene: Scene) -> Reading:
    if clause.has(Tag.WHO) and not clause.has(Tag.QUOTED) and not (clause.changes and clause.has(*_TURNED)):
        return Say(Reply(topic="audit", argument=period(clause.tokens)))
    if not clause.changes:
        return _told(clause, scene) or _without_change(clause, scene)
    about = (clause.has(Tag.WHY, Tag.COUNT) and not _weighs(clause)) or _is_broken(clause) or _asks_state(clause)
    if (about and not clause.conditional) or _asks_setting(clause):
        return read(clause, scene)
    if clause.has(Tag.HISTORY, Tag.AUDIT):
        return Say(Reply(topic="audit", argument=period(clause.tokens)))
    clause = _without_fault(clause)
    code = why_not(clause)
    if code is not None:
        understood = () if code == "rules.negated" else _understood(clause, scene)
        return Ask(reason(code), understood, remark=code == "rules.past" and _is_aside(clause))
    return Act(operations_of(clause, scene))


def _is_aside(clause: Clause) -> bool:
    """`改了 jvm 参数` beside a request tells why; `重启了 web` could be what the request is about."""
    if clause.question or clause.has(Tag.ASK):
        return False
    altered = all(verb.tag is Tag.ALTER for verb in clause.changes) and not clause.has(Tag.BA)
    kinds = {phrase.value("kind") for phrase in clause.all("object") if not phrase.has("name")}
    updated = all(verb.tag in (Tag.ALTER, Tag.UPGRADE) for verb in clause.changes) and not clause.has(Tag.BA)
    altered = altered or (updated and "ConfigMap" in kinds)
    return altered or not clause.all("object")


def _told(clause: Clause, scene: Scene) -> Reading | None:
    """`i restarted web`: somebody did it, and it is offered; not `web was restarted`, which tells of web."""
    roles = [phrase.role for phrase in clause.phrases]
    done = next((token for token in clause.tokens if token.tag is Tag.DONE and token.value), None)
    if done is None or clause.has(Tag.NEG) or Tag.DONE not in roles:
        return None
    weighed = clause.has(Tag.CAN, Tag.SHOULD)  # can web be restarted?
    if clause.question and not weighed:
        return None
    at = roles.index(Tag.DONE)
    if not weighed and ("object" in roles[:at] or "object" not in roles[at:]):
        return None
    verb = replace(done, tag=Tag.RESTART if done.value == "restart" else Tag.DELETE, value="")
    phrases = tuple(Phrase(verb.tag, (verb,)) if done in phrase.tokens else phrase for phrase in clause.phrases)
    code = "rules.advice" if weighed else "rules.past"
    return Ask(reason(code), _understood(replace(clause, phrases=phrases), scene))


def _understood(clause: Clause, scene: Scene) -> tuple[Operation, ...]:
    try:
        return operations_of(clause, scene, whole=False)
    except Unclear:
        return ()


def _without_change(clause: Clause, scene: Scene) -> Reading:
    if (
        any(token.tag is Tag.NEG and not token.value for token in clause.tokens)
        and any(phrase.role in READS for phrase in clause.phrases)
        and not clause.has(Tag.WHY, Tag.FAULT)
    ):
        return Ask(reason("rules.negated"))
    reading = _read_or_nothing(clause, scene)
    if not isinstance(reading, Unread):
        return reading
    if (bare := _only_an_amount(clause, scene) or _only_an_image(clause, scene)) is not None:
        return bare
    for tag, code in _MOODS:
        if clause.has(tag) and (tag is not Tag.LATER or not clause.has(Tag.HAN, Tag.DONE)):
            return Ask(Reason(code=code))
    return Unread(" ".join(token.text for token in clause.tokens))


def _only_an_amount(clause: Clause, scene: Scene) -> Ask | None:
    """`web 5 个副本`, `web x2`: whether it is so or shall be so is not said. `5 个吧`: nor of what."""
    amount = clause.first("amount")
    roles = {phrase.role for phrase in clause.phrases}
    if amount is None or not roles <= _COUNTING or clause.has(Tag.PERFECT, Tag.WHICH):
        return None
    counts = (
        amount.has("repl")
        or amount.has("factor")
        or amount.has("delta")
        or any(token.tag is Tag.UNIT for token in amount.tokens)
    )
    if not counts:
        return None
    verb = Token(Tag.SCALE, amount.tokens[0].text, *clause.span, "to")
    scaled = replace(clause, phrases=(*clause.phrases, Phrase(verb.tag, (verb,))))
    text = "".join(token.text for token in amount.tokens)
    return Ask(reason("rules.amount_unclear", text=text), _understood(scaled, scene), remark=True)


def _only_an_image(clause: Clause, scene: Scene) -> Ask | None:
    """`web 用 nginx:1.27`"""
    images = clause.all("image")
    roles = {phrase.role for phrase in clause.phrases}
    if not images or not clause.all("object") or not roles <= _WITH_IMAGE or clause.has(Tag.PERFECT, Tag.WHICH):
        return None
    verb = Token(Tag.UPGRADE, images[0].tokens[0].text, *clause.span)
    changed = replace(clause, phrases=(*clause.phrases, Phrase(verb.tag, (verb,))))
    return Ask(reason("rules.asked"), _understood(changed, scene))


def _read_or_nothing(clause: Clause, scene: Scene) -> Reading:
    """`今天天气怎么样` asks about nothing that has a name here, so it is not asked which one."""
    try:
        return read(clause, scene)
    except Unclear as unclear:
        if clause.has(Tag.HAN) and not clause.has(Tag.FAULT):
            return Unread("")
        if isinstance(unclear.reading, Ask) and _complains(clause):
            return replace(unclear.reading, remark=True)
        raise


def _complains(clause: Clause) -> bool:
    """`扛不住了`, `麻烦处理：`"""
    if {phrase.role for phrase in clause.phrases} <= {Tag.DIAGNOSE, Tag.COLON}:
        return True
    return (
        clause.has(Tag.FAULT)
        and not clause.question
        and not clause.has(Tag.WHY, Tag.DIAGNOSE, Tag.LOOK, Tag.NEG, Tag.IF)
    )


def _is_broken(clause: Clause) -> bool:
    """`nginx 重启失败`, `nginx 一直重启`; not `nginx 挂了帮我重启下`, nor `删除挂掉的 pod web-0`."""
    return any(phrase.role == Tag.FAULT for phrase in _without_fault(clause).phrases)


def _weighs(clause: Clause) -> bool:
    """`扩到 10 个会有问题吗`; not `为什么会重启`."""
    return (Tag.SHOULD, Tag.WHY) in pairwise(token.tag for token in clause.tokens)


def _without_fault(clause: Clause) -> Clause:
    """A fault before the verb of a request, or before the name of its object, is only the occasion."""
    roles = [phrase.role for phrase in clause.phrases]
    verb = next(at for at, phrase in enumerate(clause.phrases) if phrase.tokens and phrase.tokens[0] in clause.changes)
    requested = clause.has(Tag.BENEFIT) or softened(clause) or urged(clause)
    kept = tuple(
        phrase
        for at, phrase in enumerate(clause.phrases)
        if not (
            phrase.role == Tag.FAULT
            and (
                ((requested or _is_complete(clause, verb)) and at < verb)
                or (at > verb and "object" in roles[at + 1 : at + 3])
                or [role for role in roles[at + 1 :] if role != Tag.FAULT][:2] == [Tag.DE, "object"]
            )
        )
    )
    return replace(clause, phrases=kept)


def _is_complete(clause: Clause, verb: int) -> bool:
    """`web 顶不住了加 5 个副本`: what the verb needs comes behind it."""
    return any(phrase.role in ("amount", "image") for phrase in clause.phrases[verb + 1 :])


def _asks_setting(clause: Clause) -> bool:
    """`看下 web 的环境变量`, `web 内存泄漏`: nouns, with no verb that would change what they name."""
    if clause.has(Tag.NEG) or not all(token.tag is Tag.UNDONE and token.value in _SETTINGS for token in clause.changes):
        return False
    if clause.has(Tag.LOOK, Tag.WHICH, Tag.HOWMANY, Tag.DESCRIBE, Tag.HAN):
        return True
    nouns = all(token.value in _AMOUNTS for token in clause.changes)
    valued = any(clause.all(role) for role in ("amount", "image", Tag.PAIR)) and not clause.has(Tag.PERFECT, Tag.LOOK)
    return nouns and not valued and not clause.has(Tag.BA)


def _asks_state(clause: Clause) -> bool:
    """`nginx 启动了吗`, `web 恢复了吗`: whether it runs."""
    verbs = clause.changes
    asked = clause.question or clause.has(Tag.ASK)
    state = all(token.tag is Tag.UNDONE and token.value in _ABOUT_STATE for token in verbs)
    return asked and state and not clause.has(Tag.BENEFIT, Tag.CAN)
