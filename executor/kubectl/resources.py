"""Resource arguments: `pod x y`, `pod/x svc/y`, `deployment.apps/x`, `pods,svc`, `all`."""

from collections.abc import Sequence
from dataclasses import dataclass

from executor.kinds import Kind, kind_named, kind_of
from executor.kubectl.lexer import Word
from executor.kubectl.rejected import Refused
from executor.names import valid_name, valid_namespace, valid_rbac_name
from executor.operations import Target

MAX_TARGETS = 20

_ALL = (
    "Pod",
    "Service",
    "DaemonSet",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "CronJob",
    "Job",
)
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Resource:
    """`name` is None for "all of this kind"."""

    kind: Kind
    name: str | None = None


def resources(words: Sequence[Word], *, several_kinds: bool) -> tuple[Resource, ...]:
    """What the words name, in order. `several_kinds=False` is for changes, which also may not say `all`. Raises Refused."""
    texts = [word.text for word in words]
    if not texts:
        raise Refused("kubectl.resource_missing")
    slashes = ["/" in text for text in texts]
    if any(slashes):
        if not all(slashes):
            raise Refused("kubectl.resource_form", text=" ".join(texts))
        found = [_slashed(text) for text in texts]
    else:
        kinds = _kinds(texts[0], several_kinds=several_kinds)
        names: list[str | None] = [*texts[1:]] or [None]
        found = [Resource(kind, name) for kind in kinds for name in names]
    if not several_kinds and len({item.kind for item in found}) > 1:
        raise Refused("kubectl.several_kinds")
    if len(found) > MAX_TARGETS:
        raise Refused("kubectl.too_many", limit=MAX_TARGETS)
    if len(set(found)) < len(found):
        raise Refused("kubectl.repeated_target")
    for item in found:
        if item.name is not None:
            check_name(item.kind, item.name)
    return tuple(found)


def targets(words: Sequence[Word], namespace: str | None) -> tuple[Target, ...]:
    """The named objects of one kind that a change is about, each with its namespace. Raises Refused."""
    found = resources(words, several_kinds=False)
    return tuple(changed(item, namespace) for item in found)


def changed(item: Resource, namespace: str | None) -> Target:
    """One object to change: it has a name, and a namespace where its kind has one."""
    if item.name is None:
        raise Refused("kubectl.name_missing", kind=item.kind.word)
    if item.kind.namespaced and namespace is None:
        raise Refused("kubectl.namespace_missing")
    return target(item, namespace)


def target(item: Resource, namespace: str | None) -> Target:
    assert item.name is not None
    return Target(kind=item.kind.kind, name=item.name, namespace=namespace if item.kind.namespaced else None)


def kind_in(word: str) -> Kind:
    """`Secrets.v1.` and `secrets.example.com` are both a Secret here: what might be one is treated as one."""
    head, _, group = word.lower().partition(".")
    if head in ("secret", "secrets"):
        return kind_named("Secret")
    kind = kind_of(word)
    if kind is None and group == "v1.":
        kind = kind_of(head)
        kind = kind if kind is not None and not kind.group else None
    if kind is None:
        raise Refused("kubectl.kind_unknown", kind=word)
    return kind


def check_name(kind: Kind | None, name: str) -> None:
    right = valid_rbac_name if kind is not None and kind.group == _RBAC else valid_name
    if not right(name):
        raise Refused("risk.name", name=name)


def check_namespace(namespace: str) -> str:
    if not valid_namespace(namespace):
        raise Refused("risk.namespace", namespace=namespace)
    return namespace


def _slashed(text: str) -> Resource:
    kind, _, name = text.partition("/")
    if not kind or not name or "/" in name or "," in kind:
        raise Refused("kubectl.resource_form", text=text)
    return Resource(kind_in(kind), name)


def _kinds(word: str, *, several_kinds: bool) -> tuple[Kind, ...]:
    found: list[Kind] = []
    for part in word.split(","):
        if part.lower() == "all":
            if not several_kinds:
                raise Refused("kubectl.everything", flag="all")
            found += [kind_named(kind) for kind in _ALL]
        elif part:
            found.append(kind_in(part))
        else:
            raise Refused("kubectl.resource_form", text=word)
    if len(found) > 1 and not several_kinds:
        raise Refused("kubectl.several_kinds")
    return tuple(dict.fromkeys(found))
