"""`restrat nginx`, `从启 nginx`: what was not understood and has what is nearly a word becomes a question, never a request."""

from collections.abc import Sequence

from bot.brain.spelling import Token
from bot.brain.tags import Tag

_VERBS = (
    "restart",
    "scale",
    "delete",
    "describe",
    "diagnose",
    "remove",
    "upgrade",
    "update",
    "rollback",
    "reboot",
    "events",
)
_SAYS_NOTHING = frozenset({Tag.NOISE, Tag.BENEFIT, Tag.HELLO, Tag.COMMA})


_SOUNDS_LIKE = {
    "从启": "重启",
    "重其": "重启",
    "重器": "重启",
    "重后": "重启",
    "充启": "重启",
    "扩荣": "扩容",
    "扩溶": "扩容",
    "缩荣": "缩容",
    "删出": "删除",
    "日质": "日志",
    "日至": "日志",
    "付本": "副本",
    "福本": "副本",
    "镜象": "镜像",
}
"""What an input method makes of the same sounds."""


def respelt(text: str, tokens: Sequence[Token]) -> str | None:
    """The message with the word that was probably meant; None when it has none of the same sound, and does not begin with a verb
    that lacks one letter, has one too many, another one, or two in each other's place."""
    sounded = text
    for heard, written in _SOUNDS_LIKE.items():
        sounded = sounded.replace(heard, written)
    if sounded != text:
        return sounded
    first = next((token for token in tokens if token.tag not in _SAYS_NOTHING), None)
    if first is None or first.tag is not Tag.NAME:
        return None
    meant = [verb for verb in _VERBS if _near(first.text, verb)]
    return f"{text[: first.start]}{meant[0]}{text[first.end :]}" if len(meant) == 1 else None


def _near(word: str, verb: str) -> bool:
    at = next((index for index, pair in enumerate(zip(word, verb, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return abs(len(word) - len(verb)) == 1
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    tails = ((word[at + 1 :], verb[at + 1 :]), (word[at + 1 :], verb[at:]), (word[at:], verb[at + 1 :]))
    return swapped == verb or any(one == other for one, other in tails)
