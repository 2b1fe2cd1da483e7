"""kubectl as people type it, read into operations and written from them. Nothing here runs, and no shell is near (I8).

Reading is complete and fails closed: what is not known, not seen or not unambiguous is refused with a reason. Whether an operation
that was read may run is for `executor.risk` to say.
"""

import re
import unicodedata

from executor.kubectl.command import Command, plain
from executor.kubectl.flags import read_flags
from executor.kubectl.lexer import Word, split
from executor.kubectl.rejected import Refused, Rejected
from executor.kubectl.resources import check_namespace, kind_in
from executor.kubectl.verbs import FORBIDDEN, VERBS, verb_named, verb_of
from executor.kubectl.write import argv_of, command_of
from executor.names import valid_namespace
from executor.operations import Operation
from executor.reason import Reason, reason
from executor.risk import Level, Risk, assess, raised, worst

__all__ = ["Rejected", "argv_of", "command_of", "looks_like_kubectl", "parse"]

_PROGRAMS = ("kubectl", "k")
_LOOK_ALIKES = str.maketrans("аеосукһтьвӏіεκυοτιβµ", "aeocykhtbblіekuotibu")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uff0f\uff1a-\uff20]")
"""`kubectl 是什么` is a question: no verb begins like that, and nothing in it looks like a Latin letter."""

_VERB_WORDS = frozenset(name.split()[0] for name in (*VERBS, *FORBIDDEN))


def looks_like_kubectl(text: str) -> bool:
    """Whether a message means to be a kubectl command, also a disguised one: those must reach `parse` to be refused."""
    words = text.strip().strip("`").removeprefix("$ ").removeprefix("sudo ").split(maxsplit=2)
    if not words:
        return False
    program = _plainly(words[0])
    following = words[1] if len(words) > 1 else ""
    if program == "k":
        return _plainly(following) in _VERB_WORDS
    name = program.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    if name != "kubectl" and not name.startswith("kubectl-"):
        return False
    return not _CHINESE.match(following)


def _plainly(word: str) -> str:
    """What a word looks like: unseen characters dropped, wide and Cyrillic look-alikes as their Latin twins."""
    seen = "".join(char for char in word if unicodedata.category(char) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", seen).lower().translate(_LOOK_ALIKES)


def parse(text: str) -> tuple[Operation, ...]:
    """The operations that the text asks for, one for each object; each still has to be judged. Raises Rejected."""
    try:
        verb, rest = verb_of(_arguments(split(text)))
    except Refused as refusal:
        raise _rejected(refusal) from None
    try:
        return _read(verb, rest)
    except Refused as refusal:
        raise _rejected(refusal, verb, rest) from None


def _arguments(words: tuple[Word, ...]) -> tuple[Word, ...]:
    if words[0].text not in _PROGRAMS:
        raise Refused("kubectl.program", program=words[0].text)
    return words[1:]


def _read(verb: str, rest: tuple[Word, ...]) -> tuple[Operation, ...]:
    known = verb_named(verb)
    line, _ = read_flags(rest, known.flags)
    command = Command(verb, line)
    _check_words(command)
    _check_verbosity(command)
    if not known.rest:
        command.no_rest()
    operations = known.build(command)
    if not operations:
        raise Refused("kubectl.resource_missing")
    _check_only_tried(command, operations)
    if len(operations) > 1 and (risk := worst(map(assess, operations))).level is Level.FORBIDDEN:
        raise _Judged(risk)
    return operations


def _check_words(command: Command) -> None:
    """Shell characters may stand, quoted, in a patch body and in `*=image`; nowhere else. No word is a path out of its place,
    whatever a verb makes of it, and the namespace is one even where a verb has no use for it."""
    line = command.line
    climbing = next((word.text for word in line.words if {".", ".."} & set(word.text.split("/"))), None)
    if climbing is not None:
        raise Refused("risk.name", name=climbing)
    if (namespace := command.text("namespace")) is not None:
        check_namespace(namespace)
    for word in (*line.words, *(line.rest or ())):
        if not (command.verb == "set image" and word.odd == "*" and word.text.startswith("*=")):
            plain(word)
    for name, value in line.flags.items():
        if not (command.verb == "patch" and name == "patch"):
            plain(value)


def _check_verbosity(command: Command) -> None:
    """From 6 on kubectl prints requests and bodies; below it says nothing that matters here."""
    level = command.text("v")
    if level is not None and level not in tuple("012345"):
        raise Refused("kubectl.verbosity")


def _check_only_tried(command: Command, operations: tuple[Operation, ...]) -> None:
    """`--dry-run` and `edit` are refused with a hint; neither makes the risk smaller than that of the real thing."""
    hint: Reason | None = None
    if command.text("dry-run") not in (None, "none"):
        hint = reason("kubectl.dry_run")
    elif command.verb == "edit":
        hint = reason("kubectl.edit")
    if hint is None:
        return
    risk = raised(worst(map(assess, operations)), Level.HIGH)
    if risk.level is Level.HIGH:
        risk = risk.model_copy(update={"reasons": (hint, *risk.reasons)})
    raise _Judged(risk)


class _Judged(Refused):
    """Refused with a risk that the rules gave: all of a line or nothing runs, so one forbidden object forbids the others."""

    def __init__(self, risk: Risk) -> None:
        super().__init__(risk.reasons[0].code)
        self.risk = risk


def _rejected(refusal: Refused, verb: str = "", words: tuple[Word, ...] = ()) -> Rejected:
    kind, name = _glance(words)
    risk = Risk(level=refusal.level, reasons=(refusal.reason,))
    if isinstance(refusal, _Judged):
        risk = refusal.risk
    return Rejected(risk.reasons, risk, verb=verb, kind=kind, namespace=_namespace_in(words), name=name)


def _glance(words: tuple[Word, ...]) -> tuple[str, str | None]:
    """What a refused line seems to be about, for the record only."""
    said = [word.text for word in words]
    said = said[: said.index("--")] if "--" in said else said
    plain_words = [
        text
        for number, text in enumerate(said)
        if not text.startswith("-") and (number == 0 or said[number - 1] not in ("-n", "-c", "-p"))
    ]
    if not plain_words:
        return "", None
    head, slash, name = plain_words[0].partition("/")
    try:
        kind = kind_in(head).kind
    except Refused:
        return "", None
    return kind, (name if slash else plain_words[1] if len(plain_words) > 1 else None)


def _namespace_in(words: tuple[Word, ...]) -> str | None:
    for number, word in enumerate(words):
        head, _, value = word.text.partition("=")
        if head in ("-n", "--namespace"):
            found = value or (words[number + 1].text if number + 1 < len(words) else "")
            return found if valid_namespace(found) else None
    return None
