"""The kinds of Kubernetes objects that are known by name without asking a cluster.

Names, short names and groups are Kubernetes' own (`kubectl api-resources`). Which *version* of a group a cluster serves is
asked of its discovery (old clusters are real: policy/v1beta1, autoscaling/v1); `version` here is the newest one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def word(self) -> str:
        """The word kubectl prints before the slash: `deployment` for `deployment/nginx`."""
        return self.kind.lower()


_RBAC = "rbac.authorization.k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind("Pod", "pods", short=("po",)),
    Kind("Deployment", "deployments", "apps", short=("deploy",)),
    Kind("StatefulSet", "statefulsets", "apps", short=("sts",)),
    Kind("DaemonSet", "daemonsets", "apps", short=("ds",)),
    Kind("ReplicaSet", "replicasets", "apps", short=("rs",)),
    Kind("ControllerRevision", "controllerrevisions", "apps"),
    Kind("ReplicationController", "replicationcontrollers", short=("rc",)),
    Kind("Job", "jobs", "batch"),
    Kind("CronJob", "cronjobs", "batch", short=("cj",)),
    Kind("Service", "services", short=("svc",)),
    Kind("Endpoints", "endpoints", short=("ep",)),
    Kind("EndpointSlice", "endpointslices", "discovery.k8s.io"),
    Kind("Ingress", "ingresses", "networking.k8s.io", short=("ing",)),
    Kind("IngressClass", "ingressclasses", "networking.k8s.io", namespaced=False),
    Kind("NetworkPolicy", "networkpolicies", "networking.k8s.io", short=("netpol",)),
    Kind("ConfigMap", "configmaps", short=("cm",)),
    Kind("Secret", "secrets"),
    Kind("ServiceAccount", "serviceaccounts", short=("sa",)),
    Kind("PersistentVolumeClaim", "persistentvolumeclaims", short=("pvc",)),
    Kind("PersistentVolume", "persistentvolumes", namespaced=False, short=("pv",)),
    Kind("StorageClass", "storageclasses", "storage.k8s.io", namespaced=False, short=("sc",)),
    Kind("ResourceQuota", "resourcequotas", short=("quota",)),
    Kind("LimitRange", "limitranges", short=("limits",)),
    Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2", short=("hpa",)),
    Kind("PodDisruptionBudget", "poddisruptionbudgets", "policy", short=("pdb",)),
    Kind("Event", "events", short=("ev",)),
    Kind("Node", "nodes", namespaced=False, short=("no",)),
    Kind("Namespace", "namespaces", namespaced=False, short=("ns",)),
    Kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", namespaced=False, short=("pc",)),
    Kind("Lease", "leases", "coordination.k8s.io"),
    Kind("Role", "roles", _RBAC),
    Kind("RoleBinding", "rolebindings", _RBAC),
    Kind("ClusterRole", "clusterroles", _RBAC, namespaced=False),
    Kind("ClusterRoleBinding", "clusterrolebindings", _RBAC, namespaced=False),
    Kind(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "apiextensions.k8s.io",
        namespaced=False,
        short=("crd", "crds"),
    ),
    Kind("APIService", "apiservices", "apiregistration.k8s.io", namespaced=False),
    Kind(
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        namespaced=False,
    ),
    Kind(
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        namespaced=False,
    ),
)

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
"""Kinds that run pods, roll out a template and can be restarted."""

SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")

_BY_KIND = {kind.kind: kind for kind in KINDS}
_BY_WORD = {word: kind for kind in KINDS for word in (kind.word, kind.plural, *kind.short)}


def kind_named(kind: str) -> Kind:
    """The kind with exactly this Kubernetes name (`Deployment`). KeyError when it is not known."""
    return _BY_KIND[kind]


def kind_of(word: str) -> Kind | None:
    """The kind that kubectl means by `deploy`, `deployments`, `Deployment` or `deployments.apps`; None if unknown."""
    head, _, group = word.lower().partition(".")
    kind = _BY_WORD.get(head)
    if kind is None or not group:
        return kind
    return kind if group in (kind.group, f"{kind.version}.{kind.group}") and kind.group else None
