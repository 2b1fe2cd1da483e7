"""The fields of each kind the stand-in serves, with Kubernetes' own merge keys (API reference, `patchMergeKey`)."""

from sandbox.cluster import resources as r
from sandbox.cluster.resources import Resource
from sandbox.cluster.schema import (
    ANY,
    BOOLEAN,
    INT_OR_STRING,
    INTEGER,
    STRING,
    STRINGS,
    Shape,
    listed,
    struct,
)

_WORDS = listed(STRING)

OWNER = struct(apiVersion=STRING, kind=STRING, name=STRING, uid=STRING, controller=BOOLEAN, blockOwnerDeletion=BOOLEAN)
METADATA = struct(
    name=STRING, generateName=STRING, namespace=STRING, selfLink=STRING, uid=STRING, resourceVersion=STRING,
    generation=INTEGER, creationTimestamp=STRING, deletionTimestamp=STRING, deletionGracePeriodSeconds=INTEGER,
    labels=STRINGS, annotations=STRINGS, ownerReferences=listed(OWNER, "uid"), managedFields=ANY,
    finalizers=Shape("list", item=STRING, merges=True),
)  # fmt: skip

_ENV = struct(name=STRING, value=STRING, valueFrom=ANY)
_PORT = struct(name=STRING, containerPort=INTEGER, protocol=STRING, hostPort=INTEGER, hostIP=STRING)
_MOUNT = struct(
    name=STRING, mountPath=STRING, subPath=STRING, subPathExpr=STRING, readOnly=BOOLEAN, mountPropagation=STRING,
    recursiveReadOnly=STRING,
)  # fmt: skip
_QUANTITIES = Shape("map", item=INT_OR_STRING)
RESOURCES = struct(limits=_QUANTITIES, requests=_QUANTITIES, claims=ANY)
CONTAINER = struct(
    name=STRING, image=STRING, command=_WORDS, args=_WORDS, workingDir=STRING, ports=listed(_PORT, "containerPort"),
    envFrom=ANY, env=listed(_ENV, "name"), resources=RESOURCES, resizePolicy=ANY, restartPolicy=STRING,
    volumeMounts=listed(_MOUNT, "mountPath"),
    volumeDevices=listed(struct(name=STRING, devicePath=STRING), "devicePath"),
    livenessProbe=ANY, readinessProbe=ANY, startupProbe=ANY, lifecycle=ANY, terminationMessagePath=STRING,
    terminationMessagePolicy=STRING, imagePullPolicy=STRING, securityContext=ANY, stdin=BOOLEAN, stdinOnce=BOOLEAN,
    tty=BOOLEAN,
)  # fmt: skip
_CONTAINERS = listed(CONTAINER, "name")
_TOLERATION = struct(key=STRING, operator=STRING, value=STRING, effect=STRING, tolerationSeconds=INTEGER)
POD_SPEC = struct(
    volumes=listed(ANY, "name"), initContainers=_CONTAINERS, containers=_CONTAINERS,
    ephemeralContainers=listed(ANY, "name"), restartPolicy=STRING, terminationGracePeriodSeconds=INTEGER,
    activeDeadlineSeconds=INTEGER, dnsPolicy=STRING, nodeSelector=STRINGS, serviceAccountName=STRING,
    serviceAccount=STRING, automountServiceAccountToken=BOOLEAN, nodeName=STRING, hostNetwork=BOOLEAN, hostPID=BOOLEAN,
    hostIPC=BOOLEAN, shareProcessNamespace=BOOLEAN, securityContext=ANY,
    imagePullSecrets=listed(struct(name=STRING), "name"), hostname=STRING, subdomain=STRING, affinity=ANY,
    schedulerName=STRING, tolerations=listed(_TOLERATION), hostAliases=listed(ANY, "ip"), priorityClassName=STRING,
    priority=INTEGER, dnsConfig=ANY, readinessGates=ANY, runtimeClassName=STRING, enableServiceLinks=BOOLEAN,
    preemptionPolicy=STRING, overhead=ANY, topologySpreadConstraints=listed(ANY, "topologyKey"),
    setHostnameAsFQDN=BOOLEAN, os=ANY, hostUsers=BOOLEAN, schedulingGates=listed(ANY, "name"), resourceClaims=ANY,
    resources=RESOURCES,
)  # fmt: skip
TEMPLATE = struct(metadata=METADATA, spec=POD_SPEC)
_SELECTOR = struct(matchLabels=STRINGS, matchExpressions=ANY)
_ROLLING = struct(maxSurge=INT_OR_STRING, maxUnavailable=INT_OR_STRING, partition=INTEGER)
_STRATEGY = struct(type=STRING, rollingUpdate=_ROLLING)
_STATUS = Shape("any")


def _kind(**fields: Shape) -> Shape:
    return struct(apiVersion=STRING, kind=STRING, metadata=METADATA, **fields)


_SERVICE_PORT = struct(
    name=STRING, protocol=STRING, appProtocol=STRING, port=INTEGER, targetPort=INT_OR_STRING, nodePort=INTEGER
)
_SERVICE = struct(
    ports=listed(_SERVICE_PORT, "port"), selector=STRINGS, clusterIP=STRING, clusterIPs=_WORDS, type=STRING,
    externalIPs=_WORDS, sessionAffinity=STRING, sessionAffinityConfig=ANY, loadBalancerIP=STRING,
    loadBalancerSourceRanges=_WORDS, externalName=STRING, externalTrafficPolicy=STRING, internalTrafficPolicy=STRING,
    healthCheckNodePort=INTEGER, publishNotReadyAddresses=BOOLEAN, ipFamilies=_WORDS, ipFamilyPolicy=STRING,
    allocateLoadBalancerNodePorts=BOOLEAN, loadBalancerClass=STRING, trafficDistribution=STRING,
)  # fmt: skip
_JOB_SPEC = struct(
    parallelism=INTEGER, completions=INTEGER, activeDeadlineSeconds=INTEGER, backoffLimit=INTEGER, selector=_SELECTOR,
    manualSelector=BOOLEAN, template=TEMPLATE, ttlSecondsAfterFinished=INTEGER, completionMode=STRING, suspend=BOOLEAN,
    podFailurePolicy=ANY, podReplacementPolicy=STRING,
)  # fmt: skip

SHAPES: dict[Resource, Shape] = {
    r.PODS: _kind(spec=POD_SPEC, status=_STATUS),
    r.NAMESPACES: _kind(spec=struct(finalizers=_WORDS), status=_STATUS),
    r.NODES: _kind(
        spec=struct(
            podCIDR=STRING, podCIDRs=_WORDS, providerID=STRING, unschedulable=BOOLEAN, taints=ANY, externalID=STRING
        ),
        status=_STATUS,
    ),
    r.SERVICES: _kind(spec=_SERVICE, status=_STATUS),
    r.ENDPOINTS: _kind(subsets=ANY),
    r.CONFIG_MAPS: _kind(data=STRINGS, binaryData=STRINGS, immutable=BOOLEAN),
    r.SECRETS: _kind(data=STRINGS, stringData=STRINGS, type=STRING, immutable=BOOLEAN),
    r.EVENTS: _kind(
        involvedObject=ANY, reason=STRING, message=STRING, source=ANY, firstTimestamp=STRING, lastTimestamp=STRING,
        count=INTEGER, type=STRING, eventTime=STRING, series=ANY, action=STRING, related=ANY, reportingComponent=STRING,
        reportingInstance=STRING,
    ),
    r.SERVICE_ACCOUNTS: _kind(secrets=ANY, imagePullSecrets=ANY, automountServiceAccountToken=BOOLEAN),
    r.QUOTAS: _kind(spec=struct(hard=_QUANTITIES, scopes=_WORDS, scopeSelector=ANY), status=_STATUS),
    r.CLAIMS: _kind(
        spec=struct(
            accessModes=_WORDS, selector=_SELECTOR, resources=RESOURCES, volumeName=STRING, storageClassName=STRING,
            volumeMode=STRING, dataSource=ANY, dataSourceRef=ANY,
        ),
        status=_STATUS,
    ),
    r.DEPLOYMENTS: _kind(
        spec=struct(
            replicas=INTEGER, selector=_SELECTOR, template=TEMPLATE, strategy=_STRATEGY, minReadySeconds=INTEGER,
            revisionHistoryLimit=INTEGER, paused=BOOLEAN, progressDeadlineSeconds=INTEGER,
        ),
        status=_STATUS,
    ),
    r.REPLICA_SETS: _kind(
        spec=struct(replicas=INTEGER, minReadySeconds=INTEGER, selector=_SELECTOR, template=TEMPLATE), status=_STATUS
    ),
    r.STATEFUL_SETS: _kind(
        spec=struct(
            replicas=INTEGER, selector=_SELECTOR, template=TEMPLATE, volumeClaimTemplates=ANY, serviceName=STRING,
            podManagementPolicy=STRING, updateStrategy=_STRATEGY, revisionHistoryLimit=INTEGER, minReadySeconds=INTEGER,
            persistentVolumeClaimRetentionPolicy=ANY, ordinals=ANY,
        ),
        status=_STATUS,
    ),
    r.DAEMON_SETS: _kind(
        spec=struct(
            selector=_SELECTOR, template=TEMPLATE, updateStrategy=_STRATEGY, minReadySeconds=INTEGER,
            revisionHistoryLimit=INTEGER,
        ),
        status=_STATUS,
    ),
    r.REVISIONS: _kind(data=ANY, revision=INTEGER),
    r.JOBS: _kind(spec=_JOB_SPEC, status=_STATUS),
    r.CRON_JOBS: _kind(
        spec=struct(
            schedule=STRING, timeZone=STRING, startingDeadlineSeconds=INTEGER, concurrencyPolicy=STRING,
            suspend=BOOLEAN, jobTemplate=struct(metadata=METADATA, spec=_JOB_SPEC), successfulJobsHistoryLimit=INTEGER,
            failedJobsHistoryLimit=INTEGER,
        ),
        status=_STATUS,
    ),
    r.AUTOSCALERS: _kind(
        spec=struct(scaleTargetRef=ANY, minReplicas=INTEGER, maxReplicas=INTEGER, metrics=ANY, behavior=ANY),
        status=_STATUS,
    ),
    r.DISRUPTION_BUDGETS: _kind(
        spec=struct(
            minAvailable=INT_OR_STRING, maxUnavailable=INT_OR_STRING, selector=_SELECTOR,
            unhealthyPodEvictionPolicy=STRING,
        ),
        status=_STATUS,
    ),
    r.INGRESSES: _kind(spec=ANY, status=_STATUS),
    r.NETWORK_POLICIES: _kind(
        spec=struct(podSelector=_SELECTOR, policyTypes=_WORDS, ingress=ANY, egress=ANY), status=_STATUS
    ),
    r.PRIORITY_CLASSES: _kind(value=INTEGER, globalDefault=BOOLEAN, description=STRING, preemptionPolicy=STRING),
    r.LIMIT_RANGES: _kind(spec=ANY),
    r.VOLUMES: _kind(spec=ANY, status=_STATUS),
    r.STORAGE_CLASSES: _kind(
        provisioner=STRING, parameters=STRINGS, reclaimPolicy=STRING, mountOptions=_WORDS, allowVolumeExpansion=BOOLEAN,
        volumeBindingMode=STRING, allowedTopologies=ANY,
    ),
    r.VALIDATING_WEBHOOKS: _kind(webhooks=listed(ANY, "name")),
    r.MUTATING_WEBHOOKS: _kind(webhooks=listed(ANY, "name")),
    r.API_SERVICES: _kind(spec=ANY, status=_STATUS),
}  # fmt: skip

SCALE = _kind(spec=struct(replicas=INTEGER), status=_STATUS)
