"""Containers that end, and why."""

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
from tests.cluster.ailments.servers import kubelet
from tests.cluster.bench import IMAGE, Bench, Raw, pod_spec


@ailment("crash_said", "ERROR dial tcp 10.96.0.12:5432: connect: connection refused", "last exit 1 (Error)")
async def a_crash(bench: Bench) -> Target:
    return await deployment(bench, "crash:1")


@ailment("crash", "last exit 3 (Error)")
async def a_crash_without_a_word(bench: Bench) -> Target:
    return await told_pod(bench, looping(3))


@ailment("oom", "spec.containers[app].resources.limits.memory: 64Mi", "64Mi")
async def out_of_memory(bench: Bench) -> Target:
    return await deployment(bench, "oom:1", resources={"limits": {"memory": "64Mi"}})


@ailment("oom_unlimited", "spec.containers[app].resources.limits.memory: -", "last exit 137 (OOMKilled)")
async def a_node_out_of_memory(bench: Bench) -> Target:
    return await deployment(bench, "oom:1")


@ailment("killed", "last exit 137")
async def a_kill_without_a_word(bench: Bench) -> Target:
    return await told_pod(bench, looping(137))


@ailment("killed_said", "last exit 137", "ERROR watchdog: worker 3 has not answered for 60 s")
async def a_kill_that_its_log_explains(bench: Bench) -> Target:
    return await logged(bench, 137, "INFO worker 3 started\nERROR watchdog: worker 3 has not answered for 60 s\n")


@ailment("terminated", "last exit 143")
async def a_termination_without_a_word(bench: Bench) -> Target:
    return await told_pod(bench, looping(143))


@ailment("terminated_said", "last exit 143", "ERROR lost the leader's lease: giving up")
async def a_termination_that_its_log_explains(bench: Bench) -> Target:
    return await logged(bench, 143, "INFO leading\nERROR lost the leader's lease: giving up\n")


@ailment("aborted", "last exit 134")
async def an_abort(bench: Bench) -> Target:
    return await told_pod(bench, looping(134))


@ailment("segfault", "last exit 139")
async def a_segmentation_fault(bench: Bench) -> Target:
    return await told_pod(bench, looping(139))


@ailment("exits", "last exit 0 (Completed)", "spec.containers[app].command: sh -c true")
async def a_command_that_does_not_stay(bench: Bench) -> Target:
    spec = containers(pod_spec(), command=["sh", "-c", "true"])
    return await told_pod(bench, looping(0, "Completed"), containers=spec["containers"])


@ailment("liveness", "Liveness probe failed: HTTP probe failed with statuscode: 500")
async def a_probe_that_kills(bench: Bench) -> Target:
    target = await told_pod(bench, looping(137))
    await said(bench, target, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
    return target


@ailment("startup", "Startup probe failed: dial tcp 10.244.0.9:8080: connect: connection refused")
async def a_start_that_takes_too_long(bench: Bench) -> Target:
    target = await told_pod(bench, looping(137))
    message = "Startup probe failed: dial tcp 10.244.0.9:8080: connect: connection refused"
    await said(bench, target, "Unhealthy", message)
    return target


@ailment("command_missing", "spec.containers[app].command: /app/servr", "executable file not found")
async def a_command_that_is_not_there(bench: Bench) -> Target:
    message = 'exec: "/app/servr": executable file not found in $PATH'
    spec = containers(pod_spec(), command=["/app/servr"])
    return await told_pod(bench, looping(128, "StartError", message), containers=spec["containers"])


@ailment("command_forbidden", "spec.containers[app].command: /app/run.sh", "permission denied")
async def a_command_that_may_not_run(bench: Bench) -> Target:
    message = 'exec: "/app/run.sh": permission denied: unknown'
    spec = containers(pod_spec(), command=["/app/run.sh"])
    return await told_pod(bench, looping(126, "ContainerCannotRun", message), containers=spec["containers"])


@ailment("wrong_platform", "exec /app/server: exec format error")
async def an_image_for_another_processor(bench: Bench) -> Target:
    return await told_pod(bench, looping(128, "StartError", "exec /app/server: exec format error"))


@ailment("wrong_platform", "exec /usr/local/bin/docker-entrypoint.sh: exec format error", "last exit 255")
async def an_image_for_another_processor_as_its_log_tells(bench: Bench) -> Target:
    return await logged(bench, 255, "exec /usr/local/bin/docker-entrypoint.sh: exec format error\n")


@ailment("cannot_start", "not a directory: Are you trying to mount a directory onto a file")
async def a_container_that_cannot_be_made(bench: Bench) -> Target:
    message = 'error mounting "/conf" to rootfs at "/app/conf.yaml": not a directory: '
    message += "Are you trying to mount a directory onto a file (or vice-versa)?"
    return await told_pod(bench, waiting("CreateContainerError", message))


@ailment("init_crash", "lone/setup: waiting CrashLoopBackOff", "last exit 1")
async def an_init_container_that_fails(bench: Bench) -> Target:
    return await told_pod(bench, setting_up(), initContainers=[{"name": "setup", "image": IMAGE}])


@ailment("init_crash_said", "lone/setup: waiting CrashLoopBackOff", "ERROR migration 0042 failed: relation exists")
async def an_init_container_that_says_why(bench: Bench) -> Target:
    own = await kubelet(bench, {"setup": "INFO migrating\nERROR migration 0042 failed: relation exists\n", "app": ""})
    return await told_pod(bench, setting_up(), node=own, initContainers=[{"name": "setup", "image": IMAGE}])


def setting_up() -> Raw:
    end = {"terminated": {"exitCode": 1, "reason": "Error"}}
    init = container({"waiting": {"reason": "CrashLoopBackOff"}}, name="setup", restarts=2, lastState=end)
    return {**waiting("PodInitializing"), "initContainerStatuses": [init]}


async def logged(bench: Bench, code: int, log: str) -> Target:
    """A pod whose container ends so again and again, having said this."""
    return await told_pod(bench, looping(code), node=await kubelet(bench, {"app": log}))
