"""What a clause that looks at something is about: names, kinds without a name, and whose they are."""

from bot.brain.clauses import Clause
from bot.brain.readings import Ask, Scene, Unclear
from bot.brain.targets import Mention, groups, namespace_of, spoken_of
from bot.brain.wording import pod_like
from executor.operations import Target
from executor.reason import reason


def names(clause: Clause) -> bool:
    return any(item.name for group in groups(clause) for item in group)


def kinds(clause: Clause) -> bool:
    return any(item.kind is not None and not item.name for group in groups(clause) for item in group)


def owner_of(clause: Clause) -> str | None:
    """`shop 有几个 pod`: a name and, apart from it, a kind: the name is the namespace. Nodes are in none."""
    named = [item for group in groups(clause) for item in group if item.name]
    if any(item.kind == "Node" and not item.name for group in groups(clause) for item in group):
        return None
    return named[0].name if len(named) == 1 and named[0].kind is None and named[0].namespace is None else None


def subject_of(clause: Clause) -> str | None:
    """`web 的 pod`, `pods of web`"""
    return next((item.namespace for group in groups(clause) for item in group if item.namespace), None)


def first_group(clause: Clause) -> tuple[Mention, ...]:
    return next((group for group in groups(clause) if any(item.name for item in group)), ())


def targets_of(clause: Clause, scene: Scene) -> tuple[Target, ...]:
    namespace = namespace_of(clause)
    found = tuple(item.target(namespace) for item in first_group(clause) if item.name)
    if found:
        return found
    if (spoken := spoken_of(scene)) is not None:
        return (spoken,)
    raise Unclear(Ask(reason("rules.which_target"), severity=1))


def loosened(target: Target) -> Target:
    """`cart service`, `cart pods`: what runs behind it, where the name is not one that a controller gives to a pod."""
    behind = target.kind == "Service" or (target.kind == "Pod" and not pod_like(target.name))
    return target.model_copy(update={"kind": ""}) if behind else target
