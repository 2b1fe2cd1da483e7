"""Where another clause begins with no mark before it: behind an `and`, behind `大促了`."""

from collections.abc import Sequence

from bot.brain.spelling import Token
from bot.brain.tags import VERBS, Tag

UNSAID = frozenset(
    {
        Tag.NOISE,
        Tag.BENEFIT,
        Tag.SOFT,
        Tag.BOTH,
        Tag.BA,
        Tag.PERFECT,
        Tag.ASK,
        Tag.CAN,
        Tag.HELLO,
    }
)
"""Words that carry mood at most: gone before phrases are built, still in `Clause.tokens`."""
_COMPLEMENTS = frozenset({Tag.NUMBER, Tag.HALF, Tag.DELTA, Tag.MULTIPLE, Tag.IMAGE, Tag.ASSIGN})


def begins_anew(part: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """Whether another clause begins behind an `and`: with a verb, or with an object and its own amount or image."""
    spoken = [token.tag for token in tokens if token.tag not in UNSAID]
    complete = any(token.tag in _COMPLEMENTS for token in part)
    gapped = complete and spoken[:1] in ([Tag.NAME], [Tag.OBJECT], [Tag.PATH]) and spoken[1:2] != []
    return _verb_follows(tokens) or (gapped and spoken[1] in _COMPLEMENTS | {Tag.TO, Tag.SCALE})


def _verb_follows(tokens: Sequence[Token]) -> bool:
    following = next((token for token in tokens if token.tag not in UNSAID | {Tag.THEN, Tag.LIGHT}), None)
    if following is not None and (following.tag, following.value) == (Tag.LOGS, "tail"):
        return True  # `and tail it`
    return (following is not None and following.tag in VERBS) or (bool(tokens) and tokens[0].tag is Tag.BA)


def is_occasion(part: Sequence[Token], following: Sequence[Token]) -> bool:
    """`大促了 shop 的 web 扩到 30`, `改完了把 web 重启`: so it is by now, and what is asked for begins behind it."""
    said = {token.tag for token in part}
    begins = any(token.tag in (Tag.NAME, Tag.OBJECT, Tag.PATH, Tag.BA, Tag.BENEFIT, Tag.KIND) for token in following)
    done = any((token.tag, token.value) == (Tag.ALTER, "done") for token in part)
    told = done or (Tag.LOOSE in said and Tag.ALTER not in said)
    begins = begins and not following[0].text.startswith("就")
    return begins and told and said <= {Tag.LOOSE, Tag.NOISE, Tag.PERFECT, Tag.ALTER} and part[-1].text.endswith("了")
