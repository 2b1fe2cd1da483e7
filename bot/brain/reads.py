"""What a clause without a verb of change asks to see."""

from bot.brain.clauses import Clause
from bot.brain.grammar import Phrase
from bot.brain.readings import Act, Ask, Look, Reading, Scene, Unclear, Unread
from bot.brain.tags import Tag
from bot.brain.targets import Mention, everywhere, groups, named_namespace, namespace_of, solved
from bot.brain.wording import pod_like
from executor.kinds import kind_named
from executor.operations import Describe, Events, Get, Logs, Operation, Target
from executor.reason import reason

_MOST_LINES = 2000
_WELL = ("up", "ok", "okay", "running", "good", "back", "well", "down")
_SERVER_ERRORS = ("500", "502", "503", "504")
_SECONDS = {"分": 60, "小": 3600, "个": 3600, "秒": 1, "天": 86400, "m": 60, "h": 3600, "s": 1, "d": 86400}


def read(clause: Clause, scene: Scene) -> Reading:
    """Raises Unclear when it is not said of what."""
    clause = solved(clause)
    old = any((token.tag, token.value) == (Tag.PREVIOUS, "logs") for token in clause.tokens)
    lines = old or clause.has(Tag.LOGS) or any(phrase.tokens[-1].tag is Tag.LINES for phrase in clause.all("tail"))
    if lines and not clause.has(Tag.WHY, Tag.DIAGNOSE):
        return Act((_logs(clause, scene),))
    if clause.has(Tag.EVENTS) and clause.has(Tag.WHICH) and not clause.has(Tag.WHY, Tag.DIAGNOSE):
        return Act((_events(clause),))
    lists = _kinds(clause) and (not _names(clause) or _owner(clause) is not None)
    if clause.has(Tag.WHY, Tag.FAULT, Tag.DIAGNOSE) or _is_down(clause) or _answers_badly(clause):
        counted = lists and clause.has(Tag.WHICH, Tag.HOWMANY) and not clause.has(Tag.DIAGNOSE)
        return Act(_lists(clause)) if counted or _is_general(clause, scene) else _look(clause, scene)
    if clause.has(Tag.EVENTS):
        return Act((_events(clause),))
    owned = not lists or (bool(_subject_of(clause)) and _fails(clause))
    if owned and (_names(clause) or lists) and (_asks_if_sound(clause) or _fails(clause) or _is_checked(clause)):
        return _look(clause, scene)
    if not lists and _names(clause) and clause.has(Tag.UNDONE) and clause.has(Tag.OFTEN, Tag.PERFECT):
        return _look(clause, scene)  # 内存一直涨
    if not lists and _names(clause) and _asks_how_many(clause):
        return _shown(clause)
    if not lists and _asks_about(clause) and (_names(clause) or scene.mentioned):
        return Act(tuple(Describe(target=target) for target in _targets(clause, scene)))
    if lists:
        return Act(_lists(clause))
    return _shown(clause)


def _asks_about(clause: Clause) -> bool:
    """Its state, or how many replicas and which image it has."""
    asked = clause.question or clause.has(Tag.WHICH, Tag.HOWMANY, Tag.LOOK, Tag.ASK)
    return clause.has(Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE) or (
        asked and clause.has(Tag.REPLICAS, Tag.IMAGE_WORD)
    )


def _asks_if_sound(clause: Clause) -> bool:
    """`web 正常吗`, `is web up?`; not `web 正常了`."""
    asked = clause.question or clause.has(Tag.ASK)
    spoken = [token for token in clause.tokens if token.tag is not Tag.NOISE or token.text.lower() in _WELL]
    inverted = bool(spoken) and spoken[0].text.lower() in ("is", "are")
    well = clause.has(Tag.SOUND) or any(token.text.lower() in _WELL for token in spoken)
    return (asked and clause.has(Tag.SOUND)) or (inverted and well)


def _fails(clause: Clause) -> bool:
    """`web 没拉到镜像`, `web can't reach its disk`: denied of a thing, where nothing is asked to be done."""
    return any(token.tag is Tag.NEG and token.value == "fails" for token in clause.tokens)


def _is_checked(clause: Clause) -> bool:
    """`检查一下 web`, and nothing of it in particular."""
    looks = any(token.tag is Tag.LOOK and token.value == "check" for token in clause.tokens)
    return looks and not clause.has(Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE, Tag.REPLICAS, Tag.IMAGE_WORD)


def _is_general(clause: Clause, scene: Scene) -> bool:
    """`节点都挂了`: all of a kind, nowhere in particular."""
    nowhere = not clause.all("place") and not scene.mentioned and scene.looked is None
    owned = any(item.namespace for group in groups(clause) for item in group)
    return _kinds(clause) and not _names(clause) and nowhere and not owned


def _asks_how_many(clause: Clause) -> bool:
    """`web 有几个副本`: the row of a list tells how many are ready."""
    details = (Tag.DESCRIBE, Tag.STATUS, Tag.COUNT, Tag.UNDONE, Tag.IMAGE_WORD)
    return clause.has(Tag.REPLICAS) and clause.has(Tag.HOWMANY) and not clause.has(*details)


def _shown(clause: Clause) -> Reading:
    """`看看 nginx`, `看下 shop 命名空间`"""
    owner = _owner(clause)
    if owner is not None and any((token.tag, token.value) == (Tag.WHICH, "pods") for token in clause.tokens):
        return Act((Get(kind="Pod", namespace=owner),))
    if _names(clause) and clause.has(Tag.LOOK, Tag.WHICH, Tag.HOWMANY, Tag.STATUS):
        return Act(tuple(_get(item, clause) for item in _first_group(clause) if item.name))
    asked = clause.has(Tag.LOOK) or (clause.has(Tag.WHICH) and not clause.has(Tag.HAN, Tag.FILLER))
    if not asked or not clause.all("place"):
        return Unread("")
    if (namespace := named_namespace(clause)) is not None:
        return Act((Get(kind="Namespace", name=namespace),))
    if clause.has(Tag.ALL, Tag.NAMESPACE) and everywhere(clause):
        return Act((Get(kind="Namespace"),))
    return Act((Get(kind="Pod", namespace=namespace_of(clause), all_namespaces=everywhere(clause)),))


def _names(clause: Clause) -> bool:
    return any(item.name for group in groups(clause) for item in group)


def _kinds(clause: Clause) -> bool:
    return any(item.kind is not None and not item.name for group in groups(clause) for item in group)


def _owner(clause: Clause) -> str | None:
    """`shop 有几个 pod`: a name and, apart from it, a kind: the name is the namespace. Nodes are in none."""
    named = [item for group in groups(clause) for item in group if item.name]
    if any(item.kind == "Node" and not item.name for group in groups(clause) for item in group):
        return None
    return named[0].name if len(named) == 1 and named[0].kind is None and named[0].namespace is None else None


def _subject_of(clause: Clause) -> str | None:
    """`web 的 pod`, `pods of web`"""
    return next((item.namespace for group in groups(clause) for item in group if item.namespace), None)


def _first_group(clause: Clause) -> tuple[Mention, ...]:
    return next((group for group in groups(clause) if any(item.name for item in group)), ())


def _is_down(clause: Clause) -> bool:
    """`nginx is down`"""
    return any(phrase.role == Tag.DIRECTION and phrase.tokens[0].value == "down" for phrase in clause.phrases)


def _answers_badly(clause: Clause) -> bool:
    """`web 502`: a number that only an HTTP server says."""
    numbers = [phrase.value("n") or "" for phrase in clause.all("amount") if len(phrase.tokens) == 1]
    return _names(clause) and any(number in _SERVER_ERRORS for number in numbers)


def _targets(clause: Clause, scene: Scene) -> tuple[Target, ...]:
    namespace = namespace_of(clause)
    found = tuple(item.target(namespace) for item in _first_group(clause) if item.name)
    if found:
        return found
    if scene.mentioned:
        return scene.mentioned[-1:]
    raise Unclear(Ask(reason("rules.which_target"), severity=1))


def _lists(clause: Clause) -> tuple[Operation, ...]:
    namespace = namespace_of(clause) or _owner(clause)
    wide = everywhere(clause) or clause.has(Tag.FAULT, Tag.CLUSTER)
    found: list[Operation] = []
    for item in (item for group in groups(clause) for item in group if item.kind is not None and not item.name):
        kind = kind_named(item.kind or "Deployment")
        where = (item.namespace or namespace) if kind.namespaced else None
        found.append(Get(kind=kind.kind, namespace=where, all_namespaces=wide and where is None and kind.namespaced))
    return tuple(dict.fromkeys(found))


def _get(item: Mention, clause: Clause) -> Operation:
    target = item.target(namespace_of(clause))
    return Get(kind=target.kind, name=target.name, namespace=target.namespace)


def _logs(clause: Clause, scene: Scene) -> Operation:
    tail, since = clause.first("tail"), clause.first("since")
    inside = clause.first("container")
    container = inside.value("container") if inside is not None else None
    target = _logs_target(clause, scene, container)
    return Logs(
        target=target,
        container=container if target.name != container else None,
        previous=bool(clause.all("previous")),
        tail=_lines(tail or _counted(clause)),
        since_seconds=_seconds(since),
    )


def _logs_target(clause: Clause, scene: Scene, container: str | None) -> Target:
    if not _names(clause):
        sources = [phrase for phrase in clause.all("place") if phrase.has("from")]
        if sources and len(clause.all("place")) > 1:
            where = next((phrase.value("ns") for phrase in clause.all("place") if phrase is not sources[0]), None)
            return Target(kind="", name=sources[0].value("ns") or "", namespace=where)
        spoken = [phrase for phrase in clause.all("place") if phrase.has("ns") and not phrase.has("nsw")]
        if spoken and spoken[-1].tokens[0].tag is not Tag.FLAG:
            others = [phrase.value("ns") for phrase in clause.all("place") if phrase is not spoken[-1]]
            return Target(kind="", name=spoken[-1].value("ns") or "", namespace=next(iter(others), None))
        if container is not None:
            return Target(kind="", name=container, namespace=namespace_of(clause))
    target = _targets(clause, scene)[0]
    return _loosened(target)


def _loosened(target: Target) -> Target:
    """`cart service`, `cart pods`: what runs behind it, where the name is not one that a controller gives to a pod."""
    behind = target.kind == "Service" or (target.kind == "Pod" and not pod_like(target.name))
    return target.model_copy(update={"kind": ""}) if behind else target


def _counted(clause: Clause) -> Phrase | None:
    """`tail 100 web`"""
    tailed = any((token.tag, token.value) == (Tag.LOGS, "tail") for token in clause.tokens)
    return clause.first("amount") if tailed else None


def _lines(tail: Phrase | None) -> int:
    number = int(tail.value("n") or 0) if tail is not None else 200
    return min(max(number, 1), _MOST_LINES)


def _seconds(since: Phrase | None) -> int | None:
    if since is None:
        return None
    number = float(next((token.value for token in since.tokens if token.tag is Tag.NUMBER), 0)) + since.has("half") / 2
    unit = next(token.text for token in since.tokens if token.tag is Tag.MINUTES)
    seconds = int((number or 1) * _SECONDS.get(unit[0].lower(), 60))
    return min(max(seconds, 1), 30 * 86400)


def _events(clause: Clause) -> Operation:
    named = _first_group(clause)
    namespace, wide = namespace_of(clause), everywhere(clause)
    warnings = any(token.value == "warning" for token in clause.tokens)
    if named:
        return Events(target=named[0].target(namespace), warnings_only=warnings)
    bare = next((item.namespace for group in groups(clause) for item in group if item.namespace), None)
    where = namespace or bare
    return Events(namespace=where, all_namespaces=wide and where is None, warnings_only=warnings)


def _look(clause: Clause, scene: Scene) -> Reading:
    asked = clause.has(Tag.WHY, Tag.DIAGNOSE, Tag.ASK, Tag.LOOK) or clause.question
    named = _first_group(clause)
    namespace = namespace_of(clause)
    goal = next((value for phrase in clause.all("goal") if (value := phrase.value("ref")) is not None), None)
    if not named and goal is not None:
        return Look(Target(kind="", name=goal, namespace=namespace), asked)
    if named:
        return Look(_loosened(named[0].target(namespace)), asked)
    if namespace is not None:
        source = any(phrase.has("from") for phrase in clause.all("place"))  # timeouts from web
        return Look(Target(kind="" if source else "Namespace", name=namespace), asked)
    owner = _subject_of(clause)
    if owner is not None:
        return Look(Target(kind="", name=owner), asked)  # 的 says not whether web is a workload or a namespace
    if scene.mentioned or scene.looked is not None:
        return Look(scene.looked or scene.mentioned[-1], asked)
    if clause.has(Tag.CLUSTER) or everywhere(clause):
        listed = (Get(kind="Node"), Get(kind="Pod", all_namespaces=True))
        raise Unclear(Ask(reason("rules.cluster"), listed))
    raise Unclear(Ask(reason("rules.which_target"), severity=1))
