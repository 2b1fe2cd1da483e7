"""The planner that needs no model: a grammar for what ops groups write, in Chinese and English.

A message is cut into words, words into clauses, clauses into phrases; the verb of a clause decides which phrases it needs. A change
is proposed only when every word of its clause has a place in it and its mood is that of a request: everything else is answered by a
question with choices, or by what was not understood. It reads nothing and knows no cluster; names are resolved later.
"""

from dataclasses import replace
from typing import Literal

from bot.brain import alarms, pages, pasted, people
from bot.brain.characters import code_point, is_han
from bot.brain.clauses import Clause, clauses_of
from bot.brain.combine import combined
from bot.brain.ellipsis import completed
from bot.brain.execs import lift_command
from bot.brain.followups import again, meant
from bot.brain.judge import judged
from bot.brain.lexicon import latin_phrase
from bot.brain.memory import NOTHING, Memory
from bot.brain.mistyped import respelt
from bot.brain.muting import muting
from bot.brain.planner import Choice, Clarify, Conclusion, Plan, Proposal, Refusal, Reply
from bot.brain.readings import Look, Reading, Scene
from bot.brain.senses import settled
from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, VERBS, Tag
from bot.brain.targets import groups
from bot.brain.tokens import tokenise
from executor.diagnosis import Diagnosis
from executor.operations import Target
from executor.reason import reason
from executor.redact import mask

_LONGEST = 4000
_MOST_WORDS = 120
"""A request has a tenth of that, five of them on a list have half. What is longer is no sentence of the grammar, and reading it
would keep the loop from a click."""
_SUBJECTS = VERBS | {Tag.KIND, Tag.NAMESPACE, Tag.LOGS, Tag.EVENTS, Tag.FAULT, Tag.WHY, Tag.STATUS, Tag.DECIDE}


class RulesPlanner:
    """Deterministic; the same text always gives the same plan. Choices are worded in the message's language, and in `language`
    where it has neither Chinese nor English words."""

    def __init__(self, language: Literal["zh", "en"] = "zh") -> None:
        self._language = language

    async def warm(self) -> None:
        return

    async def plan(self, text: str, memory: Memory = NOTHING) -> Plan:
        return plan(text, self._language, memory)

    @property
    def thinks(self) -> bool:
        return False

    async def conclude(self, seen: Diagnosis, text: str, memory: Memory = NOTHING) -> Conclusion | None:
        del seen, text, memory
        return None


def plan(text: str, fallback: str = "zh", memory: Memory = NOTHING) -> Plan:
    """`text` is a message without the mention of the bot, `memory` what its conversation was about. Never raises."""
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    if len(text) > _LONGEST:
        return Refusal(reasons=(reason("rules.too_long", limit=_LONGEST),))
    return _discreet(text.strip(), fallback, memory)


def _discreet(text: str, fallback: str, memory: Memory) -> Plan:
    """What is quoted of a message stands alone, and nothing tells any more that it is a secret: so it is taken from the masked
    message, unless an operation needs the words as they are (and masks them itself)."""
    planned, hidden = _planned(text, fallback, memory), mask(text).text
    if hidden == text:
        return planned
    discreet = _planned(hidden, fallback, memory)
    exact = isinstance(planned, Proposal) and getattr(discreet, "operations", ()) != planned.operations
    return planned if exact else discreet


def _planned(text: str, fallback: str, memory: Memory) -> Plan:
    if (found := pasted.pasted(text)) is not None:
        return pasted.plan(found)
    if (about := people.people(text)) is not None:
        return about
    if (quiet := muting(text)) is not None:
        return quiet
    tokens = settled(tokenise(text, _MOST_WORDS + 1))
    if (alarm := alarms.alarm(text, _language(text, tokens, fallback))) is not None:
        return alarm
    if len(tokens) > _MOST_WORDS:
        return Reply(reason=reason("rules.too_wordy", limit=_MOST_WORDS))
    if (built_in := pages.page(text, tokens)) is not None and not _asks_its_state(built_in, tokens, memory):
        return built_in
    tokens = lift_command(text, tokens)
    if (wrong := _misspelt(text, tokens)) is not None:
        return wrong
    language = _language(text, tokens, fallback)
    clauses = tuple(completed(clauses_of(_lenient(tokens))))
    planned = combined(text, tokens, _read(clauses, language, meant(clauses, tokens, memory)), language)
    if _unread(planned):
        return _mistyped(text, tokens, fallback) or planned
    return again(planned, tokens, memory, language, lambda before: plan(before, fallback)) or planned


def _asks_its_state(built_in: Plan, tokens: tuple[Token, ...], memory: Memory) -> bool:
    """`状态呢`, where something was spoken of: not the page of that name."""
    asked = any(token.tag in (Tag.ASK, Tag.QUESTION) for token in tokens)
    return isinstance(built_in, Reply) and built_in.topic == "status" and asked and bool(memory.latest)


def _unread(found: Plan) -> bool:
    return isinstance(found, Reply) and found.reason is not None and found.reason.code == "rules.unknown"


def _mistyped(text: str, tokens: tuple[Token, ...], fallback: str) -> Plan | None:
    """Asked about, also where only one thing can be meant."""
    meant = respelt(text, tokens)
    understood = plan(meant, fallback) if meant is not None else None
    if meant is None or not isinstance(understood, Proposal):
        return None
    return Clarify(
        question=reason("rules.mistyped", text=mask(meant[:60]).text),
        choices=(Choice(text=meant, command=meant),),
        operations=understood.operations,
    )


def _language(text: str, tokens: tuple[Token, ...], fallback: str) -> str:
    if any(is_han(character) for character in text):
        return "zh"
    return "en" if any(latin_phrase([token.text.lower()]) for token in tokens) else fallback


def _read(clauses: tuple[Clause, ...], language: str, latest: tuple[Target, ...]) -> tuple[tuple[Clause, Reading], ...]:
    found: list[tuple[Clause, Reading]] = []
    mentioned: tuple[Target, ...] = ()
    looked: Target | None = None
    for clause in clauses:
        reading = judged(clause, Scene(language, mentioned or latest, looked, remembered=not mentioned))
        looked = reading.target if isinstance(reading, Look) else None
        if reading is not None:
            found.append((clause, reading))
        mentioned = tuple(dict.fromkeys((*mentioned, *_mentioned(clause))))
    return tuple(found)


def _mentioned(clause: Clause) -> tuple[Target, ...]:
    places = {value for phrase in clause.all("place") if (value := phrase.value("ns")) is not None}
    namespace = next(iter(places)) if len(places) == 1 else None
    return tuple(item.target(namespace) for group in groups(clause) for item in group if item.name)


def _misspelt(text: str, tokens: tuple[Token, ...]) -> Plan | None:
    """Names that are none: with the offending character, or in lower case as a choice."""
    meant = any(token.tag in _SUBJECTS for token in tokens)
    named = any(token.tag in (Tag.NAME, Tag.OBJECT, Tag.PATH) for token in tokens)
    changes = any(token.tag in CHANGES for token in tokens)
    odd = next((token for token in tokens if token.tag is Tag.ODD), None)
    if odd is not None:
        why = reason("rules.odd_character", text=mask(odd.text[:60]).text, code=code_point(odd.value))
        return Refusal(reasons=(why,)) if meant else Reply(reason=why)
    bad = next((token for token in tokens if token.tag is Tag.BAD), None)
    if bad is not None and meant and (changes or not named):
        return Refusal(reasons=(reason("rules.bad_name", text=mask(bad.text[:60]).text),))
    cased = [token for token in tokens if token.tag is Tag.CASED]
    if cased and meant and changes:
        lower = text
        for token in cased:
            lower = f"{lower[: token.start]}{token.value}{lower[token.end :]}"
        names = ", ".join(token.text for token in cased)
        return Clarify(question=reason("rules.uppercase", names=names), choices=(Choice(text=lower, command=lower),))
    return None


def _lenient(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """In a read, words such as `HTTP` or `5xx` beside the name do not matter; `Redis` alone can but be redis."""
    named = any(token.tag in (Tag.NAME, Tag.OBJECT, Tag.PATH) for token in tokens)
    cased = Tag.LOOSE if named else Tag.NAME
    turned = {Tag.BAD: Tag.LOOSE, Tag.CASED: cased}
    return tuple(replace(token, tag=turned.get(token.tag, token.tag)) for token in tokens)
