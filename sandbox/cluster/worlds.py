"""Worlds to start with: seeds for a cluster."""

import json

from sandbox.cluster import manifests as m
from sandbox.cluster import planted
from sandbox.cluster.standin import ClusterStandIn

_REGISTRY = "registry.example.com/shop"


_PROPERTIES = (
    f"server.port=8080\nspring.datasource.password={planted.CONFIG_PASSWORD}\nspring.datasource.username=shop\n"
)
_HOOK = f"https://oapi.dingtalk.com/robot/send?access_token={planted.CHAT_HOOK}"


def _applied(manifest: m.Manifest) -> m.Manifest:
    """As `kubectl apply` leaves it: all of it once more in an annotation, and whatever else its owner wrote there."""
    annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps(manifest),
        "ops.example.com/notify": _HOOK,
    }
    return {**manifest, "metadata": {**manifest["metadata"], "annotations": annotations}}


def _named(manifest: m.Manifest, container: str, **fields: object) -> m.Manifest:
    """The workload with its first container called so."""
    spec = manifest["spec"]["template"]["spec"]
    first, *rest = spec["containers"]
    spec["containers"] = [{**first, "name": container, **fields}, *rest]
    return manifest


def demo_shop(cluster: ClusterStandIn) -> None:
    """A small shop: most of it works, the cart does not.

    `nginx` exists once, so that "restart nginx" means one thing; `api` exists in `shop` and in `staging`, so that "restart
    api" calls for a question; `kube-system` holds something that is protected.
    """
    for name in ("shop", "staging", "monitoring"):
        cluster.apply(m.namespace(name))
    cluster.apply_all(_system())
    cluster.apply_all(_shop("shop"))
    api = _named(m.deployment("api", f"{_REGISTRY}/api:3.5.0-rc1", home="staging"), "api")
    cluster.apply_all((api, m.service("api", 8080, home="staging")))
    exporter = m.daemon_set("node-exporter", "quay.io/prometheus/node-exporter:v1.8.2", home="monitoring")
    cluster.apply(_named(exporter, "node-exporter"))


def _system() -> list[m.Manifest]:
    dns = m.deployment("coredns", "registry.k8s.io/coredns/coredns:v1.12.0", replicas=2, home="kube-system")
    return [_named(dns, "coredns"), m.service("coredns", 53, home="kube-system")]


def _shop(home: str) -> list[m.Manifest]:
    password = [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "shop-db", "key": "password"}}}]
    payment = {"name": "PAYMENT_API_KEY", "value": planted.PAYMENT_KEY}
    limits = {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}}
    storage = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return [
        m.config_map("shop-config", {"LOG_LEVEL": "info", "FEATURE_COUPONS": "true", "app.properties": _PROPERTIES}, home=home),
        _applied(m.secret("shop-db", {"username": "shop", "password": planted.DATABASE_PASSWORD}, home=home)),
        _applied(_named(m.deployment("nginx", "nginx:1.27", replicas=3, home=home), "nginx")),
        _named(
            m.deployment("web", f"{_REGISTRY}/web:1.8.2", replicas=3, home=home), "web", resources=limits, env=[*password, payment]
        ),
        _named(m.deployment("api", f"{_REGISTRY}/api:3.4.1", replicas=2, home=home), "api", resources=limits),
        _named(m.deployment("cart", f"{_REGISTRY}/cart:2.1.0-crash", replicas=2, home=home), "cart", env=password),
        _named(
            m.stateful_set(
                "redis", "redis:7.4", replicas=2, home=home,
                volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": storage}],
            ),
            "redis",
        ),
        m.service("nginx", 80, home=home),
        m.service("web", 80, home=home, target=8080),
        m.service("api", 8080, home=home),
        m.service("cart", 8080, home=home),
        m.service("redis", 6379, home=home),
    ]  # fmt: skip
