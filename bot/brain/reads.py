"""What a clause without a verb of change asks to see."""

from bot.brain.clauses import Clause
from bot.brain.complaints import asks_if_sound, has_become, rises, says_so, says_what
from bot.brain.logreads import asks_for_lines, logs
from bot.brain.readings import Act, Ask, Look, Reading, Refuse, Scene, Unclear, Unread
from bot.brain.subjects import first_group, kinds, loosened, names, owner_of, subject_of, targets_of
from bot.brain.tags import Tag
from bot.brain.targets import Mention, everywhere, groups, named_namespace, namespace_of, solved, spoken_of
from bot.brain.usage import usage
from executor.kinds import kind_named
from executor.operations import Describe, Events, Get, Operation, Target
from executor.reason import reason

_BARE = frozenset({"object", "place", Tag.IMAGE_WORD, Tag.REPLICAS, Tag.DE})

_KEPT = frozenset({"密码", "口令", "凭据", "password", "passwords", "credentials"})
"""Who asks for one wants what is in it, and not a list of Secrets."""


def read(clause: Clause, scene: Scene) -> Reading:
    """Raises Unclear when it is not said of what."""
    clause = solved(clause)
    examined = clause.has(Tag.WHY, Tag.DIAGNOSE)
    if (command := usage(clause)) is not None:
        return Act((command,))
    if any(token.tag is Tag.KIND and token.text.lower() in _KEPT for token in clause.tokens):
        raise Unclear(Refuse((reason("rules.no_secrets"),)))
    if asks_for_lines(clause) and not examined:
        return Act(logs(clause, scene))
    if clause.has(Tag.EVENTS) and not examined and (clause.has(Tag.WHICH) or not says_what(clause)):
        return Act((_events(clause, scene),))
    if (node := _node_of(clause)) is not None:
        return Act((Describe(target=node),))
    if (behind := _behind(clause)) is not None:
        return Look(behind) if says_what(clause) or says_so(clause) else Act((Describe(target=behind),))
    if kinds(clause) and (not names(clause) or owner_of(clause) is not None):
        return _of_a_kind(clause, scene)
    return _of_one(clause, scene)


def _node_of(clause: Clause) -> Target | None:
    """`哪些 pod 调度到了 node-3 上`: the description of a node lists its pods."""
    place = clause.first("place") or next(
        (phrase for phrase in clause.all("object") if phrase.tokens[0].text == "on"), None
    )
    on = place is not None and not place.has("nsw") and any(token.text in ("上", "on") for token in place.tokens)
    scheduled = any(token.text in ("调度", "scheduled", "node", "nodes") for token in clause.tokens)
    named = (place.value("ns") or place.value("name") or "") if place is not None else ""
    pods = any(item.kind == "Pod" and not item.name for group in groups(clause) for item in group)
    return Target(kind="Node", name=named) if on and pods and (scheduled or "node" in named.split("-")) else None


def _behind(clause: Clause) -> Target | None:
    """`web 这个 svc 有 endpoints 吗`: the Service, as which has them."""
    said = [item for group in groups(clause) for item in group]
    bare = any(item.kind == "Endpoints" and not item.name for item in said)
    service = next((item for item in said if item.name and item.kind == "Service"), None)
    return service.target(namespace_of(clause)) if bare and service is not None else None


def _of_a_kind(clause: Clause, scene: Scene) -> Reading:
    """`shop 有哪些 pod`, and `shop 的 pod 都挂了`"""
    ill = says_what(clause)
    counted = clause.has(Tag.WHICH, Tag.HOWMANY) and not clause.has(Tag.DIAGNOSE)
    if ill and not counted and not _is_general(clause, scene):
        return _look(clause, scene)
    if not ill and subject_of(clause) is not None and says_so(clause):
        return _look(clause, scene)
    remark = ill and not counted and not clause.question and not clause.has(Tag.WHY, Tag.LOOK, Tag.ASK)
    return Act(_lists(clause), remark=remark)


def _of_one(clause: Clause, scene: Scene) -> Reading:
    if names(clause) and (_asks_how_far(clause) or _asks_what_is_in_it(clause)):
        return Act(tuple(Describe(target=target) for target in targets_of(clause, scene)))
    known = names(clause) or bool(clause.all("place")) or bool(scene.mentioned)
    if says_what(clause) or asks_if_sound(clause) or (known and says_so(clause)):
        return _look(clause, scene)
    if names(clause) and (rises(clause) or has_become(clause)):
        return _look(clause, scene)
    if names(clause) and _asks_how_many(clause):
        return _shown(clause)
    if _asks_about(clause) and (names(clause) or scene.mentioned):
        return Act(tuple(Describe(target=target) for target in targets_of(clause, scene)))
    return _shown(clause)


def _asks_about(clause: Clause) -> bool:
    """Its state, or how many replicas and which image it has."""
    bare = {phrase.role for phrase in clause.phrases} <= _BARE
    asked = bare or clause.question or clause.has(Tag.WHICH, Tag.HOWMANY, Tag.LOOK, Tag.ASK)
    return clause.has(Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE) or (
        asked and clause.has(Tag.REPLICAS, Tag.IMAGE_WORD)
    )


def _asks_how_far(clause: Clause) -> bool:
    """`web 发布进度怎么样了`"""
    return any((token.tag, token.value) == (Tag.COUNT, "rollout") for token in clause.tokens)


def _asks_what_is_in_it(clause: Clause) -> bool:
    """`configmap app 的内容`, `ingress web 的配置`"""
    kinded = any(item.kind and item.name for group in groups(clause) for item in group)
    return (
        kinded
        and not says_what(clause)
        and any(token.text in ("内容", "配置", "规则", "多大") for token in clause.tokens)
    )


def _asks_how_many(clause: Clause) -> bool:
    """`web 有几个副本`: the row of a list tells how many are ready."""
    details = (Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE, Tag.IMAGE_WORD)
    asked = clause.has(Tag.HOWMANY) or (clause.question and {phrase.role for phrase in clause.phrases} <= _BARE)
    return clause.has(Tag.REPLICAS) and asked and not clause.has(*details)


def _is_general(clause: Clause, scene: Scene) -> bool:
    """`节点都挂了`: all of a kind, nowhere in particular."""
    about = scene.looked is not None or (scene.mentioned and not (scene.remembered and _is_apart(clause)))
    nowhere = not clause.all("place") and not about
    owned = any(item.namespace for group in groups(clause) for item in group)
    return kinds(clause) and not names(clause) and nowhere and not owned


def _is_apart(clause: Clause) -> bool:
    """Of a kind that has nothing to do with the pods of what was spoken of."""
    return any(item.kind not in (None, "", "Pod") for group in groups(clause) for item in group)


def _shown(clause: Clause) -> Reading:
    """`看看 nginx`, `看下 shop 命名空间`"""
    owner = owner_of(clause)
    if owner is not None and any((token.tag, token.value) == (Tag.WHICH, "pods") for token in clause.tokens):
        return Act((Get(kind="Pod", namespace=owner),))
    if names(clause) and clause.has(Tag.LOOK, Tag.WHICH, Tag.HOWMANY, Tag.STATUS):
        return Act(tuple(_get(item, clause) for item in first_group(clause) if item.name))
    asked = clause.has(Tag.LOOK) or (clause.has(Tag.WHICH) and not clause.has(Tag.HAN, Tag.FILLER))
    if not asked or not clause.all("place"):
        return Unread("")
    if (namespace := named_namespace(clause)) is not None:
        return Act((Get(kind="Namespace", name=namespace),))
    if clause.has(Tag.ALL, Tag.NAMESPACE) and everywhere(clause):
        return Act((Get(kind="Namespace"),))
    return Act((Get(kind="Pod", namespace=namespace_of(clause), all_namespaces=everywhere(clause)),))


def _lists(clause: Clause) -> tuple[Operation, ...]:
    namespace = namespace_of(clause) or owner_of(clause)
    wide = everywhere(clause) or clause.has(Tag.FAULT, Tag.CLUSTER) or says_so(clause)
    found: list[Operation] = []
    for item in (item for group in groups(clause) for item in group if item.kind is not None and not item.name):
        kind = kind_named(item.kind or "Deployment")
        where = (item.namespace or namespace) if kind.namespaced else None
        found.append(Get(kind=kind.kind, namespace=where, all_namespaces=wide and where is None and kind.namespaced))
    return tuple(dict.fromkeys(found))


def _get(item: Mention, clause: Clause) -> Operation:
    target = item.target(namespace_of(clause))
    return Get(kind=target.kind, name=target.name, namespace=target.namespace)


def _events(clause: Clause, scene: Scene) -> Operation:
    named = first_group(clause)
    namespace, wide = namespace_of(clause), everywhere(clause) or clause.has(Tag.CLUSTER)
    warnings = any(token.value == "warning" for token in clause.tokens)
    if named:
        return Events(target=named[0].target(namespace), warnings_only=warnings)
    bare = next((item.namespace for group in groups(clause) for item in group if item.namespace), None)
    where = namespace or bare
    if where is None and not wide and (spoken := spoken_of(scene)) is not None:
        return Events(target=spoken, warnings_only=warnings)
    return Events(namespace=where, all_namespaces=wide and where is None, warnings_only=warnings)


def _look(clause: Clause, scene: Scene) -> Reading:
    asked = clause.has(Tag.WHY, Tag.DIAGNOSE, Tag.ASK, Tag.LOOK) or clause.question
    named = first_group(clause)
    namespace = namespace_of(clause)
    goal = next((value for phrase in clause.all("goal") if (value := phrase.value("ref")) is not None), None)
    if not named and goal is not None:
        return Look(Target(kind="", name=goal, namespace=namespace), asked)
    if named:
        return Look(loosened(named[0].target(namespace)), asked)
    if namespace is not None:
        source = any(phrase.has("from") for phrase in clause.all("place"))  # timeouts from web
        return Look(Target(kind="" if source else "Namespace", name=namespace), asked)
    owner = subject_of(clause)
    if owner is not None:
        return Look(Target(kind="", name=owner), asked)  # 的 says not whether web is a workload or a namespace
    inside = clause.first("container")
    if inside is not None and (container := inside.value("container")) is not None:
        return Look(Target(kind="", name=container), asked)  # web 容器起不来
    if (spoken := scene.looked or spoken_of(scene)) is not None:
        return Look(spoken, asked)
    if clause.has(Tag.CLUSTER) or everywhere(clause):
        listed = (Get(kind="Node"), Get(kind="Pod", all_namespaces=True))
        raise Unclear(Ask(reason("rules.cluster"), listed))
    raise Unclear(Ask(reason("rules.which_target"), severity=1))
