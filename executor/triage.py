"""Why a workload does not run: findings with evidence, from rules."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from executor.ages import age
from executor.analysers.ingresses import tls_secrets
from executor.analysers.jobs import newest_job
from executor.analysers.situation import Situation, Suspicion
from executor.analysers.workload import facts_of
from executor.dependencies import blamed
from executor.diagnosis import Diagnosis, Evidence, Finding, within_bounds
from executor.errors import NotFound
from executor.evidence import WHOLE_TAIL, container_log
from executor.fields import Raw, condition, moment, name_of, text, uid_of
from executor.happenings import concerns
from executor.kinds import kind_named
from executor.operations import Target
from executor.outlying import outlying
from executor.reader import Reader
from executor.reason import Reason, reason
from executor.related import EVENT, Related, related
from executor.sight import Sparing, Spent
from executor.surroundings import look_around
from executor.survey import Trouble, in_order, survey
from executor.suspecting import suspect
from executor.telling import told_by

__all__ = ["Diagnosis", "Evidence", "Finding", "diagnose"]

MAX_FINDINGS = 6
_LOGS = 3
_TROUBLES = 4
_FINDINGS_EACH = 1
_NAMES = 10

Facts = list[tuple[Reason, str]]


async def diagnose(reader: Reader, target: Target) -> Diagnosis:
    """What is wrong with an object whose kind and namespace are known, as far as rules tell; only reads. Of a Namespace: with
    what is in it. If that is one workload, the diagnosis is of that.

    Raises NotFound, Forbidden (of the object itself), Unreachable; what else may not be read is said in the facts."""
    sparing = Sparing(reader)
    if target.kind == "Namespace":
        found = await _of_namespace(sparing, target)
    else:
        found = await _of_object(sparing, target)
    findings, cut = within_bounds(found.findings)
    facts = [*found.facts]
    facts += [fact for fact in _unseen(sparing) if fact not in facts]
    if cut:
        facts.append((reason("triage.fact.shortened"), str(cut)))
    return found.model_copy(update={"findings": findings, "facts": tuple(facts)})


def _unseen(sparing: Sparing) -> Facts:
    """No answer is no health: what could not be looked at is said."""
    facts = [(reason("triage.fact.denied"), kind) for kind in sorted(sparing.denied)]
    if sparing.partial:
        facts.append((reason("triage.fact.partial"), ", ".join(sorted(sparing.partial))))
    if sparing.unread:
        facts.append((reason("triage.fact.unread"), ", ".join(sorted(sparing.unread))))
    return facts


async def _of_namespace(reader: Sparing, target: Target) -> Diagnosis:
    await reader.get(kind_named("Namespace"), target.name)
    seen = await survey(reader, target.name)
    facts = [
        (reason("triage.fact.workloads"), str(seen.workloads)),
        (reason("triage.fact.pods"), str(seen.pods)),
    ]
    if not seen.complete:
        facts.append((reason("triage.fact.cut"), str(seen.pods)))
    troubles = [*seen.troubles, *await outlying(reader, target.name, seen.troubles)]
    if len(troubles) > 1:
        await reader.listed(kind_named("ReplicaSet"), target.name)
    parts: list[Diagnosis] = []
    for trouble in troubles[:_TROUBLES]:
        with suppress(NotFound):  # gone since the survey
            try:
                parts.append(await _of_object(reader, trouble.target))
            except Spent:
                facts.append((reason("triage.fact.unread"), str(trouble.target)))
    if len(troubles) == 1 and parts:
        return parts[0]
    troubles = _without_news(troubles, parts)
    parts.sort(key=_after_another)
    findings = [finding for part in parts for finding in part.findings[:_FINDINGS_EACH]]
    if troubles:
        findings.insert(0, _overview(target, troubles, parts))
    ready = False if seen.troubles else True if seen.complete else None
    return Diagnosis(target=target, findings=tuple(findings[:MAX_FINDINGS]), facts=tuple(facts), ready=ready)


def _without_news(troubles: list[Trouble], parts: list[Diagnosis]) -> list[Trouble]:
    """Less what is only starting, and of which nothing else is to be said."""
    found = {part.target for part in parts if part.findings}
    return [trouble for trouble in troubles if not trouble.starting or trouble.target in found]


def _after_another(part: Diagnosis) -> bool:
    """Whether it is ill because something else is, which then comes first."""
    return bool(part.findings) and part.findings[0].cause.code.startswith("triage.dependency")


def _overview(target: Target, troubles: list[Trouble], parts: list[Diagnosis]) -> Finding:
    first = [part.target for part in parts]
    ordered = sorted(troubles, key=lambda said: first.index(said.target) if said.target in first else len(first))
    names = ", ".join(str(trouble.target) for trouble in ordered[:_NAMES])
    lines = [trouble.line for trouble in ordered[:_NAMES]]
    if len(ordered) > _NAMES:
        lines.append(f"… +{len(ordered) - _NAMES}")
    return Finding(
        cause=reason("triage.namespace", count=len(troubles), names=names),
        target=target,
        confidence=0.9,
        evidence=(Evidence(title=reason("triage.evidence.workloads"), lines=tuple(lines)),),
        next_steps=tuple(step for part in parts for finding in part.findings[:1] for step in finding.next_steps[:1]),
    )


async def _of_object(reader: Sparing, target: Target) -> Diagnosis:
    situation = await _situation(reader, target)
    suspicions = suspect(situation)
    findings: list[Finding] = []
    for suspicion in suspicions[:_LOGS]:
        findings += await _found(reader, situation, suspicion)
    findings += [_finding(suspicion) for suspicion in suspicions[_LOGS:MAX_FINDINGS]]
    findings.sort(key=lambda found: not found.cause.code.startswith("triage.dependency") and found.target == target)
    facts: Facts = [(Reason(code=code), value) for code, value in facts_of(situation)]
    reader.denied |= situation.found.denied
    facts += [(reason("triage.fact.certificate"), name) for name in tls_secrets(situation.live)[:3]]
    if born := moment(text(situation.live, "metadata", "creationTimestamp")):
        facts.append((reason("triage.fact.age"), age(situation.now - born)))
    left = max(0, len(_once(findings)) - MAX_FINDINGS) + max(0, len(suspicions) - MAX_FINDINGS)
    if left:
        facts.append((reason("triage.fact.more"), str(left)))
    ready = in_order(situation.live, situation.found.pods, situation.found.denied)
    return Diagnosis(target=target, findings=tuple(_once(findings)[:MAX_FINDINGS]), facts=tuple(facts), ready=ready)


def _once(findings: list[Finding]) -> list[Finding]:
    """Two containers may blame the same Service."""
    seen: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        shared = finding.cause.code.startswith("triage.dependency")
        key = (finding.cause.model_dump_json(), "" if shared else str(finding.target))
        seen.setdefault(key, finding)
    return list(seen.values())


async def _situation(reader: Sparing, target: Target) -> Situation:
    found = await related(reader, target)
    if target.kind == "CronJob":
        found = await _with_newest_job(reader, target, found)
    if target.kind == "Job" and condition(found.object, "Complete").get("status") == "True":
        found = replace(found, pods=())  # what failed before it was done is over
    situation = Situation(target, found, datetime.now(UTC))
    around = await look_around(reader, situation)
    return replace(situation, around=around, found=await _with_events_of(reader, found, around.autoscalers))


async def _with_events_of(reader: Sparing, found: Related, others: tuple[Raw, ...]) -> Related:
    """What is told of others that have a hand in the object, if all events of the namespace are here already."""
    if not others or EVENT.kind in found.denied | reader.unsure:
        return found
    uids = {uid_of(other) for other in others} - {uid_of(found.object)}
    told = await reader.listed(EVENT, text(found.object, "metadata", "namespace"))
    return replace(found, events=(*found.events, *(event for event in told if concerns(event, uids))))


async def _with_newest_job(reader: Sparing, target: Target, found: Related) -> Related:
    jobs = await reader.listed(kind_named("Job"), target.namespace)
    newest = newest_job(jobs, found.object)
    if newest is None or condition(newest, "Complete").get("status") == "True":
        return found
    job = await related(reader, Target(kind="Job", name=name_of(newest), namespace=target.namespace))
    return replace(found, pods=job.pods, events=(*found.events, *job.events))


async def _found(reader: Sparing, situation: Situation, suspicion: Suspicion) -> list[Finding]:
    """With the log that the suspicion asks for: its line that matters goes first. Before it whom that line blames, if that is
    another part of this cluster which is ill itself."""
    wanted = suspicion.log
    if wanted is None or situation.target.namespace is None:
        return [_finding(suspicion)]
    said = await container_log(
        reader,
        situation.target.namespace,
        wanted.pod,
        wanted.container,
        previous=wanted.previous,
        finished_at=wanted.finished_at,
        tail=WHOLE_TAIL,
    )
    if said is None:
        return [_finding(suspicion)]
    lines = list(dict.fromkeys((*said.ranked.block, *said.ranked.top, *said.ranked.tail)))
    told = _finding(told_by(suspicion, said, lines))
    blame = await blamed(reader, situation, lines)
    if blame is None:
        return [told]
    return [blame.finding, *(await _root(reader, blame.next) if blame.next else []), told]


async def _root(reader: Sparing, target: Target) -> list[Finding]:
    """The worst that ails the other; its log is not followed any further."""
    try:
        suspicions = suspect(await _situation(reader, target))
    except (NotFound, Spent):
        return []
    return [_finding(suspicion) for suspicion in suspicions[:1]]


def _finding(suspicion: Suspicion) -> Finding:
    return Finding(
        cause=suspicion.cause,
        target=suspicion.target,
        confidence=round(max(0.1, suspicion.confidence), 2),
        evidence=suspicion.evidence,
        next_steps=suspicion.next_steps,
    )
