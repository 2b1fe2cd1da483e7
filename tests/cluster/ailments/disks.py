"""Claims that nobody fills, volumes that are elsewhere."""

from executor.kinds import kind_named
from executor.operations import Target
from tests.cluster.ailments.ailment import NotHere, ailment, at
from tests.cluster.bench import Bench, Raw, pod_spec

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_MINE = "hollow.example.com"
"""Who makes volumes in the stand-in, where the default class is ours to take away."""


async def claim(bench: Bench, storage_class: str | None, mode: str, size: str = "1Gi") -> Target:
    """A pod and the claim that it waits for."""
    spec: Raw = {"accessModes": [mode], "resources": {"requests": {"storage": size}}}
    named = {} if storage_class is None else {"storageClassName": storage_class}
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "data"}, "spec": {**spec, **named}})
    return await user(bench)


async def user(bench: Bench) -> Target:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    await bench.create("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(volumes=volumes)})
    return at(bench, "Pod", "lone")


async def volume(bench: Bench, size: str = "1Gi", **spec: object) -> None:
    own = f"disk-{bench.namespace}"
    body = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": bench.namespace,
        "hostPath": {"path": "/nowhere"},
        **spec,
    }
    await bench.create("PersistentVolume", {"metadata": {"name": own}, "spec": body})
    bench.leaves("PersistentVolume", own)
    await bench.until("PersistentVolume", own, lambda raw: raw.get("status", {}).get("phase") == "Available")


@ailment("claim", "for a volume to be created", "persistentvolumeclaim data spec.storageClassName: slow-")
async def a_claim_that_nobody_fills(bench: Bench) -> Target:
    own = f"slow-{bench.namespace}"
    await bench.create("StorageClass", {"metadata": {"name": own}, "provisioner": "nobody.example.com"})
    bench.leaves("StorageClass", own)
    return await claim(bench, own, "ReadWriteOnce")


@ailment("claim_no_class", "persistentvolumeclaim data spec.storageClassName: none")
async def a_storage_class_that_is_not_there(bench: Bench) -> Target:
    return await claim(bench, "none", "ReadWriteOnce")


@ailment("claim_no_default", "persistentvolumeclaim data spec.storageClassName: -", "storageclasses: ")
async def a_claim_without_a_class(bench: Bench) -> Target:
    for each in (await bench.reader.list(kind_named("StorageClass"))).items:
        if (each["metadata"].get("annotations") or {}).get(_DEFAULT) != "true":
            continue
        if each["provisioner"] != _MINE:
            raise NotHere("it has a default storage class that is not ours to change")
        await bench.meddle("StorageClass", each["metadata"]["name"], {"metadata": {"annotations": {_DEFAULT: "false"}}})
    return await claim(bench, None, "ReadWriteOnce")


@ailment("claim_mode", "spec.accessModes: ReadWriteMany", "accessModes: ReadWriteOnce")
async def a_volume_that_cannot_be_shared(bench: Bench) -> Target:
    await volume(bench)
    return await claim(bench, bench.namespace, "ReadWriteMany")


@ailment("claim_size", "spec.resources.requests.storage: 5Gi", "spec.capacity.storage: 1Gi")
async def a_volume_that_is_too_small(bench: Bench) -> Target:
    await volume(bench)
    return await claim(bench, bench.namespace, "ReadWriteOnce", "5Gi")


@ailment("claim_missing", "claimName: data")
async def a_claim_that_is_not_there(bench: Bench) -> Target:
    return await user(bench)


@ailment("volume_zone", "spec.nodeAffinity: zone In ['mars']", "volume node affinity conflict")
async def a_volume_in_another_zone(bench: Bench) -> Target:
    term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["mars"]}]}
    await volume(bench, nodeAffinity={"required": {"nodeSelectorTerms": [term]}})
    return await claim(bench, bench.namespace, "ReadWriteOnce")
