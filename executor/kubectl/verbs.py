"""Which verb a line has, and which verbs are never accepted."""

from collections.abc import Sequence

from executor.kubectl.changes import CHANGES
from executor.kubectl.command import Verb
from executor.kubectl.flags import Table, read_flags, table
from executor.kubectl.lexer import Word
from executor.kubectl.others import OTHERS
from executor.kubectl.reads import READS
from executor.kubectl.rejected import Refused

VERBS: dict[str, Verb] = {**READS, **OTHERS, **CHANGES}

FORBIDDEN: dict[str, str] = {
    "cp": "kubectl.forbidden_cp",
    "attach": "kubectl.forbidden_attach",
    "port-forward": "kubectl.forbidden_tunnel",
    "proxy": "kubectl.forbidden_tunnel",
    "debug": "kubectl.forbidden_debug",
    "plugin": "kubectl.forbidden_local",
    "alpha": "kubectl.forbidden_local",
    "kuberc": "kubectl.forbidden_local",
    "completion": "kubectl.forbidden_local",
    "options": "kubectl.forbidden_local",
    "certificate": "kubectl.forbidden_certificate",
    "certificate approve": "kubectl.forbidden_certificate",
    "certificate deny": "kubectl.forbidden_certificate",
    "diff": "kubectl.forbidden_diff",
    "kustomize": "kubectl.forbidden_diff",
    "auth reconcile": "kubectl.set_access",
    "set serviceaccount": "kubectl.set_access",
    "set sa": "kubectl.set_access",
    "set subject": "kubectl.set_access",
    "apply edit-last-applied": "kubectl.forbidden_last_applied",
    "apply set-last-applied": "kubectl.forbidden_last_applied",
    "apply view-last-applied": "kubectl.forbidden_last_applied",
    "cluster-info dump": "kubectl.forbidden_dump",
    "config": "kubectl.forbidden_config",
}

_GROUPS = frozenset({"rollout", "set", "auth", "config", "certificate"})
_SOMETIMES = {"apply": ("edit-last-applied", "set-last-applied", "view-last-applied"), "cluster-info": ("dump",)}
_BEFORE: Table = table("")


def verb_of(words: Sequence[Word]) -> tuple[str, tuple[Word, ...]]:
    """The verb (`rollout restart`) and the words that are left, flags that stood before it included. Raises Refused."""
    _, position = read_flags(words, _BEFORE, stop_at_word=True)
    leading = words[:position]
    if position >= len(words):
        raise Refused("kubectl.verb_missing")
    first = words[position].text
    rest = words[position + 1 :]
    if first in _GROUPS:
        _, inner = read_flags(rest, _BEFORE, stop_at_word=True)
        leading = [*leading, *rest[:inner]]
        if inner >= len(rest):
            raise Refused("kubectl.verb_missing")
        second, rest = f"{first} {rest[inner].text}", rest[inner + 1 :]
        first = second if second in VERBS or second in FORBIDDEN or first != "config" else "config"
    elif rest and rest[0].text in _SOMETIMES.get(first, ()):
        first = f"{first} {rest[0].text}"
    return first, (*leading, *rest)


def verb_named(name: str) -> Verb:
    """Raises Refused with the reason of its own for each verb that is never accepted."""
    if name in FORBIDDEN:
        raise Refused(FORBIDDEN[name], verb=name)
    found = VERBS.get(name)
    if found is None:
        raise Refused("kubectl.verb_unknown", verb=name)
    return found
