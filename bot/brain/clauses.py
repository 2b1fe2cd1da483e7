"""A message as clauses, and each clause as phrases with the moods that decide whether its verb is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.brain.bounds import UNSAID, begins_anew, is_occasion
from bot.brain.grammar import Phrase
from bot.brain.phrases import GRAMMAR
from bot.brain.senses import sensed
from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, VERBS, Tag

_SEPARATORS = frozenset({Tag.COMMA, Tag.STOP, Tag.QUESTION, Tag.THEN})
_REPEATED = (Tag.RESTART, Tag.HALT, Tag.DELETE, Tag.UNDONE, Tag.ROLLBACK)
"""Verbs that name a fault when something does them all the time."""
_STATES = (Tag.FAULT, Tag.SOUND, Tag.LOOSE, Tag.HAN, Tag.FILLER, Tag.LATER, Tag.NEG)
_OF_LOGS = frozenset({"tail", "since", "previous", "container"})
_AHEAD = 24
"""How many words are looked at behind an `and`: enough for its clause, and a bound for long messages."""
_LIGHT = frozenset({Tag.LIGHT, Tag.EXEC})
_ALONG = ("顺便", "顺带", "顺带着", "顺手", "顺道", "一并", "再顺便")


@dataclass(frozen=True, slots=True)
class Clause:
    """`tokens` are all of its words; `phrases` leave out noise and mood. `question` when its sentence ends with a `?`."""

    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    question: bool = False
    conditional: bool = False
    """An `if` came before in the same message."""
    invited: bool = False
    """A `can you` or `麻烦` came before in the same sentence."""
    _tags: frozenset[Tag] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = (*self.tokens, *(token for phrase in self.phrases for token in phrase.tokens))
        object.__setattr__(self, "_tags", frozenset(token.tag for token in said))

    def has(self, *tags: Tag) -> bool:
        return not self._tags.isdisjoint(tags)

    def all(self, role: str) -> tuple[Phrase, ...]:
        return tuple(phrase for phrase in self.phrases if phrase.role == role)

    def first(self, role: str) -> Phrase | None:
        return next((phrase for phrase in self.phrases if phrase.role == role), None)

    @property
    def changes(self) -> tuple[Token, ...]:
        """The verbs that would change something."""
        return tuple(token for phrase in self.phrases for token in phrase.tokens if token.tag in CHANGES)

    @property
    def span(self) -> tuple[int, int]:
        return self.tokens[0].start, self.tokens[-1].end


def clauses_of(tokens: Sequence[Token]) -> tuple[Clause, ...]:
    """The clauses of a message in order. `web, api` is one clause with what stands beside it."""
    parts = [replace(part, tokens=sensed(part.tokens)) for part in _parts(tokens)]
    clauses: list[Clause] = []
    conditional = invited = False
    for part, question in zip(parts, _questions(parts), strict=True):
        if part.opening in _ALONG and clauses and _is_told_to(clauses[-1]) and part.tokens[-1].tag is Tag.PERFECT:
            part = replace(part, tokens=part.tokens[:-1])  # noqa: PLW2901 - 把 web 重启，顺便 api 也重启了
        waits = (
            bool(clauses)
            and (part.opening.startswith("再") or part.tokens[0].text.startswith("就"))
            and _is_state(clauses[-1])
        )
        conditional = conditional or waits or any(token.tag is Tag.IF for token in part.tokens)
        invited = invited or any(token.tag is Tag.BENEFIT for token in part.tokens)
        clauses.append(Clause(tuple(part.tokens), chunk(part.tokens), question, conditional, invited))
        invited = invited and part.end is not Tag.STOP
    return tuple(_joined(clauses))


def _is_told_to(clause: Clause) -> bool:
    return clause.has(Tag.BA, Tag.BENEFIT) and bool(clause.changes) and not clause.has(Tag.ALREADY)


def chunk(tokens: Sequence[Token]) -> tuple[Phrase, ...]:
    return GRAMMAR.chunk(_essential(tokens))


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of words, the separator that ends it, and the `再` or `then` that opened it."""

    tokens: list[Token]
    end: Tag
    opening: str = ""


def _is_state(clause: Clause) -> bool:
    """`活动结束再缩容`: what has to be so first."""
    altered = bool(clause.changes) and all(verb.tag in (Tag.ALTER, Tag.UPGRADE) for verb in clause.changes)
    done = any((verb.tag, verb.value) == (Tag.ALTER, "done") for verb in clause.changes)
    done = done or (altered and clause.has(Tag.PERFECT) and not clause.has(Tag.BA))
    return done or (not clause.has(*VERBS) and not _is_bare(clause) and clause.has(*_STATES))


def _parts(tokens: Sequence[Token]) -> Iterator[_Part]:
    part: list[Token] = []
    opening = ""
    for index, token in enumerate(tokens):
        links = token.tag is Tag.AND or (token.tag is Tag.NOISE and token.text.lower() == "so")
        anew = links and begins_anew(part, tokens[index + 1 : index + 1 + _AHEAD])
        follows = tokens[index + 1].tag if index + 1 < len(tokens) else Tag.STOP
        finally_ = token.tag is Tag.RECENT and token.text == "最后" and follows in VERBS | {Tag.BA}
        if (
            token.tag is Tag.SCALE
            and token.text.startswith("再")
            and follows is Tag.TO
            and any(one.tag in CHANGES for one in part)
        ):
            yield _Part(part, Tag.THEN, opening)
            part, opening = [token], "再"  # 先缩到 0 再扩到 3
        elif token.tag in _SEPARATORS or anew or finally_:
            if len(part) == 1 and part[0].tag is Tag.NUMBER and token.text in (".", "、"):
                part = []  # the number of a list: 1. 2.
            elif part:
                yield _Part(part, token.tag, opening)
                part, opening = [], ""
            elif token.tag is Tag.QUESTION:
                yield _Part([token], token.tag)
            opening = token.text if token.tag is Tag.THEN else opening
        else:
            part.append(token)
            if is_occasion(part, tokens[index + 1 : index + 2]):
                yield _Part(part, Tag.COMMA, opening)
                part, opening = [], ""
    if part:
        yield _Part(part, Tag.STOP, opening)


def _questions(parts: Sequence[_Part]) -> list[bool]:
    """A question mark asks about all clauses since the last full stop."""
    marks: list[bool] = []
    asked = False
    for part in reversed(parts):
        tags = [token.tag for token in part.tokens]
        tail = all(tag in UNSAID for tag in tags) and (Tag.CAN in tags or Tag.ASK in tags)
        asked = part.end is Tag.QUESTION or tail or (asked and part.end is not Tag.STOP) or tags[0] is Tag.QUESTION
        marks.append(asked)
        asked = asked and Tag.BENEFIT not in tags  # web is down, could you restart it?
    return marks[::-1]


def _joined(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Puts bare objects (`web` in `重启 web，api` or in `web，重启`) to the verb beside them."""
    held: Clause | None = None
    for clause in clauses:
        if held is None:
            held = clause
        elif _modifies(clause, held) or (
            _is_bare(clause) and held.changes and not held.all("object") and not held.all("place")
        ):
            held = _with(held, clause, None)
        elif _is_bare(clause) and (held.changes or held.has(*VERBS) or _is_bare(held)) and _ends_with_object(held):
            held = _with(held, clause, "and")
        elif _is_bare(held) and not clause.all("object"):
            held = _with(held, clause, None)
        elif _is_bare(held) and _starts_with_bare_both(clause):
            held = _with(held, clause, "and")
        else:
            yield held
            held = clause
    if held is not None:
        yield held


def _is_bare(clause: Clause) -> bool:
    roles = {phrase.role for phrase in clause.phrases}
    return bool(clause.phrases) and roles <= {"object", "place", Tag.AND} and not clause.question


def _modifies(clause: Clause, held: Clause) -> bool:
    """`看下 web 的日志，最近 30 行`; `扩容 web，5 个副本`; `web 发个版，镜像用 web:1.4`"""
    roles = {phrase.role for phrase in clause.phrases}
    logs = held.has(Tag.LOGS) and bool(roles & _OF_LOGS) and roles <= _OF_LOGS | {Tag.LOOK}
    amount = held.has(Tag.SCALE) and not held.all("amount") and roles == {"amount"}
    image = held.has(Tag.UPGRADE) and not held.all("image") and "image" in roles and roles <= {"image", Tag.IMAGE_WORD}
    return bool(roles) and (logs or amount or image)


def _ends_with_object(clause: Clause) -> bool:
    return clause.phrases[-1].role in ("object", "place")


def _starts_with_bare_both(clause: Clause) -> bool:
    return clause.has(Tag.BOTH) and bool(clause.phrases) and clause.phrases[0].role == "object"


def _with(first: Clause, second: Clause, link: str | None) -> Clause:
    linked = second.phrases[:1] and second.phrases[0].role == Tag.AND
    middle = (Phrase(Tag.AND, ()),) if link and not linked else ()
    return replace(
        second,
        tokens=first.tokens + second.tokens,
        phrases=first.phrases + middle + second.phrases,
        question=first.question or second.question,
    )


def _essential(tokens: Sequence[Token]) -> list[Token]:
    """Words without mood and noise; `一直重启` has become a fault, `重启下` has lost its `下`."""
    kept: list[Token] = []
    often = False
    has_verb = any(token.tag in CHANGES - _LIGHT for token in tokens)
    for token in tokens:
        before = kept[-1].tag if kept else None
        if token.tag in UNSAID or (token.tag is Tag.INSIDE and (before is None or before in VERBS)):
            continue
        if token.tag is Tag.OFTEN:
            often = True
            continue
        if token.tag is Tag.SCALE and token.text.startswith("more ") and any(one.tag is Tag.SCALE for one in kept):
            token = replace(token, tag=Tag.REPLICAS)  # noqa: PLW2901 - `add two more replicas` has one verb
        often = often and token.tag in (*_REPEATED, Tag.AT)
        if often and token.tag in _REPEATED:
            kept.append(replace(token, tag=Tag.FAULT))
            often = False
            continue
        light = token.tag is Tag.LIGHT or (token.tag is Tag.EXEC and token.value == "run" and _is_light(tokens))
        if has_verb and light:
            continue
        kept.append(token)
    return kept


def _is_light(tokens: Sequence[Token]) -> bool:
    """`执行重启`, `执行 web 重启操作`: another verb carries the meaning."""
    tags = [token.tag for token in tokens if token.tag not in UNSAID]
    at = tags.index(Tag.EXEC)
    named = any(token.tag is Tag.LIGHT and token.text == "操作" for token in tokens)
    return named or (tags[at + 1 : at + 2] != [] and tags[at + 1] in CHANGES - _LIGHT)
