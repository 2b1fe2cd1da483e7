"""The pods that belong to an object: by owner, not by label alone (I2: labels are easily shared)."""

from executor.cluster import Reader
from executor.fields import Raw, field, mapping, name_of, objects, owned_by, text, uid_of
from executor.kinds import kind_named
from executor.pods import containers

POD = kind_named("Pod")
_REPLICA_SET = kind_named("ReplicaSet")
_JOB = kind_named("Job")

MOST = 2000
"""Objects that are read of each kind."""
_OPERATORS = {"In": "in", "NotIn": "notin"}


def selector_text(selector: Raw) -> str:
    """A LabelSelector as the API takes it in a query. "" selects everything, as an empty selector does."""
    terms = [f"{key}={value}" for key, value in sorted(mapping(selector, "matchLabels").items())]
    for expression in objects(selector, "matchExpressions"):
        key, operator = text(expression, "key"), text(expression, "operator")
        if operator in _OPERATORS:
            terms.append(f"{key} {_OPERATORS[operator]} ({','.join(field(expression, 'values') or ())})")
        else:
            terms.append(key if operator == "Exists" else f"!{key}")
    return ",".join(terms)


async def owned_pods(reader: Reader, live: Raw) -> tuple[Raw, ...]:
    """The pods that `live` is, or makes; () for kinds that make none. Raises what the reader raises."""
    kind, namespace, uid = text(live, "kind"), text(live, "metadata", "namespace"), uid_of(live)
    if kind == "Pod":
        return (live,)
    if kind == "Node":
        return (await reader.list(POD, fields=f"spec.nodeName={name_of(live)}", limit=MOST)).items
    if kind == "CronJob":
        jobs = (await reader.list(_JOB, namespace, limit=MOST)).items
        owners = {uid_of(job) for job in jobs if owned_by(job, uid)}
        labels = ""
    else:
        selector = mapping(live, "spec", "selector")
        if kind == "ReplicationController":
            selector = {"matchLabels": selector}
        labels = selector_text(selector)
        if not labels or kind == "Service":
            return ()
        owners = {uid}
        if kind == "Deployment":
            sets = (await reader.list(_REPLICA_SET, namespace, labels=labels, limit=MOST)).items
            owners |= {uid_of(made) for made in sets if owned_by(made, uid)}
    if not owners:
        return ()
    pods = (await reader.list(POD, namespace, labels=labels, limit=MOST)).items
    return tuple(pod for pod in pods if any(owned_by(pod, owner) for owner in owners))


def restart_counts(pods: tuple[Raw, ...]) -> dict[str, int]:
    """`pod uid/container` → restarts so far; containers that have no status yet count 0."""
    counts = {f"{uid_of(pod)}/{text(spec, 'name')}": 0 for pod in pods for spec in objects(pod, "spec", "containers")}
    return counts | {state.key: state.restarts for pod in pods for state in containers(pod)}
