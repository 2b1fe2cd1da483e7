"""kubectl text inside a message: where the command is, and whether the words around it ask for it."""

import re
from dataclasses import dataclass

from bot.brain.characters import INVISIBLE, is_han
from bot.brain.lexicon import latin_phrase
from bot.brain.planner import Choice, Clarify, Plan, Proposal, Refusal, Reply, Subject
from bot.brain.tags import Tag
from bot.brain.tokens import tokenise
from executor import kubectl
from executor.operations import Operation, Other, target_of
from executor.reason import reason
from executor.redact import mask
from executor.risk import Level, assess

_FENCED = re.compile(r"```[a-z]*\n?(.*?)```|`([^`\n]+)`", re.DOTALL)
_BARE = re.compile(r"(?<![A-Za-z0-9_./@-])kubectl(?=\s|$)", re.IGNORECASE)
_PROMPT = re.compile(r"^\s*[$#]\s+")
_POLITE_END = re.compile(r"(?:\s+(?:please|pls|thanks|thank you|thx))+\s*[.!]*\s*$", re.IGNORECASE)
_AROUND = frozenset(
    {
        Tag.NOISE,
        Tag.BENEFIT,
        Tag.SOFT,
        Tag.EXEC,
        Tag.LIGHT,
        Tag.COLON,
        Tag.COMMA,
        Tag.STOP,
        Tag.THEN,
        Tag.WANT,
        Tag.HELLO,
        Tag.COMMAND_WORD,
        Tag.THIS,
        Tag.PRONOUN,
        Tag.DE,
        Tag.BOTH,
        Tag.LOOK,
        Tag.INSIDE,
    }
)
_SPELLINGS = frozenset(
    {Tag.NAME, Tag.CASED, Tag.OBJECT, Tag.PATH, Tag.IMAGE, Tag.BAD, Tag.ODD, Tag.PAIR, Tag.ASSIGN, Tag.FLAG, Tag.QUOTED}
)
"""Beside a command these are not prose: another program, a pipe, a variable."""
_MOST = 5
_MOST_READS = 10
"""`kubectl get all` is nine lists."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """`commands` as they were written; `around` is the prose before and behind them."""

    commands: tuple[str, ...]
    around: str


def pasted(text: str) -> Pasted | None:
    """The kubectl commands of a message; None when it holds none."""
    spans = [(match, match[1] or match[2] or "") for match in _FENCED.finditer(text)]
    fenced = [(match, inside) for match, inside in spans if kubectl.looks_like_kubectl(_PROMPT.sub("", inside.strip()))]
    if fenced:
        around, commands = text, []
        for match, inside in fenced:
            around = around.replace(match[0], " ", 1)
            commands += _lines(inside)
        return Pasted(tuple(commands), around)
    start = _PROMPT.sub("", text)
    bare = _BARE.search(text)
    if kubectl.looks_like_kubectl(start):
        command, behind = _cut(start.strip())
        return Pasted((command.strip(),), behind)
    if bare is not None and kubectl.looks_like_kubectl(text[bare.start() :]):
        command, behind = _cut(text[bare.start() :].strip())
        return Pasted((command.strip(),), f"{text[: bare.start()]} {behind}")
    return None


def _lines(block: str) -> list[str]:
    """The commands of a code block, one a line; the block as it is where not every line is one."""
    lines = [_PROMPT.sub("", line.strip()) for line in block.splitlines() if line.strip()]
    return lines if all(kubectl.looks_like_kubectl(line) for line in lines) else [block.strip()]


def _cut(text: str) -> tuple[str, str]:
    """The command and the prose behind it (`…，谢谢`): cut where Chinese begins outside quotes, if that is only politeness."""
    quote = ""
    for at, character in enumerate(text):
        if character in "'\"":
            quote = "" if quote == character else quote or character
        elif not quote and (is_han(character) or character in "，。！；：、\n"):
            behind = text[at:]
            tags = {token.tag for token in tokenise(behind)}
            if tags <= (_AROUND if Tag.BENEFIT in tags else _AROUND - {Tag.EXEC}):
                return text[:at], behind
            return text, ""
    polite = _POLITE_END.search(text)
    return (text[: polite.start()], polite[0]) if polite else (text, "")


def plan(found: Pasted) -> Plan:
    """Raises nothing: what is not accepted is refused with its reasons."""
    asked = _around(found)
    if asked is not None:
        return asked
    operations: list[Operation] = []
    for command in found.commands:
        try:
            operations += kubectl.parse(command)
        except kubectl.Rejected as rejected:
            return _refused(command, rejected)
    if (prose := _prose(operations)) is not None:
        return Refusal(reasons=(reason("rules.around_command", text=prose),), command=mask(found.commands[0]).text)
    reads = all(assess(one).level is Level.READ_ONLY for one in operations)
    if len(operations) > (_MOST_READS if reads else _MOST):
        return Refusal(reasons=(reason("rules.too_many", limit=_MOST),), operations=tuple(operations))
    undone = [one for one in operations if isinstance(one, Other) and assess(one).level is not Level.READ_ONLY]
    if undone:
        line = kubectl.command_of(undone[0])
        risk = assess(undone[0])
        why = risk.reasons if risk.level is Level.FORBIDDEN else (reason("rules.not_performed", command=line),)
        return Refusal(reasons=why, command=line, operations=tuple(operations))
    return Proposal(operations=tuple(operations))


def _prose(operations: list[Operation]) -> str | None:
    """`kubectl delete pod x tomorrow` would delete a second pod: of several names none may be a word of a sentence."""
    names = [target.name for operation in operations if (target := target_of(operation)) is not None]
    return next((name for name in names if len(names) > 1 and latin_phrase([name]) is not None), None)


def _around(found: Pasted) -> Plan | None:
    """`不要执行 kubectl …`, `kubectl … 会怎样`: prose that is more than politeness is not overheard."""
    tokens = tokenise(found.around)
    odd = [token for token in tokens if token.tag not in _AROUND]
    if not odd and not any(character in INVISIBLE for character in found.around):
        return None
    shown = tuple(mask(command).text for command in found.commands)
    latin = any(token.tag in _SPELLINGS for token in odd)
    if latin or not odd:
        return Refusal(
            reasons=(reason("rules.around_command", text=mask(found.around.strip()).text),), command=shown[0]
        )
    if any(token.tag is Tag.NEG for token in odd):
        return Reply(reason=reason("rules.negated"))
    choices = tuple(Choice(text=command, command=command) for command in shown[:_MOST] if command.isascii())
    return Clarify(question=reason("rules.command_in_prose"), choices=choices)


def _refused(command: str, rejected: kubectl.Rejected) -> Refusal:
    subject = Subject(
        verb=rejected.verb,
        kind=rejected.kind,
        namespace=rejected.namespace,
        name=rejected.name or "",
        risk=rejected.risk.level,
    )
    return Refusal(reasons=rejected.reasons, command=mask(command).text, subject=subject)
