"""Namespaces in which all is as it should be, odd as some of it may look."""

from datetime import UTC, datetime, timedelta

from executor.fields import condition
from executor.operations import Target
from tests.cluster.ailments.ailment import at, container, ingress, ready, service, told_pod
from tests.cluster.ailments.disks import volume
from tests.cluster.ailments.runs import cron_job, job
from tests.cluster.ailments.sizes import condition as autoscaler_condition
from tests.cluster.ailments.sizes import told_autoscaler
from tests.cluster.bench import IMAGE, Bench, Raw, workload


async def healthy(bench: Bench, *, measured: bool) -> tuple[Target, ...]:
    """Ports and Ingress that fit, a Service of no selector, replicas at 0 on purpose with their Service, a StatefulSet with its
    volume, a DaemonSet, a Job that is done, a CronJob that is suspended and one that waits for its time, a claim that nobody uses
    yet, a pod that restarted once two days ago, a quota and limits with room; where metrics can be feigned (`measured`), an
    autoscaler at its minimum. Gives the objects, each of which is well on its own, too."""
    limits = [{"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "64Mi"}}]
    await bench.create("LimitRange", {"metadata": {"name": "roomy"}, "spec": {"limits": limits}})
    await bench.create("ResourceQuota", {"metadata": {"name": "roomy"}, "spec": {"hard": {"pods": "50"}}})
    await _serving(bench)
    await _storing(bench)
    await bench.create("DaemonSet", workload("DaemonSet", "agent"))
    await bench.ready("DaemonSet", "agent")
    await cron_job(bench, suspend=True)
    await cron_job(bench, name="yearly")
    await job(bench, "done:1")
    await bench.until("Job", "import", lambda raw: condition(raw, "Complete").get("status") == "True")
    await told_pod(bench, _restarted_once())
    objects = [at(bench, "Deployment"), at(bench, "Service"), at(bench, "Ingress"), at(bench, "StatefulSet", "db")]
    objects += [at(bench, "DaemonSet", "agent"), at(bench, "Job", "import"), at(bench, "CronJob", "yearly")]
    objects += [at(bench, "Pod", "lone"), at(bench, "PersistentVolumeClaim", "data-db-0")]
    if measured:
        message = "the desired replica count is less than the minimum replica count"
        await told_autoscaler(bench, 1, autoscaler_condition("ScalingLimited", "True", "TooFewReplicas", message))
        objects.append(at(bench, "HorizontalPodAutoscaler"))
    return tuple(objects)


async def _serving(bench: Bench) -> None:
    await ready(
        bench,
        ports=[{"containerPort": 8080, "name": "http"}],
        resources={"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}},
    )
    await service(bench, targetPort="http")
    await ingress(bench, "web", 80)
    policy = {"podSelector": {}, "policyTypes": ["Ingress"]}
    await bench.create("NetworkPolicy", {"metadata": {"name": "closed"}, "spec": policy})
    await bench.create("Deployment", workload("Deployment", "asleep", replicas=0))
    await service(bench, "asleep", app="asleep")
    await bench.create("Service", {"metadata": {"name": "outside"}, "spec": {"ports": [{"port": 80}]}})


async def _storing(bench: Bench) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    own = {"metadata": {"name": "data"}, "spec": {**spec, "storageClassName": bench.namespace}}
    await volume(bench)
    await bench.create("StatefulSet", workload("StatefulSet", "db", replicas=1, volumeClaimTemplates=[own]))
    await bench.ready("StatefulSet", "db")
    spare = {"metadata": {"name": "spare"}, "spec": {**spec, "storageClassName": "none"}}
    await bench.create("PersistentVolumeClaim", spare)


def _restarted_once() -> Raw:
    past = datetime.now(UTC) - timedelta(days=2)
    stamp = past.strftime("%Y-%m-%dT%H:%M:%SZ")
    end = {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": stamp}}
    told = container({"running": {"startedAt": stamp}}, restarts=1, lastState=end)
    conditions = [{"type": "Ready", "status": "True"}]
    return {"phase": "Running", "conditions": conditions, "containerStatuses": [{**told, "ready": True}]}


async def rolling(bench: Bench) -> Target:
    """A rolling update whose new pods take their time."""
    await bench.create("Deployment", workload("Deployment", "web", replicas=2, image=IMAGE))
    await bench.ready("Deployment", "web")
    change = {"name": "app", "image": "slow:1"}
    await bench.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [change]}}}})
    return at(bench, "Deployment")
