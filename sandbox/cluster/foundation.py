"""What every cluster has before anybody uses it."""

from sandbox.cluster import resources as r
from sandbox.cluster.objects import Object
from sandbox.cluster.registry import Registry, Writer

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
STORAGE_CLASS = "standard"
_WRITER = Writer("kube-apiserver")
_CAPACITY = {"cpu": "16", "memory": "64Gi", "pods": "4000", "ephemeral-storage": "200Gi"}
_CONDITIONS = (
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
)


def lay(registry: Registry, nodes: int) -> None:
    """The system's namespaces, nodes node-1 … node-N, the default storage class, and the API's own service."""
    for name in NAMESPACES:
        registry.create(r.NAMESPACES, "", {"metadata": {"name": name}}, _WRITER)
    for number in range(1, nodes + 1):
        registry.create(r.NODES, "", _node(f"node-{number}", registry.clock.stamp()), _WRITER)
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    storage = {"metadata": {"name": STORAGE_CLASS, "annotations": default}, "provisioner": "hollow.example.com"}
    registry.create(r.STORAGE_CLASSES, "", storage, _WRITER)
    port = {"name": "https", "port": 443, "targetPort": 6443, "protocol": "TCP"}
    service = {"metadata": {"name": "kubernetes"}, "spec": {"clusterIP": "10.96.0.1", "ports": [port]}}
    registry.create(r.SERVICES, "default", service, _WRITER)


def _node(name: str, now: str) -> Object:
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {},
        "status": {
            "capacity": dict(_CAPACITY),
            "allocatable": dict(_CAPACITY),
            "conditions": [
                {
                    "type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": now,
                    "lastTransitionTime": now,
                }
                for kind, status, reason, message in _CONDITIONS
            ],
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": name}],
            "nodeInfo": {
                "kubeletVersion": "v1.36.2", "osImage": "stand-in", "architecture": "amd64", "operatingSystem": "linux",
                "kernelVersion": "0", "containerRuntimeVersion": "hollow://1", "machineID": name, "systemUUID": name,
                "bootID": name, "kubeProxyVersion": "",
            },
        },
    }  # fmt: skip
