"""Containers that do not run as they should."""

from executor.operations import Target
from tests.cluster.ailments.ailment import (
    ailment,
    container,
    containers,
    deployment,
    looping,
    said,
    told_pod,
    waiting,
)
from tests.cluster.bench import IMAGE, Bench, pod_spec


@ailment("crash_said", "ERROR dial tcp 10.96.0.12:5432: connect: connection refused", "last exit 1 (Error)")
async def a_crash(bench: Bench) -> Target:
    return await deployment(bench, "crash:1")


@ailment("oom", "spec.containers[app].resources.limits.memory: 64Mi", "64Mi")
async def out_of_memory(bench: Bench) -> Target:
    return await deployment(bench, "oom:1", resources={"limits": {"memory": "64Mi"}})


@ailment("image_missing", 'failed to pull and unpack image "missing:1": not found')
async def an_image_that_is_not_there(bench: Bench) -> Target:
    return await deployment(bench, "missing:1")


@ailment("image_denied", "spec.imagePullSecrets: registry", "pull access denied")
async def an_image_behind_a_password(bench: Bench) -> Target:
    message = "pull access denied for shop/web, repository does not exist or may require authorization"
    return await told_pod(bench, waiting("ErrImagePull", message), imagePullSecrets=[{"name": "registry"}])


@ailment("probe", "Readiness probe failed", "spec.containers[app].readinessProbe.httpGet: port 8080", "ports: 80")
async def a_probe_that_asks_the_wrong_port(bench: Bench) -> Target:
    probe = {"httpGet": {"port": 8080, "path": "/healthz"}}
    return await deployment(bench, "unready:1", readinessProbe=probe, ports=[{"containerPort": 80}])


@ailment("liveness", "Liveness probe failed: HTTP probe failed with statuscode: 500")
async def a_probe_that_kills(bench: Bench) -> Target:
    target = await told_pod(bench, looping(137))
    await said(bench, target, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
    return target


@ailment("command_missing", "spec.containers[app].command: /app/servr", "executable file not found")
async def a_command_that_is_not_there(bench: Bench) -> Target:
    message = 'exec: "/app/servr": executable file not found in $PATH'
    spec = containers(pod_spec(), command=["/app/servr"])
    return await told_pod(bench, looping(128, "StartError", message), containers=spec["containers"])


@ailment("segfault", "last exit 139")
async def a_segmentation_fault(bench: Bench) -> Target:
    return await told_pod(bench, looping(139))


@ailment("init_crash", "lone/setup: waiting CrashLoopBackOff", "last exit 1")
async def an_init_container_that_fails(bench: Bench) -> Target:
    end = {"terminated": {"exitCode": 1, "reason": "Error"}}
    init = container({"waiting": {"reason": "CrashLoopBackOff"}}, name="setup", restarts=2, lastState=end)
    status = {**waiting("PodInitializing"), "initContainerStatuses": [init]}
    return await told_pod(bench, status, initContainers=[{"name": "setup", "image": IMAGE}])


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
