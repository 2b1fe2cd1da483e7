"""Filling what an operation left open from the live object: numbers, containers, the pod of a workload."""

import math
from collections.abc import Sequence

from executor.cluster import Reader
from executor.fields import Raw, controller_of, field, mapping, name_of, number, objects, text
from executor.kinds import SCALABLE, WORKLOADS
from executor.operations import (
    ContainerImage,
    Delete,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Restart,
    Scale,
    SetImage,
    Target,
)
from executor.owned import owned_pods
from executor.pods import containers, is_active, is_ready
from executor.reason import Reason, reason
from executor.search import target_of_raw
from executor.writes import pod_spec_path

MOST_REPLICAS = 10_000

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


class Senseless(Exception):
    """What was asked makes no sense for this object; the reason says why and, where there is one, what to do instead."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


async def fill(reader: Reader, operation: Operation, live: Raw) -> Operation:
    """The operation on exactly this object. Raises Senseless."""
    target = target_of_raw(live)
    match operation:
        case Scale():
            return _scale(operation, target, live)
        case SetImage():
            return SetImage(target=target, images=_images(operation.images, live))
        case Restart():
            return _restart(target, live)
        case Exec():
            return await _exec(reader, operation, target, live)
        case Logs():
            return await _logs(reader, operation, target, live)
        case Get():
            return operation.model_copy(
                update={"kind": target.kind, "name": target.name, "namespace": target.namespace}
            )
        case Events():
            return operation.model_copy(update={"target": target, "namespace": target.namespace})
        case Other():
            return operation
        case _:
            return operation.model_copy(update={"target": target})


def _scale(operation: Scale, target: Target, live: Raw) -> Scale:
    if target.kind == "DaemonSet":
        raise Senseless(reason("resolve.scale_daemonset", target=str(target)))
    if target.kind not in SCALABLE:
        raise Senseless(reason("resolve.not_scalable", target=str(target)))
    now = number(live, "spec", "replicas", absent=1)
    wanted = now
    if operation.replicas is not None:
        wanted = operation.replicas
    elif operation.factor is not None:
        wanted = math.ceil(round(now * operation.factor, 6))  # 10 * 1.1 is a little more than 11
    elif operation.delta is not None:
        wanted = max(0, now + operation.delta)
    if wanted > MOST_REPLICAS:
        raise Senseless(reason("resolve.too_many", replicas=wanted, most=MOST_REPLICAS))
    return Scale(target=target, replicas=wanted)


def _images(images: Sequence[ContainerImage], live: Raw) -> tuple[ContainerImage, ...]:
    spec = field(live, *pod_spec_path(text(live, "kind")))
    main = {text(each, "name"): text(each, "image") for each in objects(spec, "containers")}
    every = main | {text(each, "name"): text(each, "image") for each in objects(spec, "initContainers")}
    if not main:
        raise Senseless(reason("resolve.no_containers", target=str(target_of_raw(live))))
    filled: dict[str, str] = {}
    for wanted in images:
        if wanted.container == "*":
            filled |= dict.fromkeys(every, wanted.image)
        elif wanted.container is None:
            filled[_only(main, wanted.image)] = wanted.image
        elif wanted.container in every:
            filled[wanted.container] = wanted.image
        else:
            raise Senseless(_no_container(wanted.container, every))
    return tuple(ContainerImage(container=name, image=image) for name, image in filled.items())


def _only(main: dict[str, str], image: str) -> str:
    """The only container, or the only one that runs another version of this very image."""
    names = (
        list(main) if len(main) == 1 else [name for name, now in main.items() if _repository(now) == _repository(image)]
    )
    if len(names) != 1:
        raise Senseless(reason("resolve.which_container", containers=", ".join(main)))
    return names[0]


def _repository(image: str) -> str:
    path, _, last = image.partition("@")[0].rpartition("/")
    return f"{path}/{last.partition(':')[0]}"


def _no_container(name: str, known: Sequence[str] | dict[str, str]) -> Reason:
    return reason("resolve.no_container", container=name, containers=", ".join(known))


def _restart(target: Target, live: Raw) -> Operation:
    owner = controller_of(live)
    kind = text(owner, "kind")
    made_by = f"{kind.lower()}/{text(owner, 'name')}"
    if target.kind in WORKLOADS:
        return Restart(target=target)
    if target.kind == "ReplicaSet" and kind == "Deployment":
        raise Senseless(reason("resolve.restart_owner", target=str(target), owner=made_by))
    if target.kind != "Pod":
        raise Senseless(reason("resolve.not_restartable", target=str(target)))
    if kind == "Node":
        raise Senseless(reason("resolve.static_pod", target=str(target)))
    if not owner:
        raise Senseless(reason("resolve.pod_without_owner", target=str(target)))
    return Delete(target=target)  # its controller makes a new one


async def _exec(reader: Reader, operation: Exec, target: Target, live: Raw) -> Exec:
    pod = live
    if target.kind != "Pod":
        ready = [pod for pod in await owned_pods(reader, live) if is_active(pod) and is_ready(pod)]
        if not ready:
            raise Senseless(reason("resolve.no_ready_pod", target=str(target)))
        pod = min(ready, key=name_of)
    names = [text(container, "name") for container in objects(pod, "spec", "containers")]
    if operation.container is not None and operation.container not in names:
        raise Senseless(_no_container(operation.container, names))
    container = operation.container or _default_container(pod, names)
    return Exec(target=target_of_raw(pod), container=container, argv=operation.argv)


async def _logs(reader: Reader, operation: Logs, target: Target, live: Raw) -> Logs:
    pod = live
    if target.kind != "Pod":
        pods = await owned_pods(reader, live)
        if not pods:
            raise Senseless(reason("resolve.no_pods", target=str(target)))
        pod = max(pods, key=_trouble)
    places = ("containers", "initContainers", "ephemeralContainers")
    names = [text(container, "name") for place in places for container in objects(pod, "spec", place)]
    if operation.container is not None and operation.container not in names:
        raise Senseless(_no_container(operation.container, names))
    container = operation.container or _worst_container(pod, names)
    return operation.model_copy(update={"target": target_of_raw(pod), "container": container})


def _trouble(pod: Raw) -> tuple[bool, bool, int, str]:
    """The most troubled pod compares highest; among equals the newest."""
    restarts = sum(state.restarts for state in containers(pod))
    return (is_active(pod), not is_ready(pod), restarts, text(pod, "metadata", "creationTimestamp"))


def _worst_container(pod: Raw, names: Sequence[str]) -> str | None:
    """One that has failed, or the default one. Containers that never ran have no log."""
    failing = [state for state in containers(pod) if state.restarts or number(state.last_end, "exitCode")]
    if failing:
        return max(failing, key=lambda state: (not state.ready, state.restarts)).name
    return _default_container(pod, names)


def _default_container(pod: Raw, names: Sequence[str]) -> str | None:
    """As kubectl has it: the annotated one, else the first."""
    annotated = mapping(pod, "metadata", "annotations").get(_DEFAULT_CONTAINER)
    return annotated if annotated in names else next(iter(names), None)
