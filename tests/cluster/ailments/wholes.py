"""What is wrong with workloads and what stands around them: rules, ways, numbers, Jobs, a rollout, a neighbour."""

from contextlib import suppress

from executor.errors import Forbidden
from executor.operations import Target
from tests.cluster.ailments.ailment import CA, NotHere, ailment, at, autoscaler, deployment, ingress, ready, service
from tests.cluster.bench import IMAGE, Bench, Raw, pod_spec, workload


@ailment("quota", "resourcequota none pods: used 0 / hard 0", "exceeded quota: none")
async def a_quota_that_is_full(bench: Bench) -> Target:
    await bench.create("ResourceQuota", {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
    await bench.until("ResourceQuota", "none", lambda raw: "used" in raw.get("status", {}))
    return await deployment(bench)


@ailment("limit_range", "limitrange small Container.max.memory: 64Mi", "resources.limits.memory: 128Mi")
async def a_limit_that_is_too_high(bench: Bench) -> Target:
    limits = [{"type": "Container", "max": {"memory": "64Mi"}}]
    await bench.create("LimitRange", {"metadata": {"name": "small"}, "spec": {"limits": limits}})
    return await deployment(bench, resources={"limits": {"memory": "128Mi"}})


@ailment("account_missing", "spec.template.spec.serviceAccountName: ghost")
async def an_account_that_is_not_there(bench: Bench) -> Target:
    with suppress(Forbidden):
        await bench.attempt("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(serviceAccountName="ghost")})
        raise NotHere("the ServiceAccount admission is off")
    body = workload("Deployment", "web", replicas=1)
    body["spec"]["template"]["spec"]["serviceAccountName"] = "ghost"
    await bench.create("Deployment", body)
    return at(bench, "Deployment")


@ailment("webhook_down", "failurePolicy: Fail", "clientConfig.service: ", "caBundle notAfter: 2026-11-28", "not found")
async def a_webhook_that_nobody_answers(bench: Bench) -> Target:
    await bench.meddle("Namespace", bench.namespace, {"metadata": {"labels": {"of": bench.namespace}}})
    webhook = {
        "name": "pods.hook.example.com",
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {"matchLabels": {"of": bench.namespace}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "clientConfig": {"service": {"namespace": bench.namespace, "name": "hook"}, "caBundle": CA},
    }
    own = f"hook-{bench.namespace}"
    await bench.create("ValidatingWebhookConfiguration", {"metadata": {"name": own}, "webhooks": [webhook]})
    bench.leaves("ValidatingWebhookConfiguration", own)
    return await deployment(bench)


@ailment("zero_replicas", "spec.replicas: 0")
async def no_replicas(bench: Bench) -> Target:
    await bench.create("Deployment", workload("Deployment", "web", replicas=0))
    return at(bench, "Deployment")


@ailment("paused", "spec.paused: true")
async def a_paused_deployment(bench: Bench) -> Target:
    target = await ready(bench)
    await bench.meddle("Deployment", "web", {"spec": {"paused": True}})
    return target


@ailment("service_unmatched", "service web spec.selector: app=wbe", "spec.template.metadata.labels: app=web")
async def a_selector_with_a_slip(bench: Bench) -> Target:
    await ready(bench)
    return await service(bench, app="wbe")


@ailment("service_asleep", "deployment/web spec.replicas: 0")
async def a_service_before_no_replicas(bench: Bench) -> Target:
    await no_replicas(bench)
    return await service(bench)


@ailment("service_port", "service web spec.ports[80].targetPort: http", "spec.containers[app].ports: 8080 (web)")
async def a_port_that_no_container_has(bench: Bench) -> Target:
    """Seen from the workload, too, which looks well itself."""
    target = await ready(bench, ports=[{"containerPort": 8080, "name": "web"}])
    await service(bench, targetPort="http")
    return target


@ailment("ingress_no_service", "shop.example.com/ backend: wbe:80", "services: web")
async def an_ingress_to_nobody(bench: Bench) -> Target:
    await service(bench)
    return await ingress(bench, "wbe", 80)


@ailment("ingress_port", "shop.example.com/ backend: web:8080", "service web spec.ports: 80")
async def an_ingress_to_another_port(bench: Bench) -> Target:
    await ready(bench)
    await service(bench)
    return await ingress(bench, "web", 8080)


@ailment("ingress_nobody", "service web spec.selector: app=web", "pods: 0, ready: 0")
async def an_ingress_to_an_empty_service(bench: Bench) -> Target:
    await service(bench)
    return await ingress(bench, "web", 80)


@ailment("hpa_no_server", "ScalingActive=False FailedGetResourceMetric", "apiservice v1beta1.metrics.k8s.io: not found")
async def an_autoscaler_without_metrics(bench: Bench) -> Target:
    target = await ready(bench)
    await autoscaler(bench)
    return target


@ailment("hpa_target", "spec.scaleTargetRef: Deployment/wbe", "AbleToScale=False FailedGetScale")
async def an_autoscaler_of_nothing(bench: Bench) -> Target:
    return await autoscaler(bench, to="wbe")


@ailment("hpa_two", "horizontalpodautoscaler one spec.scaleTargetRef: Deployment/web", "two")
async def two_autoscalers(bench: Bench) -> Target:
    target = await ready(bench)
    await autoscaler(bench, "one")
    await autoscaler(bench, "two")
    return target


async def job(bench: Bench, image: str, *, owners: tuple[Raw, ...] = (), **spec: object) -> Target:
    template = {"spec": {**pod_spec(image), "restartPolicy": "Never"}}
    metadata = {"name": "import", "ownerReferences": list(owners)}
    await bench.create("Job", {"metadata": metadata, "spec": {"template": template, **spec}})
    return at(bench, "Job", "import")


@ailment("crash_said", "job import spec.backoffLimit: 0", "BackoffLimitExceeded", "connection refused")
async def a_job_that_gave_up(bench: Bench) -> Target:
    """The root first, and that it is not tried again."""
    target = await job(bench, "crash:1", backoffLimit=0)
    await bench.until("Job", "import", failed)
    return target


@ailment("job_deadline", "job import spec.activeDeadlineSeconds: 1", "DeadlineExceeded")
async def a_job_that_took_too_long(bench: Bench) -> Target:
    target = await job(bench, "slow:1", activeDeadlineSeconds=1)
    await bench.until("Job", "import", failed)
    return target


def failed(raw: Raw) -> bool:
    conditions = raw.get("status", {}).get("conditions") or ()
    return any(said["type"] == "Failed" and said["status"] == "True" for said in conditions)


async def cron_job(bench: Bench, **spec: object) -> Target:
    template = {"spec": {"template": {"spec": {**pod_spec(IMAGE), "restartPolicy": "Never"}}}}
    body = {"metadata": {"name": "nightly"}, "spec": {"schedule": "0 3 1 1 *", "jobTemplate": template, **spec}}
    await bench.create("CronJob", body)
    return at(bench, "CronJob", "nightly")


@ailment("cron_suspended", "cronjob nightly spec.suspend: true")
async def a_cron_job_that_is_suspended(bench: Bench) -> Target:
    return await cron_job(bench, suspend=True)


@ailment("crash_said", "job import spec.backoffLimit: 0", "connection refused")
async def a_cron_job_whose_last_run_failed(bench: Bench) -> Target:
    target = await cron_job(bench)
    live = await bench.get("CronJob", "nightly")
    owner = {
        "apiVersion": live["apiVersion"],
        "kind": "CronJob",
        "name": "nightly",
        "uid": live["metadata"]["uid"],
        "controller": True,
    }
    await job(bench, "crash:1", owners=(owner,), backoffLimit=0)
    await bench.until("Job", "import", failed)
    return target


@ailment("image_missing", f"spec.containers[app].image: {IMAGE} → missing:1")
async def a_rollout(bench: Bench) -> Target:
    target = await ready(bench)
    change = {"name": "app", "image": "missing:1"}
    await bench.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [change]}}}})
    return target


@ailment("dependency", "service db: 0 of 1 pods ready", "connection refused", 'image "missing:1": not found')
async def a_neighbour_that_is_down(bench: Bench) -> Target:
    """The log of one names the other, and what ails that one is told as well."""
    await deployment(bench, "missing:1", "db")
    await service(bench, "db", app="db", port=5432)
    return await deployment(bench, "crash:1")
