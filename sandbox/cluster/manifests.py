"""Short ways to write the manifests that seeds and tests need."""

from collections.abc import Mapping
from typing import Any

Manifest = dict[str, Any]


def namespace(name: str, **labels: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def container(name: str, image: str, **fields: Any) -> Manifest:
    return {"name": name, "image": image, **fields}


def pod(name: str, *images: str, home: str = "default", **spec: Any) -> Manifest:
    """One container per image: `app`, then `app-1`, …"""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": home, "labels": {"app": name}},
        "spec": {"containers": [container(_nth(i), image) for i, image in enumerate(images)], **spec},
    }


def _nth(index: int) -> str:
    return f"app-{index}" if index else "app"


def template(name: str, *images: str) -> Manifest:
    containers = [container(_nth(i), image) for i, image in enumerate(images)]
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}


def _workload(kind: str, name: str, home: str, images: tuple[str, ...], spec: Mapping[str, Any]) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": home, "labels": {"app": name}},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template(name, *images), **spec},
    }


def deployment(name: str, *images: str, replicas: int = 1, home: str = "default", **spec: Any) -> Manifest:
    return _workload("Deployment", name, home, images, {"replicas": replicas, **spec})


def stateful_set(name: str, *images: str, replicas: int = 1, home: str = "default", **spec: Any) -> Manifest:
    return _workload("StatefulSet", name, home, images, {"replicas": replicas, "serviceName": name, **spec})


def daemon_set(name: str, *images: str, home: str = "default", **spec: Any) -> Manifest:
    return _workload("DaemonSet", name, home, images, spec)


def job(name: str, image: str, *, home: str = "default", **spec: Any) -> Manifest:
    pods = {"spec": {"restartPolicy": "Never", "containers": [container("app", image)]}}
    metadata = {"name": name, "namespace": home}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": pods, **spec}}


def service(name: str, port: int, *, home: str = "default", target: int | None = None) -> Manifest:
    spec = {"selector": {"app": name}, "ports": [{"port": port, "targetPort": target or port}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": home}, "spec": spec}


def config_map(name: str, data: Mapping[str, str], *, home: str = "default") -> Manifest:
    metadata = {"name": name, "namespace": home}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def secret(name: str, data: Mapping[str, str], *, home: str = "default") -> Manifest:
    metadata = {"name": name, "namespace": home}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(data)}


def quota(name: str, hard: Mapping[str, str], *, home: str = "default") -> Manifest:
    metadata = {"name": name, "namespace": home}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": dict(hard)}}
