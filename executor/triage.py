"""Why a workload does not run: findings with evidence, from rules."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from executor.ages import age
from executor.analysers.containers import container_suspicions
from executor.analysers.placement import placement_suspicions
from executor.analysers.situation import Situation, Suspicion
from executor.analysers.workload import facts_of, rollout_suspicion, workload_suspicions
from executor.diagnosis import Diagnosis, Evidence, Finding
from executor.errors import ClusterError, NotFound
from executor.evidence import container_log
from executor.fields import Raw, moment, name_of, objects, shown, text
from executor.kinds import Kind, kind_named
from executor.logrank import without_stamp
from executor.operations import Operation, Target
from executor.pods import is_ready
from executor.reader import Reader
from executor.reason import Reason, reason
from executor.related import related
from executor.survey import in_order, survey

__all__ = ["Diagnosis", "Evidence", "Finding", "diagnose"]

MAX_FINDINGS = 6
_LOGS = 3
_TROUBLES = 4
_FINDINGS_EACH = 1
_NAMES = 10
_CLAIMS = 5
_NODES = 3
_LINE = 300
_TOLD_BY_LOGS = ("triage.crash", "triage.init_crash", "triage.killed")


async def diagnose(reader: Reader, target: Target) -> Diagnosis:
    """What is wrong with an object whose kind and namespace are known, as far as rules tell; only reads. Of a Namespace: with
    what is in it. If that is one workload, the diagnosis is of that.

    Raises NotFound, Forbidden (of the object itself), Unreachable; what else may not be read is said in the facts."""
    if target.kind == "Namespace":
        return await _of_namespace(reader, target)
    return await _of_object(reader, target)


async def _of_namespace(reader: Reader, target: Target) -> Diagnosis:
    await reader.get(kind_named("Namespace"), target.name)
    seen = await survey(reader, target.name)
    facts = [
        (reason("triage.fact.workloads"), str(seen.workloads)),
        (reason("triage.fact.pods"), str(seen.pods)),
    ]
    if not seen.complete:
        facts.append((reason("triage.fact.cut"), str(seen.pods)))
    parts: list[Diagnosis] = []
    for trouble in seen.troubles[:_TROUBLES]:
        with suppress(NotFound):  # gone since the survey
            parts.append(await _of_object(reader, trouble.target))
    if len(seen.troubles) == 1 and parts:
        return parts[0]
    findings = [finding for part in parts for finding in part.findings[:_FINDINGS_EACH]]
    if seen.troubles:
        names = ", ".join(str(trouble.target) for trouble in seen.troubles[:_NAMES])
        findings.insert(
            0,
            Finding(
                cause=reason("triage.namespace", count=len(seen.troubles), names=names),
                target=target,
                confidence=0.9,
                evidence=(
                    Evidence(
                        title=reason("triage.evidence.workloads"),
                        lines=tuple(trouble.line for trouble in seen.troubles[:_NAMES]),
                    ),
                ),
                next_steps=tuple(
                    step for part in parts for finding in part.findings[:1] for step in finding.next_steps[:1]
                ),
            ),
        )
    ready = False if seen.troubles else True if seen.complete else None
    return Diagnosis(target=target, findings=tuple(findings[:MAX_FINDINGS]), facts=tuple(facts), ready=ready)


async def _of_object(reader: Reader, target: Target) -> Diagnosis:
    found = await related(reader, target)
    waiting = [pod for pod in found.pods if text(pod, "status", "phase") == "Pending"]
    claims = await _each(reader, kind_named("PersistentVolumeClaim"), target.namespace, _claim_names(waiting)[:_CLAIMS])
    nodes = sorted({text(pod, "spec", "nodeName") for pod in found.pods if not is_ready(pod)} - {""})
    situation = Situation(
        target,
        found,
        datetime.now(UTC),
        claims,
        await _each(reader, kind_named("Node"), None, nodes[:_NODES]),
    )
    suspicions = suspect(situation)
    findings = [await _found(reader, situation, suspicion) for suspicion in suspicions[:_LOGS]]
    findings += [_finding(suspicion) for suspicion in suspicions[_LOGS:MAX_FINDINGS]]
    facts = [(Reason(code=code), value) for code, value in facts_of(situation)]
    if born := moment(text(found.object, "metadata", "creationTimestamp")):
        facts.append((reason("triage.fact.age"), age(situation.now - born)))
    ready = in_order(found.object, found.pods, found.denied)
    return Diagnosis(target=target, findings=tuple(findings), facts=tuple(facts), ready=ready)


def suspect(situation: Situation) -> list[Suspicion]:
    """What the rules say, the worst first; what several pods share is said once."""
    pods = [*container_suspicions(situation), *placement_suspicions(situation)]
    counts = Counter(suspicion.alike for suspicion in pods if suspicion.alike)
    seen: set[tuple[str, ...]] = set()
    merged: list[Suspicion] = []
    for suspicion in sorted(pods, key=lambda said: -said.weight):
        if suspicion.alike and suspicion.alike in seen:
            continue
        seen.add(suspicion.alike)
        merged.append(_counted(suspicion, counts[suspicion.alike], len(situation.pods)))
    whole = list(workload_suspicions(situation))
    rollout = rollout_suspicion(situation, pods)
    if rollout is not None:
        merged = [replace(said, next_steps=_first(rollout.next_steps[:-1], said.next_steps)) for said in merged]
        whole.append(rollout)
    return sorted(merged + whole, key=lambda said: -said.weight)


def _first(steps: tuple[Operation, ...], others: tuple[Operation, ...]) -> tuple[Operation, ...]:
    return (*steps, *(step for step in others if step not in steps))


def _counted(suspicion: Suspicion, count: int, total: int) -> Suspicion:
    values = {**suspicion.cause.values, "count": count, "total": total}
    if suspicion.pod:
        values["pod"] = name_of(suspicion.pod)
    return replace(suspicion, cause=Reason(code=suspicion.cause.code, values=values))


async def _found(reader: Reader, situation: Situation, suspicion: Suspicion) -> Finding:
    """With the log that the suspicion asks for: its line that matters goes first."""
    wanted = suspicion.log
    if wanted is None or situation.target.namespace is None:
        return _finding(suspicion)
    said = await container_log(
        reader,
        situation.target.namespace,
        wanted.pod,
        wanted.container,
        previous=wanted.previous,
        finished_at=wanted.finished_at,
    )
    if said is None:
        return _finding(suspicion)
    best = said.ranked.best
    cause, told = suspicion.cause, said.ranked.tail
    tells = cause.code in _TOLD_BY_LOGS and bool(said.ranked.block)
    if tells:
        cause = Reason(code=f"{cause.code}_said", values={**cause.values, "line": shown(without_stamp(best), _LINE)})
    early = tuple(line for line in (*said.ranked.block, *said.ranked.top) if line not in told)
    told = (
        (*early, *told) if tells else (best, *early, *told)
    )  # a log out of order only where nothing else tells its point
    code = "triage.evidence.previous_logs" if said.previous else "triage.evidence.logs"
    title = reason(code, pod=wanted.pod, container=wanted.container)
    logs = Evidence(title=title, lines=tuple(dict.fromkeys(told)))
    return _finding(replace(suspicion, cause=cause, evidence=(logs, *suspicion.evidence)))


def _finding(suspicion: Suspicion) -> Finding:
    return Finding(
        cause=suspicion.cause,
        target=suspicion.target,
        confidence=round(max(0.1, suspicion.confidence), 2),
        evidence=suspicion.evidence,
        next_steps=suspicion.next_steps,
    )


def _claim_names(pods: Iterable[Raw]) -> list[str]:
    names = (
        text(volume, "persistentVolumeClaim", "claimName") for pod in pods for volume in objects(pod, "spec", "volumes")
    )
    return sorted({name for name in names if name})


async def _each(reader: Reader, kind: Kind, namespace: str | None, names: Iterable[str]) -> tuple[Raw, ...]:
    """The objects of these names that can be read."""
    found = await asyncio.gather(*(_maybe(reader, kind, name, namespace) for name in names))
    return tuple(raw for raw in found if raw is not None)


async def _maybe(reader: Reader, kind: Kind, name: str, namespace: str | None) -> Raw | None:
    try:
        return await reader.get(kind, name, namespace)
    except ClusterError:
        return None
