"""What no object tells and only kubectl's own commands do: how much nodes and pods use, which version the cluster has."""

from dataclasses import replace

from bot.brain.clauses import Clause
from bot.brain.subjects import owner_of, subject_of
from bot.brain.tags import Tag
from bot.brain.targets import everywhere, groups, namespace_of
from executor.operations import Other

_RESOURCES = frozenset({"cpu", "内存", "memory", "资源", "mem", "资源使用", "resource", "resources"})
_USE = frozenset(
    {
        "用量",
        "使用",
        "使用率",
        "占用",
        "占用率",
        "利用率",
        "水位",
        "负载率",
        "usage",
        "use",
        "most",
        "using",
        "最多",
        "高",
        "top",
        "最高",
        "最大",
        "最吃",
        "最耗",
    }
)
_TELLS_NO_MORE = frozenset(
    {"object", "place", Tag.UNDONE, Tag.HOWMANY, Tag.WHICH, Tag.LOOK, Tag.STATUS, Tag.LOOSE, Tag.DE, Tag.HELP, Tag.AND, Tag.CLUSTER}
)  # fmt: skip
_SYSTEM = frozenset({"k8s", "kubernetes", "kube", "k8"})


def usage(clause: Clause) -> Other | None:
    """`节点 cpu 内存用了多少`, `which pods use the most cpu in shop`, `集群是什么版本`; None for every other clause."""
    return _version(clause) or _top(clause)


def _top(clause: Clause) -> Other | None:
    words = {token.text.lower() for token in clause.tokens}
    asked = clause.has(Tag.HOWMANY, Tag.WHICH, Tag.LOOK, Tag.STATUS, Tag.ASK) or clause.question or words & _USE
    if (
        not asked
        or not words & (_RESOURCES | {"top"})
        or not {phrase.role for phrase in clause.phrases} <= _TELLS_NO_MORE
    ):
        return None
    said = [replace(item, name="") if item.name == "top" else item for group in groups(clause) for item in group]
    kinds = {item.kind for item in said if item.kind is not None and not item.name}
    named = any(item.name for item in said)
    if kinds == {"Node"} and not named:
        return Other(command="top", argv=("top", "node"))
    where = namespace_of(clause) or (owner_of(clause) if "top" not in words else None) or subject_of(clause)
    if kinds == {"Pod"} and (where is not None or not named) and words & (_USE | {"多少"}):
        wide = where is None and (everywhere(clause) or clause.has(Tag.CLUSTER))
        place = ("-n", where) if where is not None else ("--all-namespaces",) if wide else ()
        return Other(command="top", argv=("top", "pod", *place))
    return None


def _version(clause: Clause) -> Other | None:
    if not clause.has(Tag.IMAGE_WORD) or not any(
        token.text.lower() in ("版本", "版本号", "version") for token in clause.tokens
    ):
        return None
    said = [item for group in groups(clause) for item in group]
    system = clause.has(Tag.CLUSTER) or bool(said)
    roles = {phrase.role for phrase in clause.phrases}
    about = all(item.name in _SYSTEM and item.kind in (None, "") for item in said) and not clause.all("place")
    plain = roles <= {
        "object",
        Tag.CLUSTER,
        Tag.WHICH,
        Tag.HOWMANY,
        Tag.IMAGE_WORD,
        Tag.DE,
        Tag.LOOK,
        Tag.LOOSE,
        Tag.CALLED,
    }
    return Other(command="version", argv=("version",)) if system and about and plain else None
