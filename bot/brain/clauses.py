"""A message as clauses, and each clause as phrases with the moods that decide whether its verb is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.brain.grammar import Phrase
from bot.brain.phrases import GRAMMAR
from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, VERBS, Tag

_SEPARATORS = frozenset({Tag.COMMA, Tag.STOP, Tag.QUESTION, Tag.THEN})
_UNSAID = frozenset(
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
_ASKING = ("不", "没", "没有")
_REPEATED = (Tag.RESTART, Tag.HALT, Tag.DELETE, Tag.UNDONE, Tag.ROLLBACK)
"""Verbs that name a fault when something does them all the time."""
_LIGHT = frozenset({Tag.LIGHT, Tag.EXEC})


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

    def has(self, *tags: Tag) -> bool:
        said = (*self.tokens, *(token for phrase in self.phrases for token in phrase.tokens))
        return any(token.tag in tags for token in said)

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
    parts = [(_tagged(part), end) for part, end in _parts(tokens)]
    clauses: list[Clause] = []
    conditional = invited = False
    for (part, end), question in zip(parts, _questions(parts), strict=True):
        conditional = conditional or any(token.tag is Tag.IF for token in part)
        invited = invited or any(token.tag is Tag.BENEFIT for token in part)
        clauses.append(Clause(tuple(part), chunk(part), question, conditional, invited))
        invited = invited and end is not Tag.STOP
    return tuple(_joined(clauses))


def _tagged(part: list[Token]) -> list[Token]:
    """`重启一下不`, `扩容了没`: a denial at the very end is a question."""
    last = part[-1]
    return [*part[:-1], replace(last, tag=Tag.ASK)] if last.tag is Tag.NEG and last.text in _ASKING else part


def chunk(tokens: Sequence[Token]) -> tuple[Phrase, ...]:
    return GRAMMAR.chunk(_essential(tokens))


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], Tag]]:
    """Runs of words with the separator that ends each."""
    part: list[Token] = []
    for index, token in enumerate(tokens):
        begins_anew = token.tag is Tag.AND and _verb_follows(tokens[index + 1 :])
        follows = tokens[index + 1].tag if index + 1 < len(tokens) else Tag.STOP
        finally_ = token.tag is Tag.RECENT and token.text == "最后" and follows in VERBS | {Tag.BA}
        if token.tag in _SEPARATORS or begins_anew or finally_:
            if len(part) == 1 and part[0].tag is Tag.NUMBER and token.text in (".", "、"):
                part = []  # the number of a list: 1. 2.
            elif part:
                yield part, token.tag
                part = []
            elif token.tag is Tag.QUESTION:
                yield [token], token.tag
        else:
            part.append(token)
    if part:
        yield part, Tag.STOP


def _verb_follows(tokens: Sequence[Token]) -> bool:
    following = next((token for token in tokens if token.tag not in _UNSAID | {Tag.THEN, Tag.LIGHT}), None)
    if following is not None and following.tag is Tag.RECENT and following.text == "tail":
        return True  # `and tail its logs`
    return (following is not None and following.tag in VERBS) or (bool(tokens) and tokens[0].tag is Tag.BA)


def _questions(parts: Sequence[tuple[list[Token], Tag]]) -> list[bool]:
    """A question mark asks about all clauses since the last full stop."""
    marks: list[bool] = []
    asked = False
    for part, end in reversed(parts):
        tail = all(token.tag in _UNSAID for token in part) and any(token.tag in (Tag.CAN, Tag.ASK) for token in part)
        asked = end is Tag.QUESTION or tail or (asked and end is not Tag.STOP) or part[0].tag is Tag.QUESTION
        marks.append(asked)
    return marks[::-1]


def _joined(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Puts bare objects (`web` in `重启 web，api` or in `web，重启`) to the verb beside them."""
    held: Clause | None = None
    for clause in clauses:
        if held is None:
            held = clause
        elif _modifies(clause, held):
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
    logs = held.has(Tag.LOGS) and roles <= {"tail", "since", "previous", "container"}
    amount = held.has(Tag.SCALE) and not held.all("amount") and roles == {"amount"}
    image = held.has(Tag.UPGRADE) and not held.all("image") and "image" in roles and roles <= {"image", Tag.IMAGE_WORD}
    return bool(roles) and (logs or amount or image)


def _ends_with_object(clause: Clause) -> bool:
    return clause.phrases[-1].role in ("object", "place")


def _starts_with_bare_both(clause: Clause) -> bool:
    return clause.has(Tag.BOTH) and bool(clause.phrases) and clause.phrases[0].role == "object"


def _with(first: Clause, second: Clause, link: str | None) -> Clause:
    middle = (Phrase(Tag.AND, ()),) if link else ()
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
        if token.tag in _UNSAID or (token.tag is Tag.INSIDE and (before is None or before in VERBS)):
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
        if has_verb and (
            token.tag is Tag.LIGHT or (token.tag is Tag.EXEC and token.value == "run" and _is_light(tokens))
        ):
            continue
        kept.append(token)
    return kept


def _is_light(tokens: Sequence[Token]) -> bool:
    """`执行重启`: the verb that carries the meaning comes next."""
    tags = [token.tag for token in tokens if token.tag not in _UNSAID]
    at = tags.index(Tag.EXEC)
    return tags[at + 1 : at + 2] != [] and tags[at + 1] in CHANGES - _LIGHT
