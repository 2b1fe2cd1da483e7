"""ResourceQuota: object counts, checked when an object is created."""

from collections.abc import Iterator

from sandbox.cluster import resources as r
from sandbox.cluster.failures import refused
from sandbox.cluster.objects import Object, name_of, status_of
from sandbox.cluster.quantity import amount
from sandbox.cluster.resources import RESOURCES, Resource
from sandbox.cluster.store import Store

_PLAIN = (r.PODS, r.SERVICES, r.CONFIG_MAPS, r.SECRETS, r.CLAIMS, r.QUOTAS)


def resource_counted(name: str) -> Resource | None:
    """Which objects `pods` or `count/deployments.apps` counts; None for what the stand-in does not account (cpu, memory)."""
    plain = name.removeprefix("count/")
    candidates = RESOURCES if name.startswith("count/") else _PLAIN
    return next((resource for resource in candidates if resource.qualified == plain), None)


def _charged(name: str, resource: Resource, obj: Object) -> bool:
    """A finished pod no longer counts against `pods`, but does against `count/pods`."""
    finished = resource is r.PODS and status_of(obj).get("phase") in ("Succeeded", "Failed")
    return not finished or name.startswith("count/")


def usage(store: Store, quota: Object) -> Iterator[tuple[str, Resource, int, int]]:
    """For each limit that is accounted: its name, what it counts, how many are used, how many are allowed."""
    namespace = quota["metadata"]["namespace"]
    for name, limit in (quota["spec"].get("hard") or {}).items():
        resource, allowed = resource_counted(name), amount(limit)
        if resource is not None and allowed is not None:
            used = sum(_charged(name, resource, obj) for obj in store.objects(resource, namespace))
            yield name, resource, used, int(allowed)


def check_quota(store: Store, resource: Resource, namespace: str, name: str) -> None:
    """Raises 403 when one more object of `resource` would exceed a quota of its namespace."""
    if not namespace or not store.count(r.QUOTAS, namespace):
        return
    for quota in store.objects(r.QUOTAS, namespace):
        for limit, counted, used, allowed in usage(store, quota):
            if counted is resource and used + 1 > allowed:
                text = f"requested: {limit}=1, used: {limit}={used}, limited: {limit}={allowed}"
                raise refused(resource, name, f"exceeded quota: {name_of(quota)}, {text}")
