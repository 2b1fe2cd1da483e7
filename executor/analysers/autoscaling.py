"""Autoscalers: without metrics, at their maximum, of two minds, or fighting with somebody else."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from executor.analysers.situation import Situation, Suspicion, fields
from executor.fields import Raw, condition, mapping, name_of, number, objects, shown, text
from executor.kinds import WORKLOADS
from executor.operations import Describe, Patch, Target, canonical
from executor.reason import reason

_SIZE = re.compile(r"New size: (\d+)")
_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
"""Where autoscaling/v1 keeps them."""
_METRICS = "v1beta1.metrics.k8s.io"
"""Who serves what CPU and memory are used; metrics of one's own come from elsewhere."""
_TURNS = 3
_NO_METRICS = ("FailedGet", "InvalidMetric", "FailedCompute")


def autoscaler_suspicions(situation: Situation) -> Iterator[Suspicion]:
    """Of the autoscaler itself, or of those of a workload."""
    if situation.target.kind == "HorizontalPodAutoscaler":
        mine: list[Raw] = [situation.live]
    elif situation.target.kind in WORKLOADS:
        mine = [
            each
            for each in situation.around.autoscalers
            if scales(each) == (situation.target.kind, situation.target.name)
        ]
    else:
        return
    for autoscaler in mine:
        yield from _one(situation, autoscaler)
    everyone = [each for each in situation.around.autoscalers if mine and scales(each) == scales(mine[0])]
    if len(everyone) > 1:
        names = ", ".join(sorted(map(name_of, everyone)))
        told = fields(*(f"{_where(each)} spec.scaleTargetRef: {'/'.join(scales(each))}" for each in everyone))
        cause = reason("triage.hpa_two", names=names)
        yield Suspicion(59, cause, situation.target, 0.95, told, (_step(situation, everyone[0]),), alike=("hpa_two",))


def scales(autoscaler: Raw) -> tuple[str, str]:
    """(kind, name) of what it scales."""
    wanted = mapping(autoscaler, "spec", "scaleTargetRef")
    return text(wanted, "kind"), text(wanted, "name")


def _one(situation: Situation, autoscaler: Raw) -> Iterator[Suspicion]:
    name, where = name_of(autoscaler), _where(autoscaler)
    step = _step(situation, autoscaler)
    able, active, limited = (
        _condition(autoscaler, kind) for kind in ("AbleToScale", "ScalingActive", "ScalingLimited")
    )
    if able.get("status") == "False" and text(able, "reason").startswith(("FailedGetScale", "FailedUpdateScale")):
        cause = reason("triage.hpa_target", hpa=name, message=shown(text(able, "message")))
        told = fields(f"{where} spec.scaleTargetRef: {'/'.join(scales(autoscaler))}", _line(where, able))
        yield Suspicion(61, cause, situation.target, 0.95, told, (step,), alike=("hpa_target", name))
    elif active.get("status") == "False" and text(active, "reason").startswith(_NO_METRICS):
        yield _without_metrics(situation, autoscaler, active)
    top = number(autoscaler, "spec", "maxReplicas")
    now = number(autoscaler, "status", "currentReplicas")
    if limited.get("status") == "True" and text(limited, "reason") == "TooManyReplicas" and now >= top:
        cause = reason("triage.hpa_at_max", hpa=name, maximum=top)
        told = fields(
            f"{where} spec.maxReplicas: {top}", f"{where} status.currentReplicas: {now}", _line(where, limited)
        )
        body = canonical({"spec": {"maxReplicas": top * 2}})
        raising = Patch(target=step.target, patch_type="merge", body=body)
        yield Suspicion(48, cause, situation.target, 0.8, told, (raising, step), alike=("hpa_at_max", name))
    if turns := _turns(situation, autoscaler):
        cause = reason("triage.hpa_fighting", hpa=name, sizes=" → ".join(map(str, turns)))
        told = fields(f"{where} sizes: {' → '.join(map(str, turns))}")
        yield Suspicion(47, cause, situation.target, 0.7, told, (step,), alike=("hpa_fighting", name))


def _without_metrics(situation: Situation, autoscaler: Raw, active: Raw) -> Suspicion:
    name, where = name_of(autoscaler), _where(autoscaler)
    lines = [_line(where, active)]
    message = text(active, "message")
    code = "triage.hpa_no_metrics"
    if "missing request" in message:
        code = "triage.hpa_no_request"
    elif "Resource" in text(active, "reason") and ("APIService", _METRICS) in situation.around.missing:
        lines.append(f"apiservice {_METRICS}: not found")
        code = "triage.hpa_no_server"
    elif available := condition(situation.around.metrics, "Available"):
        lines.append(_line(f"apiservice {_METRICS}", available))
    cause = reason(code, hpa=name, message=shown(message))
    step = _step(situation, autoscaler)
    return Suspicion(57, cause, situation.target, 0.9, fields(*lines), (step,), alike=("hpa_no_metrics", name))


def conditions(autoscaler: Raw) -> list[Raw]:
    """In every version of the API."""
    if found := objects(autoscaler, "status", "conditions"):
        return found
    try:
        return objects({"all": json.loads(text(autoscaler, "metadata", "annotations", _CONDITIONS) or "[]")}, "all")
    except ValueError:
        return []


def _condition(autoscaler: Raw, kind: str) -> Raw:
    return next((each for each in conditions(autoscaler) if each.get("type") == kind), {})


def _where(autoscaler: Raw) -> str:
    return f"horizontalpodautoscaler {name_of(autoscaler)}"


def _line(where: str, said: Raw) -> str:
    return f"{where} {text(said, 'type')}={text(said, 'status')} {text(said, 'reason')}: {shown(text(said, 'message'))}"


def _step(situation: Situation, autoscaler: Raw) -> Describe:
    namespace = situation.target.namespace
    return Describe(target=Target(kind="HorizontalPodAutoscaler", name=name_of(autoscaler), namespace=namespace))


def _turns(situation: Situation, autoscaler: Raw) -> list[int]:
    """The sizes it set lately, if they went up and down again and again."""
    said = situation.events_of(autoscaler, named=("SuccessfulRescale",))
    sizes = [int(found[1]) for event in said if (found := _SIZE.search(text(event, "message")))]
    ways = [after > before for before, after in pairwise(sizes) if after != before]
    turned = sum(first != second for first, second in pairwise(ways))
    return sizes[-6:] if turned >= _TURNS - 1 else []
