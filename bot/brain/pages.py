"""Built-in pages, the typed twins of buttons, and bare numbers: messages that are nothing else."""

import re
from collections.abc import Sequence

from bot.brain.characters import is_picture
from bot.brain.complaints import SERVER_ERRORS
from bot.brain.lexicon import latin_phrase
from bot.brain.planner import Choice, Clarify, Decide, Pick, Plan, Reply
from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, Tag
from bot.brain.whose import book
from executor.reason import reason
from executor.redact import mask

_NOISE = frozenset(
    {Tag.NOISE, Tag.BENEFIT, Tag.SOFT, Tag.PERFECT, Tag.STOP, Tag.COMMA, Tag.COLON, Tag.WANT, Tag.DE, Tag.OF, Tag.BA}
)
_CODE = re.compile(r"[\s:：#]*([A-HJKMNP-Za-hjkmnp-z2-9]{4})(?![A-Za-z0-9._/-])", re.ASCII)
"""Four characters that nobody takes for others: no 0 O 1 I L."""
_YES = ("批准", "同意", "通过", "approve")
_BEHIND = re.compile(
    r"\s*([A-HJKMNP-Za-hjkmnp-z2-9]{4})[\s:：]+(批准|同意|通过|拒绝|驳回|approve|deny)[。.!！]?\s*", re.IGNORECASE
)
_ITSELF = re.compile(r"机器人|steward|\bbot\b", re.IGNORECASE)
_BECAUSE = re.compile(r"^[\s,，:：、。;；-]*(?:(?:原因|理由|因为|because|reason)[\s:：是]*)?", re.IGNORECASE)
_MY_ID = ("我的id", "我的userid", "我的用户id")
"""Chinese and Latin letters in one word, which no word list holds."""
_MOST_REASON = 500
_BUTTONS = {"approve": "approve", "deny": "deny", "cancel": "cancel", "undo": "undo"}


def page(text: str, tokens: Sequence[Token]) -> Plan | None:
    """The plan of a message that is a page's name, a twin or a number; None for everything else."""
    said = [token for token in tokens if token.tag not in _NOISE]
    content = [token for token in said if token.tag not in (Tag.QUESTION, Tag.ASK, Tag.CAN)]
    if (decided := _decided_behind(text)) is not None:
        return decided
    decides = any(token.tag is Tag.DECIDE for token in content)
    if decides and (_denies(text, content) or not any(token.tag in CHANGES for token in content)):
        return _decide(text, tokens, content, asked=len(said) > len(content))
    tags = [token.tag for token in content]
    if not content:
        asked = any(token.tag in (Tag.QUESTION, Tag.ASK) for token in tokens)
        asked = asked or any(token.tag is Tag.BENEFIT for token in tokens)
        silent = not tokens and not any(map(is_picture, text))
        return Reply(topic="help" if asked or silent else "hello")
    if text.lower().replace(" ", "") in _MY_ID:
        return Reply(topic="whoami")
    if (topic := _topic(text, content, tags)) is not None:
        return topic
    return book(text, tokens) or _bare_code(text) or _pick(content)


def _topic(text: str, content: Sequence[Token], tags: list[Tag]) -> Reply | None:
    """The page that a message names and nothing else."""
    if [token.text.lower() for token in content] == ["morning"]:
        return Reply(topic="hello")
    if set(tags) <= {Tag.HELLO, Tag.LOOSE} and Tag.HELLO in tags:
        return Reply(topic="hello")
    if Tag.HELP in tags and set(tags) <= {Tag.HELP, Tag.HELLO, Tag.LOOK}:
        return Reply(topic="help")
    if tags in ([Tag.WHOAMI], [Tag.HELLO, Tag.WHOAMI], [Tag.LOOK, Tag.WHOAMI]):
        return Reply(topic="whoami")
    alive = tags == [Tag.WHY] and _ITSELF.search(text) is not None  # 机器人还活着吗
    return Reply(topic="status") if alive or tags in ([Tag.STATUS], [Tag.LOOK, Tag.STATUS]) else None


def period(tokens: Sequence[Token]) -> str:
    return next((token.value for token in tokens if token.tag is Tag.PERIOD), "")


def _pick(content: Sequence[Token]) -> Plan | None:
    """`2`, `选 2`, `第二个`; `502 了` is what a server says."""
    tags = [token.tag for token in content]
    while tags and tags[0] is Tag.PICK:
        tags = tags[1:]
    picked = len(tags) < len(content)
    if tags[:1] == [Tag.NUMBER] and (len(tags) == 1 or (picked and tags[1:] == [Tag.UNIT])):
        number = content[len(content) - len(tags)]
        return None if number.value in SERVER_ERRORS and not picked else Pick(number=int(number.value))
    return None


def _decided_behind(text: str) -> Plan | None:
    """`7F3K 批准`: the code first, and nothing else. Not `7F3K 批了`: somebody did."""
    found = _BEHIND.fullmatch(text)
    if found is None or found[1].islower():
        return None
    return Decide(button="approve" if found[2].lower() in _YES else "deny", code=found[1].upper())


def _bare_code(text: str) -> Plan | None:
    code = _CODE.fullmatch(text)
    if code is None or text.islower() or not any(character.isdigit() for character in text) or text.isdecimal():
        return None
    verbs = ("批准", "拒绝")
    choices = tuple(Choice(text=f"{verb} {code[1].upper()}", command=f"{verb} {code[1].upper()}") for verb in verbs)
    return Clarify(question=reason("rules.code_alone", code=code[1].upper()), choices=choices)


def _denies(text: str, content: Sequence[Token]) -> bool:
    """`拒绝 7F3K …`: what follows is a reason, whatever it speaks of."""
    first = content[0]
    return first.tag is Tag.DECIDE and first.value == "deny" and _CODE.match(text, first.end) is not None


def _decide(text: str, tokens: Sequence[Token], content: Sequence[Token], *, asked: bool) -> Plan:
    verb = next(token for token in content if token.tag is Tag.DECIDE)
    code = _CODE.match(text, verb.end)
    if code is None or (code[1].islower() and latin_phrase([code[1]]) is not None):  # cancel that
        return Clarify(question=reason("rules.code_missing", verb=verb.text))
    before = [token for token in tokens if token.start < verb.start and token.tag not in _NOISE]
    behind = [token for token in tokens if token.start >= code.end() and token.tag not in _NOISE]
    asked = asked or verb.text.endswith("了")  # 7F3K 批了: somebody did
    if asked or before or (behind and verb.value != "deny"):
        return Clarify(question=reason("rules.twin_unclear", verb=verb.text, code=code[1].upper()))
    why = _BECAUSE.sub("", text[code.end() :]).strip() if verb.value == "deny" else ""
    return Decide.model_validate(
        {"button": _BUTTONS[verb.value], "code": code[1].upper(), "reason": mask(why[:_MOST_REASON]).text}
    )
