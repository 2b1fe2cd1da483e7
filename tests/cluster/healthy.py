"""A namespace in which all is as it should be, odd as some of it may look."""

from executor.fields import condition
from tests.cluster.ailments.ailment import ingress, ready, service
from tests.cluster.ailments.runs import cron_job, job
from tests.cluster.bench import Bench, workload


async def healthy(bench: Bench) -> None:
    """Ports and Ingress that fit, a Service of no selector, replicas at 0 on purpose with their Service, a Job that is done, a
    CronJob that is suspended, a claim that nobody uses yet, a quota and limits with room."""
    limits = [{"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "64Mi"}}]
    await bench.create("LimitRange", {"metadata": {"name": "roomy"}, "spec": {"limits": limits}})
    await bench.create("ResourceQuota", {"metadata": {"name": "roomy"}, "spec": {"hard": {"pods": "50"}}})
    await ready(
        bench,
        ports=[{"containerPort": 8080, "name": "http"}],
        resources={"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}},
    )
    await service(bench, targetPort="http")
    await ingress(bench, "web", 80)
    asleep = workload("Deployment", "asleep", replicas=0)
    await bench.create("Deployment", asleep)
    await service(bench, "asleep", app="asleep")
    await bench.create("Service", {"metadata": {"name": "outside"}, "spec": {"ports": [{"port": 80}]}})
    await cron_job(bench, suspend=True)
    await job(bench, "done:1")
    await bench.until("Job", "import", lambda raw: condition(raw, "Complete").get("status") == "True")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "spare"}, "spec": spec})
