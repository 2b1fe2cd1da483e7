"""Words that mean one thing beside some words and another beside others: `drop web to 2`, `drop pod web-0`.

Settled before phrases are built, in two steps: over the message (is `traffic` a name here, or a word?), then within a clause, where
each of a few rules looks at the words once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, Tag


@dataclass(frozen=True, slots=True)
class _Sense:
    """`beside` any of these, and all that are `needed`, a word is a verb, if its clause has no other verb of change."""

    beside: frozenset[Tag]
    tag: Tag
    value: str = ""
    needed: frozenset[Tag] = frozenset()


_COUNTED = frozenset({Tag.NUMBER})
_SHIPS = (_Sense(frozenset({Tag.IMAGE, Tag.ASSIGN}), Tag.UPGRADE),)
_KEEPS = (_Sense(frozenset({Tag.REPLICAS, Tag.UNIT}), Tag.SCALE, "at", _COUNTED),)
_STARTS = (_Sense(frozenset({Tag.REPLICAS}), Tag.SCALE, "add", _COUNTED),)
_DROPS = (
    _Sense(frozenset({Tag.FROM}), Tag.SCALE, "remove", _COUNTED),
    _Sense(frozenset({Tag.NUMBER, Tag.HALF, Tag.DELTA, Tag.MULTIPLE}), Tag.SCALE, "down"),
    _Sense(frozenset({Tag.KIND, Tag.OBJECT}), Tag.DELETE),
)
_SENSES: dict[str, tuple[_Sense, ...]] = {
    "drop": _DROPS,
    "take": (_Sense(frozenset({Tag.FROM}), Tag.SCALE, "remove", frozenset({Tag.REPLICAS})),),
    "use": (_Sense(frozenset({Tag.WHICH}), Tag.LOOSE),),
    "run": (*_KEEPS, *_SHIPS, _Sense(frozenset({Tag.WHICH}), Tag.LOOSE)),
    "put": (*_SHIPS, *_KEEPS),
    **dict.fromkeys(("deploy", "push", "ship", "release", "move", "point"), _SHIPS),
    **dict.fromkeys(("发布", "部署", "上", "发", "发一下", "发下", "跑", "上线"), _SHIPS),
    **dict.fromkeys(("恢复", "留", "keep", "want", "need", "leave", "get", "give", "have"), _KEEPS),
    **dict.fromkeys(("spin up", "fire up", "launch", "start", "start up", "bring up"), _STARTS),
}
_AIMS = ((Tag.SCALE, "at"), (Tag.SCALE, "add"))
_MORE = {"more": "add", "extra": "add", "additional": "add", "less": "remove", "fewer": "remove"}
_BRINGS = ("来个", "给个", "来点", "来份")
_CAUSES = ("get", "have", "i need", "we need", "i want", "we want", "need")
_COPULAS = ("is", "are", "looks", "seems", "went", "goes", "got", "feels")
_SHORT_KINDS = {"po": "Pod", "no": "Node", "ep": "Endpoints", "sa": "ServiceAccount", "rc": "ReplicationController"}
_ASKING = ("不", "没", "没有")
_NAMED = frozenset({Tag.NAME, Tag.CASED, Tag.OBJECT, Tag.PATH})
_STRONG = CHANGES - {Tag.LIGHT, Tag.EXEC, Tag.UNDONE}


def settled(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """An ordinary English word is a name only in a message that has no other: `restart users`, but `users report web is down`."""
    named = any(token.tag in _NAMED for token in tokens)
    return tuple(
        replace(token, tag=Tag.NAME if not named or _is_placed(before, after) else Tag.LOOSE, value=token.text)
        if token.tag is Tag.PROSE
        else token
        for before, token, after in _neighbours(tokens)
    )


def sensed(part: Sequence[Token]) -> list[Token]:
    """The words of a clause, those of several senses with the one that they have beside the others."""
    tokens = list(part)
    for rule in _RULES:
        tokens = rule(tokens)
    return tokens


def _neighbours(tokens: Sequence[Token]) -> list[tuple[Token | None, Token, Token | None]]:
    return list(zip((None, *tokens), tokens, (*tokens[1:], None), strict=False))


def _is_placed(before: Token | None, after: Token | None) -> bool:
    """`in data`, `cronjob report`: where only a name can stand."""
    behind = before is not None and (
        before.tag in (Tag.IN, Tag.KIND, Tag.NAMESPACE) or before.value in ("n", "namespace")
    )
    return behind or (after is not None and after.tag in (Tag.NAMESPACE, Tag.INSIDE, Tag.DE))


def _word(token: Token | None) -> str:
    return "" if token is None else token.text.lower()


def _asked(tokens: list[Token]) -> list[Token]:
    """`重启一下不`, `扩容了没`: a denial at the very end is a question. `那重启吧`, `行`, `重启看看`: what says nothing."""
    first, last = tokens[0], tokens[-1]
    if last.tag is Tag.NEG and last.text in _ASKING:
        tokens = [*tokens[:-1], replace(last, tag=Tag.ASK)]
    heard = [token for token in tokens if token.tag is not Tag.NOISE]
    if heard and heard[-1].tag is Tag.LOOK and any(token.tag in _STRONG for token in tokens):
        tokens = [replace(token, tag=Tag.NOISE) if token is heard[-1] else token for token in tokens]
    if first.text == "行" or (first.text == "那" and len(tokens) > 1):
        tokens = [replace(first, tag=Tag.NOISE), *tokens[1:]]
    return tokens


def _promised(tokens: list[Token]) -> list[Token]:
    """`挂了就重启它`: what is to happen once that is so."""
    at = next((index for index, token in enumerate(tokens) if token.text == "就"), len(tokens))
    before = {token.tag for token in tokens[:at]}
    once = 0 < at < len(tokens) and tokens[at - 1].text.endswith("了")  # 流量大了就扩容
    if at == len(tokens) or before & CHANGES or not (once or before & {Tag.FAULT, Tag.SOUND, Tag.NEG}):
        return tokens
    return [*tokens[:at], replace(tokens[at], tag=Tag.IF), *tokens[at + 1 :]]


def _idle(tokens: list[Token]) -> list[Token]:
    """`cronjob nightly 昨晚没跑`: a complaint, where nothing else is said to be run."""
    spoken = [token for token in tokens if token.tag not in (Tag.NOISE, Tag.PERFECT, Tag.ASK)]
    if len(spoken) < 3 or sum(token.tag in CHANGES for token in tokens) != 1:
        return tokens
    denied, verb = spoken[-2:]
    if (denied.tag, denied.value, verb.tag, verb.value) != (Tag.NEG, "fails", Tag.EXEC, "run"):
        return tokens
    named = any(token.tag in _NAMED | {Tag.KIND} for token in spoken)
    return [replace(one, tag=Tag.FAULT) if one is verb and named else one for one in tokens if one is not denied]


def _limited(tokens: list[Token]) -> list[Token]:
    """`只要最后 100 行`: how much of a log, no condition."""
    first = tokens[0]
    lines = first.text in ("只要", "只看") and any(token.tag is Tag.LINES for token in tokens)
    return [replace(first, tag=Tag.NOISE), *tokens[1:]] if lines and len(tokens) <= 5 else tokens


def _effective(tokens: list[Token]) -> list[Token]:
    """`重启一下生效`: what it is for."""
    last = tokens[-1]
    told = len(tokens) > 1 and last.text == "生效" and tokens[-2].tag in (Tag.SOFT, Tag.INSIDE)
    return [*tokens[:-1], replace(last, tag=Tag.NOISE)] if told else tokens


def _rolled_back(tokens: list[Token]) -> list[Token]:
    """`roll web back`, `undo the rollout of web`"""
    if any((token.tag, token.value) == (Tag.DECIDE, "undo") for token in tokens):
        kept = [token for token in tokens if _word(token) not in ("rollout", "roll out")]
        undone = len(kept) < len(tokens)
        return [replace(one, tag=Tag.ROLLBACK) if undone and one.tag is Tag.DECIDE else one for one in kept]
    if not any(token.tag is Tag.UPGRADE and _word(token) == "roll" for token in tokens):
        return tokens
    kept = [token for token in tokens if _word(token) != "back"]
    if len(kept) == len(tokens):
        return tokens
    return [replace(token, tag=Tag.ROLLBACK) if token.tag is Tag.UPGRADE else token for token in kept]


def _counted(tokens: list[Token]) -> list[Token]:
    """`two more`, `add a replica`, `加个副本`: words that count or are counted."""
    found: list[Token] = []
    for before, token, after in _neighbours(tokens):
        steps = before is not None and before.tag is Tag.SCALE and before.value in ("add", "remove")
        ends = after is None or after.tag in (Tag.REPLICAS, Tag.KIND, Tag.NOISE)
        if before is not None and before.tag is Tag.NUMBER and _word(token) in _MORE:
            stepped = any(one.tag is Tag.SCALE for one in tokens)
            token = replace(token, tag=Tag.NOISE if stepped else Tag.SCALE, value=_MORE[_word(token)])  # noqa: PLW2901 - the same word in another sense
        elif steps and ends and (token.tag is Tag.UNIT or _word(token) in ("a", "an")):
            token = replace(token, tag=Tag.NUMBER, value="1")  # noqa: PLW2901
        found.append(token)
    return found


def _beside(tokens: list[Token]) -> list[Token]:
    tags = {token.tag for token in tokens}
    verbs = [token for token in tokens if token.tag in _STRONG]
    found: list[Token] = []
    for token in tokens:
        alone = all(verb is token for verb in verbs)
        fits = (sense for sense in _SENSES.get(_word(token), ()) if sense.beside & tags and sense.needed <= tags)
        sense = next(fits, None) if alone else None
        found.append(token if sense is None else replace(token, tag=sense.tag, value=sense.value))
    first = found[0]
    halved = first.tag is Tag.HALF and first.text.isascii() and not verbs  # half the replicas of web
    return [replace(first, tag=Tag.HALVE), *found[1:]] if halved else found


def _light(tokens: list[Token]) -> list[Token]:
    """`来个重启`, `spin up two more`: another word says what is done."""
    if not any(token.tag in _STRONG for token in tokens):
        return tokens
    light = [token.text in _BRINGS or _SENSES.get(_word(token)) is _STARTS for token in tokens]
    tokens = [
        replace(token, tag=Tag.LIGHT) if is_light else token for token, is_light in zip(tokens, light, strict=True)
    ]
    return [token for token in tokens if _word(token) != "number of"]  # double the number of replicas


def _participles(tokens: list[Token]) -> list[Token]:
    """`get web restarted` asks for it, `restarting web` tells of it; `cart 停了` too, but not `把 cart 停了`."""
    caused = next((_word(token) for token in tokens if token.tag is not Tag.NOISE), "") in _CAUSES
    wished = any(token.tag in (Tag.BA, Tag.BENEFIT) for token in tokens)
    found: list[Token] = []
    for before, token, after in _neighbours(tokens):
        turned = token
        if _word(token) in ("anyone", "anybody") and after is not None and after.tag is Tag.DONE:
            turned = replace(token, tag=Tag.WHO)
        elif caused and token.tag is Tag.DONE and token.value:
            turned = replace(token, tag=Tag.RESTART if token.value == "restart" else Tag.DELETE, value="")
        elif _word(token) == "restarting" and after is not None and after.tag in _NAMED | {Tag.KIND, Tag.PRONOUN}:
            turned = replace(token, tag=Tag.RESTART, value="" if _word(before) == "would you mind" else "gerund")
        elif token.tag is Tag.HALT and after is not None and after.tag is Tag.PERFECT and not wished:
            turned = replace(token, tag=Tag.FAULT)
        found.append(turned)
    return found


def _predicate(tokens: list[Token]) -> list[Token]:
    """`billing is toast`: what is said of the only thing named is no name."""
    spoken = [token for token in tokens if token.tag is not Tag.NOISE]
    if len(spoken) < 3 or tokens[-1].tag is not Tag.NAME or _word(spoken[-2]) not in _COPULAS:
        return tokens
    subject = [token.tag for token in spoken[:-2]]
    named = subject in ([Tag.NAME], [Tag.OBJECT], [Tag.PATH], [Tag.PRONOUN], [Tag.NAME, Tag.KIND], [Tag.KIND, Tag.NAME])
    return [*tokens[:-1], replace(tokens[-1], tag=Tag.FAULT)] if named else tokens


def _named(tokens: list[Token]) -> list[Token]:
    """`cronjob nightly` is a name; `put web at 4 replicas` says how many, not when; `every pod` are all, `for web:2` is a goal."""
    aims = any(token.tag is Tag.UPGRADE or (token.tag, token.value) in _AIMS for token in tokens)
    aims = aims or (Tag.NUMBER, Tag.REPLICAS) in pairwise(token.tag for token in tokens)
    found: list[Token] = []
    for before, token, after in _neighbours(tokens):
        turned = token
        following = after.tag if after is not None else None
        if token.text == "部署" and following in (Tag.PERFECT, Tag.DE, Tag.AT):
            turned = replace(token, tag=Tag.LOOSE)
        elif _word(token) == "every" and following is Tag.KIND:
            turned = replace(token, tag=Tag.ALL)
        elif _word(token) == "for" and following in (Tag.IMAGE, Tag.ASSIGN):
            turned = replace(token, tag=Tag.TO)
        elif token.tag is Tag.LATER and before is not None and (before.tag, before.value) == (Tag.KIND, "CronJob"):
            turned = replace(token, tag=Tag.NAME, value=token.text) if token.text.isascii() else token
        elif (
            _word(before) in ("get", "describe")
            and following in (None, Tag.FLAG, Tag.IN)
            and _word(token) in _SHORT_KINDS
        ):
            turned = replace(token, tag=Tag.KIND, value=_SHORT_KINDS[_word(token)])  # get po -n shop
        elif aims and _word(token) == "at":
            turned = replace(token, tag=Tag.TO)
        found.append(turned)
    return found


_RULES: tuple[Callable[[list[Token]], list[Token]], ...] = (
    _asked,
    _promised,
    _idle,
    _limited,
    _effective,
    _rolled_back,
    _counted,
    _beside,
    _light,
    _participles,
    _predicate,
    _named,
)
