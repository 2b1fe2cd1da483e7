"""What may keep a pod from being made although it is well formed: its account, its priority, limit ranges, what its namespace
allows, webhooks."""

from collections.abc import Iterator

from sandbox.cluster import resources as r
from sandbox.cluster.failures import refused
from sandbox.cluster.objects import Object
from sandbox.cluster.pod_security import violation
from sandbox.cluster.quantity import amount
from sandbox.cluster.resources import Resource
from sandbox.cluster.store import Store
from sandbox.cluster.webhooks import call_webhooks

_EVERY_NAMESPACE_HAS = "default"
_SYSTEM = "system-"


def admit(store: Store, resource: Resource, namespace: str, name: str, obj: Object) -> None:
    """Raises what the API server answers: 403, or 500 for a webhook that cannot be called."""
    if resource is r.PODS:
        _check_account(store, namespace, name, obj)
        _check_priority(store, name, obj)
        _check_limits(store, namespace, name, obj)
    call_webhooks(store, resource, namespace)
    if resource is r.PODS and (said := violation(store.get(r.NAMESPACES, "", namespace), obj["spec"])):
        raise refused(r.PODS, name, said)


def with_limits(store: Store, namespace: str, pod: Object) -> Object:
    """The pod with what its namespace's limit ranges fill in: a maximum is the default where none is given."""
    spec = pod["spec"]
    for limits in store.objects(r.LIMIT_RANGES, namespace):
        for limit in limits["spec"].get("limits") or ():
            if limit.get("type") == "Container":
                spec = {**spec, "containers": [_filled(container, limit) for container in spec["containers"]]}
    return pod if spec is pod["spec"] else {**pod, "spec": spec}


def _filled(container: Object, limit: Object) -> Object:
    given = container.get("resources") or {}
    most = {**(limit.get("max") or {}), **(limit.get("default") or {}), **(given.get("limits") or {})}
    least = {**most, **(limit.get("defaultRequest") or {}), **(given.get("requests") or {})}
    return {**container, "resources": {**given, "limits": most, "requests": least}}


def _check_account(store: Store, namespace: str, name: str, pod: Object) -> None:
    account = pod["spec"].get("serviceAccountName") or _EVERY_NAMESPACE_HAS
    if account != _EVERY_NAMESPACE_HAS and store.get(r.SERVICE_ACCOUNTS, namespace, account) is None:
        text = f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
        raise refused(r.PODS, name, text)


def _check_priority(store: Store, name: str, pod: Object) -> None:
    wanted = pod["spec"].get("priorityClassName") or ""
    if wanted and not wanted.startswith(_SYSTEM) and store.get(r.PRIORITY_CLASSES, "", wanted) is None:
        raise refused(r.PODS, name, f"no PriorityClass with name {wanted} was found")


def _check_limits(store: Store, namespace: str, name: str, pod: Object) -> None:
    said = [
        text
        for limits in store.objects(r.LIMIT_RANGES, namespace)
        for limit in limits["spec"].get("limits") or ()
        if limit.get("type") == "Container"
        for container in pod["spec"]["containers"]
        for text in _beyond(limit, container.get("resources") or {})
    ]
    if said:
        raise refused(r.PODS, name, said[0] if len(said) == 1 else f"[{', '.join(said)}]")


def _beyond(limit: Object, resources: Object) -> Iterator[str]:
    for side, bound, word in (("limits", "max", "maximum"), ("requests", "min", "minimum")):
        for resource, most in (limit.get(bound) or {}).items():
            asked, named = (resources.get(side) or {}).get(resource), side.removesuffix("s")
            given, allowed = amount(asked or 0), amount(most)
            if asked is None:
                yield f"{word} {resource} usage per Container is {most}.  No {named} is specified"
            elif given is not None and allowed is not None and (given > allowed if bound == "max" else given < allowed):
                yield f"{word} {resource} usage per Container is {most}, but {named} is {asked}"
