"""What each verb of change needs, and the operations that it makes: case frames, filled by the phrases of a clause."""

import json
from dataclasses import replace

from bot.brain.amounts import scales
from bot.brain.clauses import Clause
from bot.brain.execs import argv
from bot.brain.grammar import Phrase
from bot.brain.images import images_of
from bot.brain.readings import Ask, Refuse, Scene, Unclear
from bot.brain.recast import recast
from bot.brain.spelling import Token
from bot.brain.tags import READS, Tag
from bot.brain.targets import changed, everywhere, loose_ands, mention, no_riddle
from bot.brain.unperformed import Build, halt, not_performed, undone
from bot.brain.wording import pod_like, replaceable
from executor.operations import Delete, Exec, Operation, Patch, Restart, SetImage, Target, canonical
from executor.reason import reason
from executor.redact import mask

_ALWAYS = frozenset({"object", "place", "riddle", Tag.AND, Tag.DE, Tag.LIGHT, Tag.COLON, Tag.WANT, Tag.STATUS})
_TAKES: dict[Tag, frozenset[str]] = {
    Tag.DELETE: frozenset({Tag.FORCE}),
    Tag.RESTART: frozenset({Tag.FORCE}),
    Tag.SCALE: frozenset({"amount", "origin", Tag.REPLICAS, Tag.DIRECTION}),
    Tag.UPGRADE: frozenset({"image", "goal", "origin", "container", Tag.IMAGE_WORD, Tag.CONTAINER}),
    Tag.PATCH: frozenset({Tag.JSON, Tag.TO}),
    Tag.EXEC: frozenset({Tag.COMMAND, Tag.COMMAND_WORD, "container"}),
}
_NEVER_ACTS = (Tag.UNDONE, Tag.ROLLBACK, Tag.HALT)
_SCALING = frozenset({Tag.SCALE, Tag.DOUBLE, Tag.HALVE})


def operations_of(clause: Clause, scene: Scene, *, whole: bool = True) -> tuple[Operation, ...]:
    """The operations that a clause with a verb of change asks for. Raises Unclear when something is missing, has two readings or,
    with `whole`, when a word of it is not understood."""
    verbs = clause.changes
    if everywhere(clause) or clause.has(Tag.ALL) or any((one.tag, one.value) == (Tag.DELETE, "all") for one in verbs):
        raise Unclear(Refuse((reason("rules.all_objects"),)))
    verb = _verb(clause, verbs)
    clause = recast(clause, verb)
    build = _builder(verb, clause, verbs)
    if whole and verb not in _NEVER_ACTS:
        _nothing_left(clause, verb, scene, build)
    try:
        no_riddle(clause)
        targets = changed(clause, scene)
        if verb is Tag.DELETE:
            _no_loose_kind(clause, targets)
        if verb is Tag.RESTART:
            _no_loose_pods(targets)
    except Unclear as unclear:
        raise _with_alternatives(unclear, build) from None
    return build(tuple(_as_workload(target, verb) for target in targets))


def _no_loose_kind(clause: Clause, targets: tuple[Target, ...]) -> None:
    """Raises Unclear for `删除 nginx 服务`: the workload or its Service?"""
    if any(token.tag is Tag.KIND and token.value == "" for token in clause.tokens):
        ways = tuple(
            (target.model_copy(update={"kind": kind}),) for target in targets for kind in ("Deployment", "Service")
        )
        raise Unclear(Ask(reason("rules.which_kind", name=targets[0].name)), ways)


def _no_loose_pods(targets: tuple[Target, ...]) -> None:
    """Raises Unclear for `restart the web pods`: a pod of that name would be deleted."""
    loose = next((target for target in targets if target.kind == "Pod" and not pod_like(target.name)), None)
    if loose is not None:
        raise Unclear(Ask(reason("rules.kick")), ((loose.model_copy(update={"kind": ""}),), (loose,)))


def _verb(clause: Clause, verbs: tuple[Token, ...]) -> Tag:
    """The one thing that the verbs of a clause mean together. Raises Unclear when they are several."""
    tags = frozenset(token.tag for token in verbs)
    said = {(token.tag, token.value) for token in verbs}
    if len(said) < len(verbs) or any(phrase.role in READS for phrase in clause.phrases):
        raise _conflict(verbs)
    if (turned := _turned(clause, tags, verbs)) is not None:
        return turned
    if Tag.UNDONE in tags and tags <= {Tag.UNDONE, Tag.ALTER, Tag.SCALE, Tag.DELETE, Tag.UPGRADE}:
        return Tag.UNDONE
    if tags <= _SCALING | {Tag.ALTER} and tags & _SCALING:
        return Tag.SCALE
    if tags <= {Tag.PATCH, Tag.ALTER} and Tag.PATCH in tags:
        return Tag.PATCH
    if tags <= {Tag.ALTER, Tag.UPGRADE}:
        return _altered(clause, verbs)
    if len(tags) > 1:
        raise _conflict(verbs)
    return next(iter(tags))


def _conflict(verbs: tuple[Token, ...]) -> Unclear:
    return Unclear(Ask(reason("rules.conflict", verbs=", ".join(token.text for token in verbs))))


def _turned(clause: Clause, tags: frozenset[Tag], verbs: tuple[Token, ...]) -> Tag | None:
    """What one verb means beside an image, an amount or a version; None where it means what it says."""
    images, amounts = clause.all("image"), clause.all("amount")
    if tags <= {Tag.SCALE, Tag.ALTER, Tag.UPGRADE} and clause.all("previous") and not images:
        return Tag.ROLLBACK  # 回到上个版本, 切回老版本
    if (tags == {Tag.SCALE} and images and not amounts) or (tags == {Tag.ROLLBACK} and images):
        return Tag.UPGRADE  # 升到 nginx:1.27, 镜像回退到 nginx:1.25
    counted = any(phrase.value("repl") == "" or (phrase.has("repl") and clause.has(Tag.FROM)) for phrase in amounts)
    if tags == {Tag.DELETE} and counted:
        return Tag.SCALE  # remove two replicas, remove two pods from web
    if tags == {Tag.UNDONE} and verbs[0].value == "kick out" and _of_pods(clause):
        return Tag.DELETE  # 把 pod web-6d4b75cb6d-hx7vq 踢掉
    if amounts and not images and [token.text.lower() for token in verbs] == ["bump"]:
        return Tag.SCALE  # bump web to 6
    return None


def _of_pods(clause: Clause) -> bool:
    objects = [mention(phrase) for phrase in clause.all("object")]
    return bool(objects) and all(one.kind == "Pod" and replaceable(one.name) for one in objects)


def _altered(clause: Clause, verbs: tuple[Token, ...]) -> Tag:
    """`改`, `set`, `update` say nothing by themselves: what is altered decides."""
    if clause.all(Tag.JSON):
        return Tag.PATCH
    if clause.all("image") or clause.all(Tag.IMAGE_WORD):
        return Tag.UPGRADE
    counted = clause.has(Tag.REPLICAS, Tag.UNIT) or any(phrase.has("repl") for phrase in clause.all("amount"))
    counted = counted or any(phrase.tokens[0].tag is Tag.FLAG for phrase in clause.all("amount"))
    tuned = any(token.value == "amount" for token in verbs)
    if clause.all("amount") and (counted or tuned):
        return Tag.SCALE
    return Tag.SCALE if clause.all(Tag.REPLICAS) else Tag.UPGRADE


def _builder(verb: Tag, clause: Clause, verbs: tuple[Token, ...]) -> Build:
    match verb:
        case Tag.DELETE:
            forced = clause.has(Tag.FORCE) or any(token.value == "force" for token in verbs)
            grace = 0 if forced else None
            return lambda targets: tuple(Delete(target=target, grace_seconds=grace) for target in targets)
        case Tag.RESTART:
            return lambda targets: tuple(_restart(target) for target in targets)
        case Tag.SCALE:
            directions = [phrase.tokens[0] for phrase in clause.all(Tag.DIRECTION)]
            number = bool(clause.all(Tag.REPLICAS))
            return lambda targets: scales([*verbs, *directions], clause.all("amount"), targets, number=number)
        case Tag.UPGRADE:
            images = images_of(clause)
            return lambda targets: tuple(SetImage(target=target, images=images) for target in targets)
        case Tag.PATCH:
            return _patch(clause)
        case Tag.EXEC:
            return _exec(clause)
        case Tag.ROLLBACK:
            return not_performed("rollout undo")
        case Tag.HALT:
            return halt()
        case _:
            return undone(verbs)


def _restart(target: Target) -> Operation:
    """A pod is not restarted: it is deleted, and its owner makes a new one."""
    return Delete(target=target) if target.kind == "Pod" else Restart(target=target)


def _as_workload(target: Target, verb: Tag) -> Target:
    """`cart service`: people who restart, scale or update a service mean what runs behind it."""
    meant = verb in (Tag.RESTART, Tag.SCALE, Tag.UPGRADE, Tag.HALT, Tag.ROLLBACK, Tag.EXEC)
    pods = verb is Tag.SCALE and target.kind == "Pod" and not pod_like(target.name)  # two more web pods
    pods = pods or (verb is Tag.SCALE and target.kind == "Node")  # web 机器加到 20 台
    return target.model_copy(update={"kind": ""}) if (meant and target.kind == "Service") or pods else target


def _patch(clause: Clause) -> Build:
    bodies = clause.all(Tag.JSON)
    if len(bodies) != 1:
        raise Unclear(Ask(reason("rules.which_patch"), severity=1))
    value = json.loads(bodies[0].tokens[0].value)
    if not value:
        raise Unclear(Ask(reason("rules.which_patch"), severity=1))
    body = canonical(value)
    how = "json" if isinstance(value, list) else "strategic"
    return lambda targets: tuple(
        Patch.model_validate({"target": target, "patch_type": how, "body": body}) for target in targets
    )


def _exec(clause: Clause) -> Build:
    commands = clause.all(Tag.COMMAND)
    if len(commands) != 1:
        raise Unclear(Ask(reason("rules.which_command"), severity=1))
    words = argv(commands[0].tokens[0].value)
    inside = clause.first("container")
    container = inside.value("container") if inside is not None else None
    return lambda targets: tuple(Exec(target=target, container=container, argv=words) for target in targets)


def _nothing_left(clause: Clause, verb: Tag, scene: Scene, build: Build) -> None:
    """Every word has its place, or nothing is done (`重启除 web 以外的`)."""
    taken = _ALWAYS | _TAKES.get(verb, frozenset())
    left = [phrase for phrase in clause.phrases if phrase.role not in taken and not _is_verb(phrase, clause)]
    if not left and not loose_ands(clause):
        return
    text = " ".join(token.text for phrase in left for token in phrase.tokens)
    try:
        understood = build(changed(clause, scene))
    except Unclear:
        understood = ()
    raise Unclear(Ask(reason("rules.leftover", text=mask(text or "and").text), understood))


def _is_verb(phrase: Phrase, clause: Clause) -> bool:
    return len(phrase.tokens) == 1 and phrase.tokens[0] in clause.changes


def _with_alternatives(unclear: Unclear, build: Build) -> Unclear:
    if not unclear.alternatives or not isinstance(unclear.reading, Ask):
        return unclear
    try:
        offered = tuple(operation for targets in unclear.alternatives for operation in build(targets)[:1])
    except Unclear:
        return unclear
    return Unclear(replace(unclear.reading, understood=offered))
