"""The resources that the stand-in serves, and what is special about each."""

from dataclasses import dataclass

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "patch", "update")
ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A row of `kubectl api-resources`, with the behaviour that its registry strategy gives it.

    `generation`: metadata.generation starts at 1 and follows the spec. `returns_deleted`: DELETE answers with the object, not
    with a Status. `orphans`: the default propagation policy is Orphan (batch/v1 jobs and replicationcontrollers, kept by
    Kubernetes for old clients). `list_delete`: deletecollection exists. Each is one value that is compared by identity: it
    is a key of every table.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    generation: bool = False
    returns_deleted: bool = False
    orphans: bool = False
    list_delete: bool = True

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`deployments.apps`, or `pods`: what error messages call the resource."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def verbs(self) -> tuple[str, ...]:
        return ALL_VERBS if self.list_delete else tuple(verb for verb in ALL_VERBS if verb != "deletecollection")


_ALL = ("all",)

PODS = Resource(
    "", "v1", "pods", "Pod", short=("po",), categories=_ALL, subresources=("exec", "log", "status"),
    generation=True, returns_deleted=True,
)  # fmt: skip
NAMESPACES = Resource(
    "", "v1", "namespaces", "Namespace", namespaced=False, short=("ns",), subresources=("status",), list_delete=False
)
NODES = Resource("", "v1", "nodes", "Node", namespaced=False, short=("no",), subresources=("status",))
SERVICES = Resource(
    "", "v1", "services", "Service", short=("svc",), categories=_ALL, subresources=("status",), returns_deleted=True
)
ENDPOINTS = Resource("", "v1", "endpoints", "Endpoints", short=("ep",))
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", short=("cm",))
SECRETS = Resource("", "v1", "secrets", "Secret")
EVENTS = Resource("", "v1", "events", "Event", short=("ev",))
SERVICE_ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount", short=("sa",), returns_deleted=True)
QUOTAS = Resource(
    "", "v1", "resourcequotas", "ResourceQuota", short=("quota",), subresources=("status",), returns_deleted=True
)
CLAIMS = Resource(
    "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",), subresources=("status",),
    returns_deleted=True,
)  # fmt: skip
DEPLOYMENTS = Resource(
    "apps", "v1", "deployments", "Deployment", short=("deploy",), categories=_ALL, subresources=("scale", "status"),
    generation=True,
)  # fmt: skip
REPLICA_SETS = Resource(
    "apps", "v1", "replicasets", "ReplicaSet", short=("rs",), categories=_ALL, subresources=("scale", "status"),
    generation=True,
)  # fmt: skip
STATEFUL_SETS = Resource(
    "apps", "v1", "statefulsets", "StatefulSet", short=("sts",), categories=_ALL, subresources=("scale", "status"),
    generation=True,
)  # fmt: skip
DAEMON_SETS = Resource(
    "apps", "v1", "daemonsets", "DaemonSet", short=("ds",), categories=_ALL, subresources=("status",), generation=True
)
REVISIONS = Resource("apps", "v1", "controllerrevisions", "ControllerRevision")
JOBS = Resource(
    "batch", "v1", "jobs", "Job", categories=_ALL, subresources=("status",), generation=True, orphans=True,
)  # fmt: skip
CRON_JOBS = Resource(
    "batch", "v1", "cronjobs", "CronJob", short=("cj",), categories=_ALL, subresources=("status",), generation=True
)
AUTOSCALERS = Resource(
    "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",), categories=_ALL,
    subresources=("status",),
)  # fmt: skip
DISRUPTION_BUDGETS = Resource(
    "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short=("pdb",), subresources=("status",),
    generation=True,
)  # fmt: skip
INGRESSES = Resource(
    "networking.k8s.io", "v1", "ingresses", "Ingress", short=("ing",), subresources=("status",), generation=True
)
NETWORK_POLICIES = Resource(
    "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short=("netpol",), generation=True
)
PRIORITY_CLASSES = Resource(
    "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced=False, short=("pc",), generation=True
)
LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange", short=("limits",))
VOLUMES = Resource(
    "", "v1", "persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",), subresources=("status",),
    returns_deleted=True,
)  # fmt: skip
STORAGE_CLASSES = Resource(
    "storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False, short=("sc",), returns_deleted=True
)
_ADMISSION = "admissionregistration.k8s.io"
VALIDATING_WEBHOOKS = Resource(
    _ADMISSION, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", namespaced=False,
    generation=True,
)  # fmt: skip
MUTATING_WEBHOOKS = Resource(
    _ADMISSION, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", namespaced=False, generation=True
)
API_SERVICES = Resource(
    "apiregistration.k8s.io", "v1", "apiservices", "APIService", namespaced=False, subresources=("status",)
)

RESOURCES: tuple[Resource, ...] = (
    PODS, NAMESPACES, NODES, SERVICES, ENDPOINTS, CONFIG_MAPS, SECRETS, EVENTS, SERVICE_ACCOUNTS, QUOTAS, CLAIMS,
    DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, REVISIONS, JOBS, CRON_JOBS, AUTOSCALERS, DISRUPTION_BUDGETS,
    INGRESSES, NETWORK_POLICIES, PRIORITY_CLASSES, LIMIT_RANGES, VOLUMES, STORAGE_CLASSES, VALIDATING_WEBHOOKS,
    MUTATING_WEBHOOKS, API_SERVICES,
)  # fmt: skip

_BY_PATH = {(r.group, r.version, r.plural): r for r in RESOURCES}
_BY_KIND = {(r.api_version, r.kind): r for r in RESOURCES}
_BY_WORD = {word: r for r in RESOURCES for word in (r.plural, r.kind.lower(), r.qualified, *r.short)}


def served(group: str, version: str, plural: str) -> Resource | None:
    return _BY_PATH.get((group, version, plural))


def resource_of(api_version: str, kind: str) -> Resource:
    """KeyError when the stand-in does not serve that kind."""
    return _BY_KIND[api_version, kind]


def resource_named(word: str) -> Resource:
    """`deployments`, `deployment`, `deploy` or `deployments.apps`. KeyError when not served."""
    return _BY_WORD[word.lower()]
