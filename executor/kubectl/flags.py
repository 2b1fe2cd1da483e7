"""kubectl's flags, read as kubectl reads them, except where its liberties hide something.

Refused: glued short flags (`-nkube-system`, `-wA`), abbreviated and unknown flags, a flag given twice under either name.
Flags are written in tables as `short/long=`, where `=` says that a value follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from executor.kubectl.lexer import Word
from executor.kubectl.rejected import Refused

IDENTITY = (
    "as", "as-group", "as-uid", "as-user-extra", "token", "kubeconfig", "context", "cluster", "user", "server", "username",
    "password", "certificate-authority", "tls-server-name", "cache-dir", "kuberc", "disable-compression",
)  # fmt: skip
_REFUSED: dict[str, str] = {
    **dict.fromkeys(IDENTITY, "kubectl.identity"),
    **dict.fromkeys(("watch", "watch-only", "follow"), "kubectl.endless"),
    **dict.fromkeys(
        ("filename", "kustomize", "recursive", "patch-file", "from-file", "from-env-file"), "kubectl.files"
    ),
    **dict.fromkeys(("raw", "template", "subresource", "show-managed-fields"), "kubectl.raw_output"),
    **dict.fromkeys(("all", "all-namespaces"), "kubectl.everything"),
    "selector": "kubectl.selector_on_change",
    "field-selector": "kubectl.selector_on_change",
    **dict.fromkeys(("stdin", "tty", "attach", "rm"), "kubectl.terminal"),
    **dict.fromkeys(("overrides", "override-type", "privileged", "serviceaccount"), "kubectl.overrides"),
    **dict.fromkeys(("prune", "prune-allowlist", "applyset", "force", "force-conflicts"), "kubectl.force"),
    "disable-eviction": "kubectl.force",
    **dict.fromkeys(("current-replicas", "resource-version"), "kubectl.own_precondition"),
    **dict.fromkeys(("external-ip", "load-balancer-ip"), "kubectl.exposes"),
    **dict.fromkeys(("local", "resolve"), "kubectl.unsupported"),
}
_REFUSED_SHORT = {
    "s": "kubectl.identity",
    "w": "kubectl.endless",
    "f": "kubectl.files",
    "k": "kubectl.files",
    "R": "kubectl.files",
    "i": "kubectl.terminal",
    "t": "kubectl.terminal",
    "l": "kubectl.selector_on_change",
    "A": "kubectl.everything",
}
_IDENTITY_PREFIXES = ("as-", "insecure-", "client-", "auth-provider", "exec-")


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    short: str
    valued: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The flags that one verb accepts, and its own reasons for refusing others, by their names without dashes."""

    long: Mapping[str, Flag]
    short: Mapping[str, Flag]
    refused: Mapping[str, str]


GLOBAL = "n/namespace= v/v= request-timeout="


def table(notation: str, refused: Mapping[str, str] | None = None) -> Table:
    """`table("n/namespace= A/all-namespaces")`; the global flags are always in it."""
    flags = []
    for item in f"{GLOBAL} {notation}".split():
        short, _, name = item.rstrip("=").rpartition("/")
        flags.append(Flag(name, short, valued=item.endswith("=")))
    long = {flag.name: flag for flag in flags}
    return Table(long, {flag.short: flag for flag in flags if flag.short}, refused or {})


@dataclass(frozen=True, slots=True)
class Line:
    """`rest` are the words behind `--`, None without one. Switches have the value `true` or `false`."""

    words: tuple[Word, ...]
    flags: Mapping[str, Word]
    rest: tuple[Word, ...] | None


def read_flags(words: Sequence[Word], accepted: Table, *, stop_at_word: bool = False) -> tuple[Line, int]:
    """The line and how many words were read: all, or those before the first that is no flag. Raises Refused."""
    plain: list[Word] = []
    flags: dict[str, Word] = {}
    position = 0
    while position < len(words):
        word = words[position]
        if word.text == "--" and not stop_at_word:
            return Line(tuple(plain), flags, tuple(words[position + 1 :])), len(words)
        if not word.text.startswith("-") or word.text == "-":
            if stop_at_word:
                break
            plain.append(word)
            position += 1
            continue
        flag, value = _flag(word, accepted)
        position += 1
        if value is None and flag.valued:
            if position >= len(words):
                raise Refused("kubectl.value_missing", flag=f"--{flag.name}")
            value = words[position]
            position += 1
        if flag.name in flags:
            raise Refused("kubectl.repeated", flag=f"--{flag.name}")
        flags[flag.name] = _switch(flag, value) if not flag.valued else value or Word("")
    return Line(tuple(plain), flags, None), position


def _flag(word: Word, accepted: Table) -> tuple[Flag, Word | None]:
    """The flag and the value that stands behind its `=`."""
    head, equals, value = word.text.partition("=")
    known: Flag | None
    if head.startswith("--"):
        name = head[2:]
        known = accepted.long.get(name)
        if known is None:
            raise Refused(accepted.refused.get(name) or _why_not(name), flag=head)
    else:
        if len(head) > 2:
            raise Refused("kubectl.terminal" if set(head[1:]) <= set("itq") else "kubectl.glued", flag=head)
        known = accepted.short.get(head[1:])
        if known is None:
            why = {**_REFUSED_SHORT, **accepted.refused}.get(head[1:], "kubectl.flag_unknown")
            raise Refused(why, flag=head)
    return known, Word(value, word.odd) if equals else None


def _why_not(name: str) -> str:
    if name.startswith(_IDENTITY_PREFIXES):
        return "kubectl.identity"
    return _REFUSED.get(name, "kubectl.flag_unknown")


def _switch(flag: Flag, value: Word | None) -> Word:
    if value is None:
        return Word("true")
    if value.text not in ("true", "false"):
        raise Refused("kubectl.flag_value", flag=f"--{flag.name}", value=value.text)
    return value
