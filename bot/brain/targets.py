"""Which objects a clause speaks of: `web 和 api`, `shop 的 nginx`, `pod a、b`, `它`."""

from dataclasses import dataclass, replace

from bot.brain.clauses import Clause
from bot.brain.grammar import Phrase
from bot.brain.readings import Ask, Scene, Unclear
from bot.brain.tags import Tag
from bot.brain.wording import diagnosis, listing, thing
from executor.kinds import kind_named
from executor.operations import Target
from executor.reason import reason


@dataclass(frozen=True, slots=True)
class Mention:
    """An object phrase: `kind` is None when no kind was said, "" when only "workload" was; `name` is "" for a bare kind."""

    kind: str | None
    name: str
    namespace: str | None
    pronoun: bool = False
    spelt: bool = False
    """Written as `deployment/web` or `shop/web`: its kind and namespace are its own."""

    def target(self, namespace: str | None = None) -> Target:
        kind = self.kind or ""
        where = self.namespace or namespace
        scoped = kind == "" or kind_named(kind).namespaced
        return Target(kind=kind, name=self.name, namespace=where if scoped else None)


def mention(phrase: Phrase) -> Mention:
    if (written := phrase.value("object")) is not None:
        kind, name, *namespace = written.split("/")
        return Mention(kind, name, namespace[0] if namespace else phrase.value("ns"), spelt=True)
    kind_word = phrase.value("kind")
    if (pair := phrase.value("pair")) is not None:
        namespace_, _, name = pair.partition("/")
        return Mention(kind_word, name, namespace_, spelt=True)
    return Mention(kind_word, phrase.value("name") or "", phrase.value("ns"), pronoun=phrase.has("pronoun"))


def groups(clause: Clause) -> tuple[tuple[Mention, ...], ...]:
    """Object phrases, those that `和` joins together. Kind and namespace said once hold for all that are joined."""
    found: list[list[Mention]] = []
    joined = False
    for phrase in clause.phrases:
        if phrase.role == "object":
            if joined and found:
                found[-1].append(mention(phrase))
            else:
                found.append([mention(phrase)])
            joined = False
        elif phrase.role == Tag.AND:
            joined = bool(found)
        elif phrase.role != "place":
            joined = False
    placed = any(phrase.has("ns") for phrase in clause.all("place"))
    return tuple(_shared([_owned(item) if placed else item for item in group]) for group in found)


def _owned(item: Mention) -> Mention:
    """`shop 命名空间里 web 的 deployment`: where the namespace is known, `web` is the name."""
    if item.name or item.namespace is None:
        return item
    return replace(item, name=item.namespace, namespace=None)


def _shared(group: list[Mention]) -> tuple[Mention, ...]:
    """`pod a 和 b`, `a 和 b 两个 pod`, `shop 的 a 和 b`"""
    first, last = group[0], group[-1]
    if first.spelt or all(not item.name for item in group):
        return tuple(group)
    kind = first.kind if first.kind is not None else None if last.spelt else last.kind
    return tuple(
        item
        if item.spelt
        else replace(item, kind=kind if item.kind is None else item.kind, namespace=item.namespace or first.namespace)
        for item in group
    )


def namespace_of(clause: Clause) -> str | None:
    """The namespace that the clause says apart from its objects. Raises Unclear for two different ones."""
    said = {value for phrase in clause.all("place") if (value := phrase.value("ns")) is not None}
    if len(said) > 1:
        raise Unclear(Ask(reason("rules.which_of", names=", ".join(sorted(said)))))
    return next(iter(said), None)


def everywhere(clause: Clause) -> bool:
    return any(phrase.has("everywhere") for phrase in clause.all("place"))


def loose_ands(clause: Clause) -> bool:
    """An `and` that does not stand between two objects."""
    for before, phrase, after in zip(
        (None, *clause.phrases), clause.phrases, (*clause.phrases[1:], None), strict=False
    ):
        between = before is not None and after is not None and {before.role, after.role} <= {"object", "place"}
        if phrase.role == Tag.AND and not between:
            return True
    return False


def named_namespace(clause: Clause) -> str | None:
    """`删除 shop 命名空间`: a namespace that is spoken of itself, not as the place of something."""
    for phrase in clause.all("place"):
        if phrase.has("nsw") and not phrase.has("inside") and not clause.all("object"):
            return phrase.value("ns")
    return None


def changed(clause: Clause, scene: Scene) -> tuple[Target, ...]:
    """The objects that a verb of change is about. Raises Unclear when there is none, or more than one reading."""
    namespace = namespace_of(clause)
    found = groups(clause)
    if namespace is None and len(found) == 2 and _is_heading(clause):
        namespace, found = found[0][0].name, found[1:]  # staging：重启 web
    if all(item.pronoun for group in found for item in group):
        return _from_scene(clause, scene, namespace, said=bool(found))
    if len(found) > 1:
        raise _several(found, namespace)
    if clause.has(Tag.BOTH) and len(found[0]) == 1 and any(phrase.has("pair") for phrase in clause.all("object")):
        raise _slashed(found[0][0])
    bare = next((item for item in found[0] if not item.name), None)
    if bare is not None:
        raise _nameless(bare, namespace, scene)
    return tuple(dict.fromkeys(item.target(namespace) for item in found[0]))


def _is_heading(clause: Clause) -> bool:
    """A mere name before a colon."""
    first, second = clause.phrases[0], clause.phrases[1]
    return first.role == "object" and len(first.tokens) == 1 and first.has("name") and second.role == Tag.COLON


def no_riddle(clause: Clause) -> None:
    """Raises Unclear for `重启 shop 命名空间 nginx`, with both ways to read it."""
    riddle = clause.first("riddle")
    if riddle is None:
        return
    first, second = riddle.value("first") or "", riddle.value("second") or ""
    ways = (Target(kind="", name=second, namespace=first),), (Target(kind="", name=first, namespace=second),)
    raise Unclear(Ask(reason("rules.which_of", names=f"{first}, {second}")), ways)


def solved(clause: Clause) -> Clause:
    """For reads, the likelier way: `shop 命名空间 nginx` is nginx in shop, `nginx namespace shop` too; `shop 那边` is shop where
    nothing else is named."""
    phrases: list[Phrase] = []
    named = any(phrase.has("name") or phrase.has("object") for phrase in clause.all("object"))
    for phrase in clause.phrases:
        if phrase.role == "aside":
            phrases += () if named else (replace(phrase, role="object"),)
            continue
        if phrase.role != "riddle":
            phrases.append(phrase)
            continue
        (_, first), (_, word), (_, second) = phrase.captures
        namespace, name = (second, first) if word.text.isascii() else (first, second)
        phrases.append(Phrase("place", (namespace, word), (("ns", namespace), ("nsw", word), ("inside", word))))
        phrases.append(Phrase("object", (name,), (("name", name),)))
    return replace(clause, phrases=tuple(phrases))


def _from_scene(clause: Clause, scene: Scene, namespace: str | None, *, said: bool) -> tuple[Target, ...]:
    if (itself := named_namespace(clause)) is not None and not said:
        return (Target(kind="Namespace", name=itself),)
    kinds = {phrase.value("kind") for phrase in clause.all("object")} - {None, ""}
    candidates = tuple(dict.fromkeys(one for one in scene.mentioned if one.kind == "" or kinds <= {one.kind}))
    if len(candidates) == 1 and (namespace is None or candidates[0].namespace in (None, namespace)):
        target = candidates[0]
        return (target.model_copy(update={"namespace": namespace}) if namespace is not None else target,)
    names = ", ".join(dict.fromkeys(thing(target) for target in candidates))
    if clause.has(Tag.BOTH) and candidates and namespace is None:
        return candidates  # web 和 api 挂了，都重启下
    question = reason("rules.which_of", names=names) if names else reason("rules.which_target")
    raise Unclear(Ask(question, severity=1), tuple((target,) for target in candidates))


def spoken_of(scene: Scene) -> Target | None:
    """What was named last; of several that only the conversation was about none is guessed."""
    if scene.remembered and len(scene.mentioned) > 1:
        names = ", ".join(thing(target) for target in scene.mentioned)
        ways = tuple(diagnosis(target, scene.language) for target in scene.mentioned)
        raise Unclear(Ask(reason("rules.which_of", names=names), choices=ways, severity=1))
    return scene.mentioned[-1] if scene.mentioned else None


def _several(found: tuple[tuple[Mention, ...], ...], namespace: str | None) -> Unclear:
    """`重启 shop nginx`: a namespace and a name, or two names?"""
    flat = [item for group in found for item in group]
    question = Ask(reason("rules.which_of", names=", ".join(item.name or (item.kind or "").lower() for item in flat)))
    if len(flat) != 2 or namespace or any(not item.name or item.namespace or item.pronoun for item in flat):
        return Unclear(question)
    first, second = flat
    within = () if first.kind else ((second.target(first.name),),)
    return Unclear(question, (*within, (first.target(), second.target())))


def _slashed(item: Mention) -> Unclear:
    """`web/api 都重启一下`: two names, though a namespace and a name are written so."""
    first, second = Target(kind="", name=item.namespace or ""), Target(kind="", name=item.name)
    question = Ask(reason("rules.which_of", names=f"{first.name}, {second.name}"))
    return Unclear(question, ((first,), (second,), (item.target(),)))


def _nameless(bare: Mention, namespace: str | None, scene: Scene) -> Unclear:
    """`删除 pod`; and `重启 nginx 的 deployment`, where nginx may be the namespace or the name."""
    kind = bare.kind or "Deployment"
    where = (bare.namespace or namespace) if kind_named(kind).namespaced else None
    owned = (
        () if bare.namespace is None else ((Target(kind=bare.kind or "", name=bare.namespace, namespace=namespace),),)
    )
    return Unclear(
        Ask(reason("rules.which_name", kind=kind), choices=(listing(kind, where, scene.language),), severity=1), owned
    )
