"""Verbs that are understood and never act: `停掉` becomes a question, `回滚` and its like a refusal that names the command."""

from collections.abc import Callable, Sequence

from bot.brain.planner import Subject
from bot.brain.readings import Ask, Refuse, Unclear
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from executor.kinds import SCALABLE, WORKLOADS
from executor.kubectl import command_of
from executor.operations import Delete, Operation, Other, Restart, Scale, Target
from executor.reason import reason
from executor.redact import mask
from executor.risk import Level

Build = Callable[[tuple[Target, ...]], tuple[Operation, ...]]
"""From the objects of a clause to its operations. Raises Unclear."""

_ON_NODES = ("cordon", "uncordon", "drain")
_UNDONE = {
    "create": ("create", Level.HIGH),
    "apply": ("apply", Level.HIGH),
    "drain": ("drain", Level.HIGH),
    "cordon": ("cordon", Level.HIGH),
    "uncordon": ("uncordon", Level.HIGH),
    "label": ("label", Level.HIGH),
    "env": ("set env", Level.HIGH),
    "resources": ("set resources", Level.HIGH),
    "pause": ("rollout pause", Level.HIGH),
    "resume": ("rollout resume", Level.HIGH),
    "start": ("scale", Level.HIGH),
    "autoscale": ("autoscale", Level.HIGH),
    "taint": ("taint", Level.HIGH),
    "expose": ("expose", Level.HIGH),
    "copy": ("cp", Level.FORBIDDEN),
    "forward": ("port-forward", Level.FORBIDDEN),
    "traffic": ("", Level.HIGH),
}
"""What the vocabulary's member stands for in kubectl, and how risky that is."""


def halt() -> Build:
    def ask(targets: tuple[Target, ...]) -> tuple[Operation, ...]:
        offered: list[Operation] = []
        for target in targets[:2]:
            if target.kind in ("", *SCALABLE):
                offered.append(Scale(target=target, replicas=0))
            if target.kind in ("", *WORKLOADS, "Pod", "Job"):
                offered.append(Delete(target=target))
        raise Unclear(Ask(reason("rules.halt"), tuple(offered)))

    return ask


def not_performed(verb: str) -> Build:
    """Known, high, and not done (yet): the refusal names the command that it would be."""

    def refuse(targets: tuple[Target, ...]) -> tuple[Operation, ...]:
        refused = tuple(_other(verb, target) for target in targets)
        raise Unclear(Refuse((reason("rules.not_performed", command=command_of(refused[0])),), refused))

    return refuse


def _other(verb: str, target: Target) -> Other:
    if verb in _ON_NODES:
        node = Target(kind="Node", name=target.name)
        return Other(command=verb, argv=(verb, node.name), target=node)
    known = target if target.kind else target.model_copy(update={"kind": "Deployment"})
    where = ("-n", known.namespace) if known.namespace is not None else ()
    return Other(command=verb, argv=(*verb.split(), str(known), *where), target=known)


def _raised(targets: tuple[Target, ...]) -> tuple[Operation, ...]:
    """`把 web 拉起来`: it has no replicas, or they need a restart."""
    offered: list[Operation] = []
    for target in targets[:2]:
        offered.append(Restart(target=target))
        if target.kind in ("", *SCALABLE):
            offered.append(Scale(target=target, replicas=1))
    raise Unclear(Ask(reason("rules.raise"), tuple(offered)))


def _kicked(targets: tuple[Target, ...]) -> tuple[Operation, ...]:
    """`踢一下 web`, `kick web-0`: hardly anything but a restart, which for a pod is its deletion."""
    pods = (Delete(target=target) if target.kind == "Pod" else Restart(target=target) for target in targets)
    raise Unclear(Ask(reason("rules.kick"), tuple(pods)))


def undone(verbs: Sequence[Token]) -> Build:
    word = next(token for token in verbs if token.tag is Tag.UNDONE)
    if word.value == "raise":
        return _raised
    if word.value.startswith("kick"):
        return _kicked
    verb, level = _UNDONE[word.value]
    if verb in (*_ON_NODES, "rollout pause", "rollout resume"):
        return not_performed(verb)
    raise Unclear(Refuse((reason("rules.undone", text=mask(word.text).text),), subject=Subject(verb=verb, risk=level)))
