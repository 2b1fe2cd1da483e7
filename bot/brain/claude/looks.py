"""The tools that read: what `executor` offers people, for a model. It holds a Reader and nothing that could write (I7).

Every result is masked where it was read, cut, and says what was left out, so that nobody concludes from absence.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from bot.brain.claude.schemas import schema_of
from bot.brain.shown import Shown
from bot.words import Words
from executor import reads, resolve, risk, search, triage
from executor.cluster import Reader
from executor.diagnosis import Diagnosis
from executor.kinds import WORKLOADS, kind_named, kind_of
from executor.logrank import rank
from executor.operations import Describe, Events, Get, Logs, Operation, Other, Target
from executor.reading import Reading
from executor.reason import Frozen

MOST_FOUND = 50
KIB = 1024
_FINDABLE = (*WORKLOADS, "Pod", "Service", "Namespace")


class Find(Frozen):
    text: str = Field(default="", description="a part of the name; empty lists all")
    kind: str = Field(
        default="", description="Kubernetes kind, e.g. Deployment; empty: workloads, pods, services, namespaces"
    )
    namespace: str | None = Field(default=None, description="empty: all namespaces")


class Of(Frozen):
    """One object."""

    kind: str = Field(description="Kubernetes kind, e.g. Deployment")
    name: str
    namespace: str | None = None


class Where(Frozen):
    namespace: str


@dataclass(frozen=True, slots=True)
class Look:
    """One tool. `about` is told to the model in both languages of the product's people, English being enough for it; `most` is
    the bytes that its result may have."""

    name: str
    about: str
    model: type[BaseModel]
    run: Callable[["Looks", Any], Awaitable["Seen"]]
    most: int

    @property
    def definition(self) -> dict[str, Any]:
        return {"name": self.name, "description": self.about, "input_schema": schema_of(self.model, without=("verb",))}


@dataclass(frozen=True, slots=True)
class Seen:
    """`source` names what was read; `text` is masked and may be long."""

    source: str
    text: str


class NotSeen(Exception):
    """There is nothing to read here; the message says why, and what may have been meant."""


class Looks:
    """Reads for one request. `shown` learns which objects the cluster has."""

    def __init__(self, reader: Reader, words: Words, shown: Shown) -> None:
        self.reader = reader
        self.shown = shown
        self._words = words

    async def find(self, asked: Find) -> Seen:
        kinds = tuple(kind_named(kind_called(word)) for word in ([asked.kind] if asked.kind else _FINDABLE))
        if any(kind.kind == "Secret" for kind in kinds):
            raise NotSeen("Secrets are never read")
        raws = await search.all_of(self.reader, kinds, asked.namespace)
        every = [search.target_of_raw(raw) for raw in raws]
        words = asked.text.lower()
        found = [target for target in every if words in target.name] or list(search.similar(words, raws))
        self.shown.add(*found[:MOST_FOUND])
        lines = [_line(target) for target in found[:MOST_FOUND]]
        return Seen(f"find {asked.text}", "\n".join([_count(len(lines), len(found), "objects"), *lines]))

    async def quota(self, asked: Where) -> Seen:
        found = [
            await self.read(Get(kind=kind, namespace=asked.namespace, output="yaml"))
            for kind in ("ResourceQuota", "LimitRange")
        ]
        return Seen(f"quota {asked.namespace}", "\n".join(seen.text for seen in found))

    async def triage(self, asked: Of) -> Seen:
        target = await self.whole(Target(kind=kind_called(asked.kind), name=asked.name, namespace=asked.namespace))
        seen = await triage.diagnose(self.reader, target)
        self.shown.add(*(finding.target for finding in seen.findings))
        return Seen(f"triage {target}", diagnosis_text(seen, self._words))

    async def read(self, operation: Operation) -> Seen:
        """What `executor.reads` gives to people, as text. Raises NotSeen."""
        whole = await self._whole(_known(operation))
        if not isinstance(whole, Get | Describe | Logs | Events | Other):
            raise NotSeen("this is no read")
        try:
            seen = await reads.read(self.reader, whole)
        except reads.NotReadable as refusal:
            raise NotSeen(self._words.say(refusal.reason)) from refusal
        if isinstance(whole, Get):
            self.shown.listed(whole, seen)
        return Seen(self._words.say(seen.title), self._said(seen, logs=isinstance(whole, Logs)))

    async def whole(self, target: Target) -> Target:
        """The object as the cluster has it, which is one that was shown from then on. Raises NotSeen, also for a Secret."""
        found = await self._whole(Describe(target=target))
        assert isinstance(found, Describe)
        return found.target

    async def _whole(self, operation: Operation) -> Operation:
        judged = risk.assess(operation)  # before anything is fetched: looking for a Secret would fetch it
        if judged.level is not risk.Level.READ_ONLY:
            raise NotSeen("; ".join(map(self._words.say, judged.reasons)))
        match await resolve.resolve(self.reader, operation):
            case resolve.Resolved(operation=whole):
                if (target := getattr(whole, "target", None)) is not None:
                    self.shown.add(target)
                return whole
            case resolve.Ambiguous(candidates=candidates):
                self.shown.add(*candidates)
                raise NotSeen("several objects have this name:\n" + "\n".join(map(_line, candidates)))
            case resolve.Missing(target=target, similar=similar):
                self.shown.add(*similar)
                raise NotSeen("\n".join([f"there is no {_line(target)}; names like it:", *map(_line, similar)]))
            case resolve.Impossible(reason=why):
                raise NotSeen(self._words.say(why))

    def _said(self, seen: Reading, *, logs: bool) -> str:
        lines = [self._words.say(seen.headline)]
        for table in seen.tables:
            lines += [" | ".join(cells) for cells in (table.columns, *table.rows)]
        lines += _ranked(seen.lines) if logs else seen.lines
        if seen.more:
            lines.append(f"({seen.more} more rows or lines were left out)")
        return "\n".join(lines)


def diagnosis_text(seen: Diagnosis, words: Words) -> str:
    """Findings with their evidence, each piece with the number by which a conclusion cites it."""
    lines = [f"{_line(seen.target)}: ready={seen.ready}"]
    lines += [f"{words.say(label)}: {value}" for label, value in seen.facts]
    number = 0
    for finding in seen.findings:
        lines.append(f"Finding ({_line(finding.target)}, confidence {finding.confidence}): {words.say(finding.cause)}")
        for each in finding.evidence:
            number += 1
            lines += [f"[{number}] {words.say(each.title)}", *each.lines]
    if not seen.findings:
        lines.append("The rules found nothing.")
    return "\n".join(lines)


def _ranked(lines: tuple[str, ...]) -> list[str]:
    """The first error with its trace, the best lines, and the end: a log that fits."""
    found = rank(lines)
    said = ["first error:", *found.block, "lines that stand out:", *found.top] if found.block or found.top else []
    return [*said, f"the last {len(found.tail)} of {len(lines)} lines:", *found.tail]


def _line(target: Target) -> str:
    return f"{target} -n {target.namespace}" if target.namespace else str(target)


def _count(shown: int, total: int, what: str) -> str:
    return f"{total} {what}" if shown == total else f"{shown} of {total} {what} are shown"


def kind_called(word: str) -> str:
    """Kubernetes' name of a kind, however it was written. Raises NotSeen."""
    kind = kind_of(word)
    if kind is None and word:
        raise NotSeen(f"no such kind: {word}")
    return kind.kind if kind else ""


def _known(operation: Operation) -> Operation:
    if isinstance(operation, Get):
        return operation.model_copy(update={"kind": kind_called(operation.kind)})
    target: Target | None = operation.target
    if target is None:
        return operation
    return operation.model_copy(update={"target": target.model_copy(update={"kind": kind_called(target.kind)})})


LOOKS: tuple[Look, ...] = (
    Look("find", "Find objects by a part of their name. 按名字找对象。", Find, Looks.find, 6 * KIB),
    Look(
        "list",
        "List objects of any kind, or show one (output yaml). Never Secrets. 列出对象。",
        Get,
        Looks.read,
        12 * KIB,
    ),
    Look(
        "describe", "One object: state, conditions, its pods, last events. 看一个对象。", Describe, Looks.read, 6 * KIB
    ),
    Look("logs", "The log of a pod, or of a workload's worst pod, ranked. 看日志。", Logs, Looks.read, 6 * KIB),
    Look("quota", "ResourceQuota and LimitRange of a namespace. 看配额。", Where, Looks.quota, 2 * KIB),
    Look("triage", "What rules find wrong, with evidence. 规则诊断。", Of, Looks.triage, 12 * KIB),
)
