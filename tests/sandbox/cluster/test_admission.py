"""What a cluster does not let be made: its namespaces' rules, priorities that are not there, webhooks."""

from typing import Any

import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from sandbox.cluster.failures import Failure


@pytest.mark.parametrize(
    ("level", "spec", "why"),
    [
        ("restricted", {}, 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
        (
            "baseline",
            {"hostNetwork": True},
            'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
        ),
        ("privileged", {"priorityClassName": "ghost"}, "no PriorityClass with name ghost was found"),
    ],
)
async def test_what_a_namespace_does_not_take(
    cluster: ClusterStandIn, level: str, spec: dict[str, Any], why: str
) -> None:
    cluster.apply(m.namespace("strict", **{"pod-security.kubernetes.io/enforce": level}))
    with pytest.raises(Failure) as refused:
        cluster.apply(m.pod("a", "nginx", home="strict", **spec))
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("path", "policy", "why"),
    [
        ("deny", "Fail", 'admission webhook "pods.example.com" denied the request'),
        ("expired", "Fail", "x509: certificate has expired"),
        ("untrusted", "Fail", "x509: certificate signed by unknown authority"),
        ("late", "Fail", "context deadline exceeded"),
        ("late", "Ignore", ""),
        ("", "Fail", ""),
    ],
)
async def test_what_a_webhook_answers_is_read_off_its_path(
    cluster: ClusterStandIn, path: str, policy: str, why: str
) -> None:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    webhook = {
        "name": "pods.example.com",
        "failurePolicy": policy,
        "rules": [rule],
        "clientConfig": {"url": f"https://127.0.0.1:1/{path}"},
    }
    body = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    cluster.apply({**body, "metadata": {"name": "hook"}, "webhooks": [webhook]})
    if not why:
        cluster.apply(m.pod("a", "nginx"))
        return
    with pytest.raises(Failure) as refused:
        cluster.apply(m.pod("a", "nginx"))
    assert why in refused.value.message
