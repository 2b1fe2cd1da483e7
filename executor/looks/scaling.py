"""Who else decides how many pods there are: autoscalers with what they measure, disruption budgets with what they still allow."""

from collections.abc import Iterator

from executor.analysers.autoscaling import conditions, scales
from executor.fields import Raw, field, mapping, name_of, number, objects, text
from executor.kinds import kind_named
from executor.looks.telling import one_line, rows, told
from executor.owned import selector_text
from executor.sight import Sight, Sparing

_AUTOSCALER = kind_named("HorizontalPodAutoscaler")
_BUDGET = kind_named("PodDisruptionBudget")
_MOST = 10


async def scaling(sight: Sight, namespace: str, name: str = "") -> tuple[str, ...]:
    """Of a namespace; `name` is an autoscaler's, a budget's, or that of the workload which is scaled."""
    reader = Sparing(sight)
    autoscalers = await reader.listed(_AUTOSCALER, namespace)
    budgets = await reader.listed(_BUDGET, namespace)
    if name:
        mine = [each for each in autoscalers if name in (name_of(each), scales(each)[1])]
        about = [each for each in budgets if name == name_of(each) or _speaks_of(each, name)]
        autoscalers, budgets = tuple(mine or autoscalers), tuple(about or budgets)
    lines = rows("autoscalers", [line for each in autoscalers for line in [" | ".join(_autoscaler(each))]], _MOST)
    lines += rows("disruption budgets", [" | ".join(_budget(each)) for each in budgets], _MOST)
    return told(reader, lines)


def _speaks_of(budget: Raw, name: str) -> bool:
    return name in mapping(budget, "spec", "selector", "matchLabels").values()


def _autoscaler(raw: Raw) -> Iterator[str]:
    least, most = number(raw, "spec", "minReplicas", absent=1), number(raw, "spec", "maxReplicas")
    now, wanted = number(raw, "status", "currentReplicas"), number(raw, "status", "desiredReplicas")
    yield f"hpa {name_of(raw)} of {'/'.join(scales(raw))}: {now} pods, wants {wanted}, may {least}-{most}"
    yield from _measured(raw)
    for said in conditions(raw):
        if text(said, "type") != "ScalingLimited" or text(said, "status") == "True":
            why = f"{text(said, 'reason')}: {one_line(text(said, 'message'))[:160]}"
            yield f"{text(said, 'type')}={text(said, 'status')} {why}"


def _measured(raw: Raw) -> Iterator[str]:
    """Each measure with its target; autoscaling/v1 knows CPU alone."""
    if (target := field(raw, "spec", "targetCPUUtilizationPercentage")) is not None:
        now = field(raw, "status", "currentCPUUtilizationPercentage")
        yield f"cpu {'unknown' if now is None else f'{now}%'} of {target}%"
    current = {_called(each): each for each in objects(raw, "status", "currentMetrics")}
    for each in objects(raw, "spec", "metrics"):
        yield f"{_called(each)} {_value(current.get(_called(each), {}), 'current')} of {_value(each, 'target')}"


def _source(metric: Raw) -> Raw:
    """What is under `resource`, `pods`, `object`, `external` or `containerResource`."""
    kind = text(metric, "type")
    return mapping(metric, kind[:1].lower() + kind[1:])


def _called(metric: Raw) -> str:
    source = _source(metric)
    return text(source, "name") or text(source, "metric", "name") or text(source, "metricName") or text(metric, "type")


def _value(metric: Raw, side: str) -> str:
    """Of autoscaling/v2 and v2beta2 (`target.averageUtilization`) and of v2beta1 (`targetAverageUtilization`)."""
    source = _source(metric)
    held = mapping(source, side)
    old = {key.removeprefix(side): value for key, value in source.items() if key.startswith(side)}
    for given in (held, {key[:1].lower() + key[1:]: value for key, value in old.items() if key}):
        if (share := given.get("averageUtilization")) is not None:
            return f"{share}%"
        for key in ("averageValue", "value"):
            if (amount := given.get(key)) is not None:
                return str(amount)
    return "unknown"


def _budget(raw: Raw) -> Iterator[str]:
    rule = next(
        (
            f"{key} {field(raw, 'spec', key)}"
            for key in ("minAvailable", "maxUnavailable")
            if field(raw, "spec", key) is not None
        ),
        "no rule",
    )
    status = mapping(raw, "status")
    allowed = number(status, "disruptionsAllowed")
    yield f"pdb {name_of(raw)} ({rule}, selector {selector_text(mapping(raw, 'spec', 'selector')) or '-'})"
    yield (
        f"disruptionsAllowed {allowed}, healthy {number(status, 'currentHealthy')} of"
        f" {number(status, 'expectedPods')}, needs {number(status, 'desiredHealthy')}"
    )
    if not allowed:
        yield "an eviction (drain) waits for this"
    for said in objects(raw, "status", "conditions"):
        if text(said, "status") != "True":
            yield f"{text(said, 'type')}={text(said, 'status')} {text(said, 'reason')}"
