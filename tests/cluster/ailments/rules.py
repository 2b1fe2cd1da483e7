"""Pods that the API server does not let be made."""

from contextlib import suppress
from datetime import timedelta

from executor.errors import Forbidden
from executor.operations import Target
from tests.cluster.ailments.ailment import NotHere, ailment, at, deployment
from tests.cluster.ailments.servers import webhook
from tests.cluster.bench import Bench, Raw, pod_spec, workload


async def asking(bench: Bench, **spec: object) -> Target:
    """A Deployment whose pods have these fields."""
    body = workload("Deployment", "web", replicas=1)
    body["spec"]["template"]["spec"] |= spec
    await bench.create("Deployment", body)
    return at(bench, "Deployment")


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
        raise NotHere("its ServiceAccount admission is off")
    return await asking(bench, serviceAccountName="ghost")


@ailment("pod_security", "violates PodSecurity", "host namespaces (hostNetwork=true)")
async def pods_that_their_namespace_does_not_take(bench: Bench) -> Target:
    label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}}
    await bench.meddle("Namespace", bench.namespace, label)
    with suppress(Forbidden):
        await bench.attempt("Pod", {"metadata": {"name": "lone"}, "spec": pod_spec(hostNetwork=True)})
        raise NotHere("its API is older than PodSecurity")
    return await asking(bench, hostNetwork=True)


@ailment("refused", "no PriorityClass with name ghost was found")
async def a_priority_that_is_not_there(bench: Bench) -> Target:
    return await asking(bench, priorityClassName="ghost")


async def guarded(bench: Bench, client: Raw, resource: str = "pods", group: str = "") -> Target:
    """A Deployment in a namespace whose pods a webhook is asked about."""
    await bench.meddle("Namespace", bench.namespace, {"metadata": {"labels": {"of": bench.namespace}}})
    hook = {
        "name": "pods.hook.example.com",
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {"matchLabels": {"of": bench.namespace}},
        "rules": [{"apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [resource]}],
        "clientConfig": client,
    }
    own = f"hook-{bench.namespace}"
    await bench.create("ValidatingWebhookConfiguration", {"metadata": {"name": own}, "webhooks": [hook]})
    bench.leaves("ValidatingWebhookConfiguration", own)
    return await deployment(bench)


@ailment("webhook_down", "failurePolicy: Fail", "clientConfig.service: ", "caBundle notAfter: ", "not found")
async def a_webhook_that_nobody_answers(bench: Bench) -> Target:
    trusted = (await webhook(bench, "never-called"))["caBundle"]
    service = {"namespace": bench.namespace, "name": "hook"}
    return await guarded(bench, {"service": service, "caBundle": trusted})


@ailment(
    "webhook_denied", "denied the request: every pod needs the label owner", "clientConfig.url: https://127.0.0.1:"
)
async def a_webhook_that_refuses(bench: Bench) -> Target:
    return await guarded(bench, {**await webhook(bench, "deny")})


@ailment("webhook_denied", "denied the request: every pod needs the label owner")
async def a_webhook_that_refuses_replica_sets(bench: Bench) -> Target:
    """Not even the ReplicaSet is made, which only the Deployment's own condition tells."""
    return await guarded(bench, {**await webhook(bench, "deny")}, "replicasets", "apps")


@ailment("webhook_certificate", "x509: certificate has expired", "caBundle notAfter: ")
async def a_webhook_whose_certificate_is_over(bench: Bench) -> Target:
    return await guarded(bench, {**await webhook(bench, "expired", left=timedelta(hours=-3))})


@ailment("webhook_certificate", "x509: certificate signed by unknown authority", "caBundle notAfter: ")
async def a_webhook_that_another_authority_signed(bench: Bench) -> Target:
    other = await webhook(bench, "never-called")
    return await guarded(bench, {**await webhook(bench, "untrusted"), "caBundle": other["caBundle"]})
