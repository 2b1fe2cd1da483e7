"""A great many pods that already run, for measuring what reads them: nobody waits for ten thousand pods to start."""

from sandbox.cluster import resources as r
from sandbox.cluster.controllers import deployment_status
from sandbox.cluster.controllers.pods import pod_from
from sandbox.cluster.controllers.replica_sets import ReplicaSetsOf
from sandbox.cluster.creation import new_object
from sandbox.cluster.decoding import decode_body
from sandbox.cluster.kubelet.containers import record_of
from sandbox.cluster.manifests import deployment
from sandbox.cluster.objects import Object, name_of, namespace_of
from sandbox.cluster.recorder import Recorder
from sandbox.cluster.registry import Writer
from sandbox.cluster.standin import ClusterStandIn
from sandbox.cluster.store import Key

_WRITER = Writer("sandbox")


def crowd(cluster: ClusterStandIn, count: int, *, name: str = "crowd", namespace: str = "default") -> None:
    """A Deployment whose `count` pods are Running and Ready, as if it had been rolled out long ago."""
    registry, now = cluster.registry, cluster.clock.stamp()
    manifest = deployment(name, "nginx:1.27", replicas=count, home=namespace)
    created = registry.create(r.DEPLOYMENTS, namespace, decode_body(r.DEPLOYMENTS, manifest, []), _WRITER)
    sets = ReplicaSetsOf(registry, Recorder(registry, cluster.clock, "deployment-controller"), created, [])
    sets.create_new(count)
    (replica_set,) = sets.all
    for number in range(count):
        _put_running_pod(cluster, replica_set, number, now)
    _settle(cluster, sets, replica_set, now)


def _put_running_pod(cluster: ClusterStandIn, replica_set: Object, number: int, now: str) -> None:
    name, namespace = f"{name_of(replica_set)}-{number:05}", namespace_of(replica_set)
    body = pod_from(replica_set["spec"]["template"], r.REPLICA_SETS, replica_set, name=name)
    pod = new_object(r.PODS, namespace, body, now)
    nodes = cluster.store.names(r.NODES, "")
    pod["spec"]["nodeName"] = nodes[number % len(nodes)]
    moment = cluster.clock.now()
    record = record_of(pod, f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}", moment)
    for container in record.containers.values():
        container.start(moment)
        container.ready = True
    pod["status"] = record.status(pod["status"], now)
    cluster.store.put(r.PODS, pod)


def _settle(cluster: ClusterStandIn, sets: ReplicaSetsOf, replica_set: Object, now: str) -> None:
    """The statuses that the controllers would come to, so that they find nothing to do."""
    registry, count = cluster.registry, replica_set["spec"]["replicas"]
    names = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    counted = {**dict.fromkeys(names, count), "observedGeneration": 1}
    key = Key(r.REPLICA_SETS, namespace_of(replica_set), name_of(replica_set))
    settled = registry.update(key, lambda obj: {**obj, "status": counted}, _WRITER, subresource="status")
    annotations = sets.sync_revision()
    status = deployment_status.counts_of(sets.deployment, [settled], settled, 0, now)
    text = f'ReplicaSet "{name_of(settled)}" has successfully progressed.'
    done = deployment_status.condition("Progressing", "True", "NewReplicaSetAvailable", text, now)
    status["conditions"] = deployment_status.with_condition(status["conditions"], done)

    def change(obj: Object) -> Object:
        return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}, "status": status}

    home = Key(r.DEPLOYMENTS, namespace_of(sets.deployment), name_of(sets.deployment))
    registry.update(home, change, _WRITER, subresource="status")
