"""What in a namespace is in trouble beside its workloads: Services and Ingresses that lead nowhere, claims that nobody fills,
autoscalers without eyes, Jobs that failed. What only mirrors a workload's trouble, or is so on purpose, is left out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from executor.analysers.autoscaling import autoscaler_suspicions
from executor.analysers.ingresses import ingress_suspicions
from executor.analysers.jobs import job_suspicions, newest_job
from executor.analysers.services import service_suspicions
from executor.analysers.situation import Situation, Surroundings, Suspicion
from executor.analysers.volumes import claim_names, volume_suspicions
from executor.fields import Raw, condition, controller_of, mapping, name_of, text
from executor.kinds import kind_named
from executor.labels import chosen_by
from executor.operations import Target
from executor.pods import is_ready, status_word
from executor.related import Related
from executor.sight import Sparing
from executor.survey import Trouble

_MIRRORED = ("triage.service_unready", "triage.ingress_nobody")
_ON_PURPOSE = ("triage.service_asleep", "triage.job_suspended", "triage.cron_suspended")
_BAD = ("BackOff", "Err", "Error", "OOMKilled", "ContainerCannotRun", "Invalid")
_KINDS = ("Service", "Ingress", "HorizontalPodAutoscaler", "PersistentVolumeClaim", "Job", "CronJob")

Rule = Callable[[Situation], Iterator[Suspicion]]


async def outlying(reader: Sparing, namespace: str, known: tuple[Trouble, ...]) -> list[Trouble]:
    """Lists each kind once; what may not be listed is noted by the reader."""
    had = {kind: await reader.listed(kind_named(kind), namespace) for kind in _KINDS}
    unseen = reader.denied | reader.unserved | reader.unread
    pods = await reader.listed(kind_named("Pod"), namespace)
    workloads = [
        raw for kind in ("Deployment", "StatefulSet") for raw in await reader.listed(kind_named(kind), namespace)
    ]
    around = Surroundings(
        pods=pods,
        services=had["Service"],
        ingresses=had["Ingress"],
        autoscalers=had["HorizontalPodAutoscaler"],
        workloads=tuple(workloads),
        jobs=had["Job"],
        whole=frozenset({*_KINDS, "Pod"} - unseen),
    )
    ill = {trouble.target.name for trouble in known}
    troubles = [*_services(had["Service"], around), *_each(had["Ingress"], around, ingress_suspicions)]
    troubles += _each(had["HorizontalPodAutoscaler"], around, autoscaler_suspicions)
    troubles += _each(_lonely(had["PersistentVolumeClaim"], pods), around, volume_suspicions)
    troubles += [trouble for trouble in _jobs(had["Job"], had["CronJob"], around) if trouble.target.name not in ill]
    return troubles


def _trouble(raw: Raw, around: Surroundings, rule: Rule, pods: tuple[Raw, ...] = ()) -> Trouble | None:
    target = Target(kind=text(raw, "kind"), name=name_of(raw), namespace=text(raw, "metadata", "namespace"))
    said = list(rule(Situation(target, Related(raw, pods), datetime.now(UTC), around)))
    if any(suspicion.cause.code in _ON_PURPOSE for suspicion in said):
        return None
    said = [suspicion for suspicion in said if suspicion.cause.code not in _MIRRORED]
    if not said:
        return None
    lines = [line for suspicion in said for evidence in suspicion.evidence for line in evidence.lines]
    return Trouble(target, 0, 0, lines[0] if lines else "")


def _each(raws: tuple[Raw, ...] | list[Raw], around: Surroundings, rule: Rule) -> list[Trouble]:
    return [trouble for raw in raws if (trouble := _trouble(raw, around, rule))]


def _services(services: tuple[Raw, ...], around: Surroundings) -> Iterator[Trouble]:
    if "Pod" not in around.whole:
        return
    for service in services:
        selector = mapping(service, "spec", "selector")
        behind = tuple(pod for pod in around.pods if chosen_by(selector, mapping(pod, "metadata", "labels")))
        if trouble := _trouble(service, around, service_suspicions, behind):
            yield trouble


def _lonely(claims: tuple[Raw, ...], pods: tuple[Raw, ...]) -> list[Raw]:
    """Claims of pods are told by those; one that no pod uses may well wait for its first, unless it is lost."""
    used = set(claim_names(list(pods)))
    return [claim for claim in claims if name_of(claim) not in used and text(claim, "status", "phase") == "Lost"]


def _jobs(jobs: tuple[Raw, ...], cron_jobs: tuple[Raw, ...], around: Surroundings) -> Iterator[Trouble]:
    for cron_job in cron_jobs:
        newest = newest_job(jobs, cron_job)
        stuck = newest is not None and _pods_fail(newest, around)
        if trouble := _trouble(cron_job, around, job_suspicions) or (_failing(cron_job) if stuck else None):
            yield trouble
    for job in jobs:
        if text(controller_of(job), "kind") == "CronJob":
            continue
        if trouble := _trouble(job, around, job_suspicions) or (_failing(job) if _pods_fail(job, around) else None):
            yield trouble


def _failing(raw: Raw) -> Trouble:
    target = Target(kind=text(raw, "kind"), name=name_of(raw), namespace=text(raw, "metadata", "namespace"))
    return Trouble(target, 0, 0, "")


def _pods_fail(job: Raw, around: Surroundings) -> bool:
    if condition(job, "Complete").get("status") == "True":
        return False
    uid = text(job, "metadata", "uid")
    mine = [pod for pod in around.pods if text(controller_of(pod), "uid") == uid and not is_ready(pod)]
    return any(word in status_word(pod) for pod in mine for word in _BAD)
