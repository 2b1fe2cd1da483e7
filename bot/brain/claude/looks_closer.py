"""The tools that look closer at one side of a cluster (`executor.looks`): what a person would go and see next."""

from collections.abc import Sequence

from pydantic import Field

from bot.brain.claude.looks import KIB, Look, Looks, NotSeen, Of, Seen, kind_called
from executor import search
from executor.kinds import WORKLOADS
from executor.looks.events import events
from executor.looks.health import health
from executor.looks.needs import needs
from executor.looks.node import node
from executor.looks.pods import pods
from executor.looks.revisions import revisions
from executor.looks.route import route
from executor.looks.scaling import scaling
from executor.looks.storage import storage
from executor.looks.usage import usage_of_nodes, usage_of_pods
from executor.operations import Other, Target
from executor.reason import Frozen

_RUN_PODS = (*WORKLOADS, "Pod", "Job", "CronJob", "ReplicaSet")


class Pods(Frozen):
    namespace: str | None = Field(default=None, description="empty: all namespaces")
    selector: str | None = Field(default=None, description="label selector, e.g. app=web")


class Happened(Frozen):
    """Of one object with its pods, or of a namespace."""

    namespace: str | None = Field(default=None, description="empty without kind and name: all namespaces")
    kind: str = ""
    name: str = ""
    minutes: int = Field(default=0, ge=0, le=1440, description="only the last so many; 0: all that is kept")
    warnings_only: bool = False


class Named(Frozen):
    name: str


class Inside(Frozen):
    namespace: str
    name: str = Field(default="", description="empty: all of the namespace")


class Service(Frozen):
    namespace: str
    name: str


class InUse(Frozen):
    """What uses CPU and memory."""

    kind: str = Field(default="Pod", description="Pod or Node")
    namespace: str | None = None


class Nothing(Frozen):
    """Takes nothing."""


async def _pods(looks: Looks, asked: Pods) -> Seen:
    lines, raws = await pods(looks.reader, asked.namespace or None, asked.selector or "")
    looks.shown.add(*map(search.target_of_raw, raws))
    return _seen(f"pods {asked.namespace or ''} {asked.selector or ''}", lines)


async def _events(looks: Looks, asked: Happened) -> Seen:
    target = None
    if asked.name:
        target = await looks.whole(Target(kind=kind_called(asked.kind), name=asked.name, namespace=asked.namespace))
    elif asked.kind:
        raise NotSeen("a kind needs the name of one object")
    where = target.namespace if target else asked.namespace
    lines = await events(looks.reader, where or None, target, minutes=asked.minutes, warnings=asked.warnings_only)
    return _seen(f"events {target or asked.namespace or 'of all namespaces'}", lines)


async def _rollout(looks: Looks, asked: Of) -> Seen:
    target = await looks.whole(Target(kind=kind_called(asked.kind), name=asked.name, namespace=asked.namespace))
    said = []
    for command in ("rollout status", "rollout history"):
        argv = (*command.split(), str(target))
        said.append((await looks.read(Other(command=command, argv=argv, target=target))).text)
    return _seen(f"rollout {target}", (*said, *await revisions(looks.reader, target)))


async def _node(looks: Looks, asked: Named) -> Seen:
    target = await looks.whole(Target(kind="Node", name=asked.name))
    return _seen(str(target), await node(looks.reader, target.name))


async def _scaling(looks: Looks, asked: Inside) -> Seen:
    return _seen(f"scaling {asked.namespace}", await scaling(looks.reader, asked.namespace, asked.name))


async def _storage(looks: Looks, asked: Inside) -> Seen:
    name = asked.name
    if name:
        target = Target(kind="PersistentVolumeClaim", name=name, namespace=asked.namespace)
        name = (await looks.whole(target)).name
    return _seen(f"storage {asked.namespace}", await storage(looks.reader, asked.namespace, name))


async def _route(looks: Looks, asked: Service) -> Seen:
    target = await looks.whole(Target(kind="Service", name=asked.name, namespace=asked.namespace))
    return _seen(str(target), await route(looks.reader, asked.namespace, target.name))


async def _needs(looks: Looks, asked: Of) -> Seen:
    kind = kind_called(asked.kind)
    if kind not in _RUN_PODS:
        raise NotSeen(f"only what runs pods needs ConfigMaps and Secrets: {', '.join(_RUN_PODS)}")
    target = await looks.whole(Target(kind=kind, name=asked.name, namespace=asked.namespace))
    return _seen(f"what {target} needs", await needs(looks.reader, target))


async def _usage(looks: Looks, asked: InUse) -> Seen:
    if kind_called(asked.kind) == "Node":
        return _seen("usage of nodes", await usage_of_nodes(looks.reader))
    return _seen("usage of pods", await usage_of_pods(looks.reader, asked.namespace or None))


async def _health(looks: Looks, _: Nothing) -> Seen:
    return _seen("the API server", await health(looks.reader))


def _seen(source: str, lines: Sequence[str]) -> Seen:
    return Seen(source.strip(), "\n".join(lines))


CLOSER: tuple[Look, ...] = (
    Look("pods", "Pods: state, last exit, restarts, node, image; the worst first. 看 Pod。", Pods, _pods, 12 * KIB),
    Look("events", "Events, repeats folded. 看事件。", Happened, _events, 6 * KIB),
    Look("rollout", "Rollout status, revisions, what the newest changed. 看发布历史。", Of, _rollout, 4 * KIB),
    Look("top", "CPU and memory in use beside requests and limits. 看资源用量。", InUse, _usage, 4 * KIB),
    Look("node", "Conditions, taints, room, pods of a node. 看节点。", Named, _node, 4 * KIB),
    Look("scaling", "Autoscalers and disruption budgets. 看弹性伸缩和中断预算。", Inside, _scaling, 3 * KIB),
    Look("storage", "Claims, volumes, classes, attachments. 看存储。", Inside, _storage, 3 * KIB),
    Look("route", "A Service's endpoints, ingress, port mismatches, policies. 看服务链路。", Service, _route, 4 * KIB),
    Look(
        "needs", "ConfigMaps and Secrets that pods need and that are missing. 看缺失的配置引用。", Of, _needs, 2 * KIB
    ),
    Look("api_health", "API server checks, APIServices, webhooks. 看 API 健康。", Nothing, _health, 2 * KIB),
)
"""Bytes as facts about what a model can use have them: a result is no more than its subject is worth."""
