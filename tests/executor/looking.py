"""Every closer look at one namespace with a bit of everything in it: what a test on a stand-in and on a real API share."""

from executor.kinds import kind_named
from executor.looks.events import events
from executor.looks.health import health
from executor.looks.needs import needs
from executor.looks.node import node
from executor.looks.pods import pods
from executor.looks.revisions import revisions
from executor.looks.route import route
from executor.looks.scaling import scaling
from executor.looks.storage import storage
from executor.looks.usage import usage_of_nodes, usage_of_pods
from executor.operations import Target
from tests.cluster.ailments.ailment import autoscaler, ingress, ready, service
from tests.cluster.bench import Bench


async def furnished(bench: Bench) -> Target:
    """A workload that lacks a ConfigMap's key, with what stands around it."""
    await bench.create("ConfigMap", {"metadata": {"name": "app"}, "data": {"url": "http://x"}})
    optional = {"configMapKeyRef": {"name": "app", "key": "gone", "optional": True}}
    target = await ready(bench, env=[{"name": "GONE", "valueFrom": optional}])
    newer = {"metadata": {"annotations": {"team/note": "second"}}}
    await bench.meddle("Deployment", "web", {"spec": {"template": newer}})
    await bench.ready("Deployment", "web")
    await service(bench)
    await ingress(bench, "web", 8080)
    await autoscaler(bench)
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    await bench.create("PodDisruptionBudget", {"metadata": {"name": "web"}, "spec": budget})
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "no-such",
    }
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "data"}, "spec": claim})
    return target


async def everything_seen(bench: Bench, target: Target) -> dict[str, str]:
    """Each look's text by its name."""
    reader, namespace = bench.reader, bench.namespace
    nodes = (await reader.list(kind_named("Node"))).items
    lines, _ = await pods(reader, namespace)
    found = {
        "node": await node(reader, nodes[0]["metadata"]["name"]),
        "scaling": await scaling(reader, namespace, "web"),
        "storage": await storage(reader, namespace),
        "route": await route(reader, namespace, "web"),
        "needs": await needs(reader, target),
        "health": await health(reader),
        "events": await events(reader, namespace, minutes=60),
        "events_of": await events(reader, namespace, target),
        "pods": lines,
        "revisions": await revisions(reader, target),
        "usage_of_pods": await usage_of_pods(reader, namespace),
        "usage_of_nodes": await usage_of_nodes(reader),
    }
    return {name: "\n".join(text) for name, text in found.items()}


EXPECTED = {
    "node": ("Ready=True", "allocatable: cpu ", "requested: cpu ", "pods on it: "),
    "scaling": ("hpa web of Deployment/web", "pdb web (minAvailable 1, selector app=web)"),
    "storage": ("pvc data Pending: asks 1Gi ReadWriteOnce, class no-such",),
    "route": ("port 80/TCP to targetPort 80", "endpoints: 1 ready", "MISMATCH: the service has no port 8080"),
    "needs": ("ConfigMap app: there, keys MISSING: gone (optional)",),
    "health": ("version v1.", "/readyz: "),
    "events": ("events of the last 60 min",),
    "pods": ("web-", "Running 1/1"),
    "revisions": ("from revision 1 to 2", "- → second"),
}
