"""Containers that do not start, or start and do not get ready."""

from executor.operations import Target
from tests.cluster.ailments.ailment import ailment, container, containers, deployment, said, told_pod, waiting
from tests.cluster.bench import Bench, Raw, pod_spec


@ailment("image_missing", 'failed to pull and unpack image "missing:1": not found')
async def an_image_that_is_not_there(bench: Bench) -> Target:
    return await deployment(bench, "missing:1")


@ailment("image_denied", "spec.imagePullSecrets: registry", "pull access denied")
async def an_image_behind_a_password(bench: Bench) -> Target:
    message = "pull access denied for shop/web, repository does not exist or may require authorization"
    return await told_pod(bench, waiting("ErrImagePull", message), imagePullSecrets=[{"name": "registry"}])


@ailment("image_network", "dial tcp 203.0.113.7:443: i/o timeout")
async def a_registry_that_is_away(bench: Bench) -> Target:
    message = 'failed to do request: Head "https://registry.example.com/v2/": dial tcp 203.0.113.7:443: i/o timeout'
    return await told_pod(bench, waiting("ErrImagePull", message))


@ailment("image_pull", "failed to extract layer: no space left on device")
async def an_image_that_does_not_unpack(bench: Bench) -> Target:
    return await told_pod(bench, waiting("ErrImagePull", "failed to extract layer: no space left on device"))


@ailment("image_invalid", "lone/app: waiting InvalidImageName")
async def an_image_with_a_bad_name(bench: Bench) -> Target:
    message = 'Failed to apply default image tag "Shop/Web:1": invalid reference format'
    return await told_pod(bench, waiting("InvalidImageName", message))


@ailment("probe", "Readiness probe failed", "spec.containers[app].readinessProbe.httpGet: port 8080", "ports: 80")
async def a_probe_that_asks_the_wrong_port(bench: Bench) -> Target:
    probe = {"httpGet": {"port": 8080, "path": "/healthz"}}
    return await deployment(bench, "unready:1", readinessProbe=probe, ports=[{"containerPort": 80}])


@ailment("not_ready", "spec.containers[app].readinessProbe.exec: cat /tmp/ready", "lone/app: running, not ready")
async def a_container_that_is_never_ready(bench: Bench) -> Target:
    spec = containers(pod_spec(), readinessProbe={"exec": {"command": ["cat", "/tmp/ready"]}})
    return await told_pod(bench, running(), containers=spec["containers"])


@ailment("gate_unmet", "spec.readinessGates: example.com/load-balancer", 'is not "True", but "False"')
async def a_readiness_gate_that_nobody_opens(bench: Bench) -> Target:
    message = 'the status of pod readiness gate "example.com/load-balancer" is not "True", but "False"'
    unready = {"type": "Ready", "status": "False", "reason": "ReadinessGatesNotReady", "message": message}
    gate = {"conditionType": "example.com/load-balancer"}
    status = running(ready=True)
    return await told_pod(bench, {**status, "conditions": [unready]}, readinessGates=[gate])


def running(*, ready: bool = False) -> Raw:
    state = {"running": {"startedAt": "2026-01-02T03:04:05Z"}}
    told = {**container(state), "ready": ready}
    return {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}], "containerStatuses": [told]}


@ailment("reference_missing", "spec.containers[app].envFrom.configMapRef: env", 'configmap "env" not found')
async def a_config_map_that_is_missing(bench: Bench) -> Target:
    spec = containers(pod_spec(), envFrom=[{"configMapRef": {"name": "env"}}])
    status = waiting("CreateContainerConfigError", 'configmap "env" not found')
    return await told_pod(bench, status, containers=spec["containers"])


@ailment("key_missing", "env[PASSWORD].valueFrom.secretKeyRef: db/password", "Secret")
async def a_secret_without_the_key(bench: Bench) -> Target:
    await bench.create("Secret", {"metadata": {"name": "db"}, "stringData": {"user": "s3cr3t-pw"}})
    source = {"secretKeyRef": {"name": "db", "key": "password"}}
    spec = containers(pod_spec(), env=[{"name": "PASSWORD", "valueFrom": source}])
    message = f"couldn't find key password in Secret {bench.namespace}/db"
    return await told_pod(bench, waiting("CreateContainerConfigError", message), containers=spec["containers"])


@ailment("key_missing", "spec.volumes[settings].configMap.name: settings/app.yaml", "app.yaml")
async def a_config_map_without_the_key(bench: Bench) -> Target:
    """Nobody has said so yet: it is looked for."""
    await bench.create("ConfigMap", {"metadata": {"name": "settings"}, "data": {"other.yaml": "x"}})
    source = {"name": "settings", "items": [{"key": "app.yaml", "path": "app.yaml"}]}
    volumes = [{"name": "settings", "configMap": source}]
    return await told_pod(bench, waiting("ContainerCreating"), volumes=volumes)


@ailment("config", 'failed to prepare subPath for volumeMount "data" of container "app"')
async def a_sub_path_that_cannot_be_made(bench: Bench) -> Target:
    message = 'failed to prepare subPath for volumeMount "data" of container "app"'
    return await told_pod(bench, waiting("CreateContainerConfigError", message))


@ailment("mount", "mount.nfs: Connection timed out")
async def a_volume_that_cannot_be_mounted(bench: Bench) -> Target:
    target = await told_pod(bench, waiting("ContainerCreating"))
    message = (
        'MountVolume.SetUp failed for volume "data" : mount failed: exit status 32: mount.nfs: Connection timed out'
    )
    await said(bench, target, "FailedMount", message)
    return target


@ailment("sandbox", "failed to allocate for range 0: no IP addresses available")
async def a_network_without_addresses(bench: Bench) -> Target:
    target = await told_pod(bench, waiting("ContainerCreating"))
    message = 'Failed to create pod sandbox: plugin type="host-local" failed (add): failed to allocate for range 0: '
    await said(bench, target, "FailedCreatePodSandBox", f"{message}no IP addresses available in range set")
    return target
