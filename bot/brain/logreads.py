"""Which lines of which log: `web 近一小时的日志`, `tail 100 web`, `logs from web in prod`."""

from bot.brain.clauses import Clause
from bot.brain.grammar import Phrase
from bot.brain.readings import Scene
from bot.brain.subjects import loosened, names, targets_of
from bot.brain.tags import Tag
from bot.brain.targets import namespace_of
from executor.operations import Logs, Target

_MOST_LINES = 2000
_USUAL_LINES = 200
_SECONDS = {"分": 60, "小": 3600, "个": 3600, "秒": 1, "天": 86400, "m": 60, "h": 3600, "s": 1, "d": 86400}


def asks_for_lines(clause: Clause) -> bool:
    """`web 最近 50 行` too."""
    old = any((token.tag, token.value) == (Tag.PREVIOUS, "logs") for token in clause.tokens)
    return old or clause.has(Tag.LOGS) or any(phrase.tokens[-1].tag is Tag.LINES for phrase in clause.all("tail"))


def logs(clause: Clause, scene: Scene) -> tuple[Logs, ...]:
    """`日志看下 web 和 api`: of each."""
    tail, since = clause.first("tail"), clause.first("since")
    inside = clause.first("container")
    container = inside.value("container") if inside is not None else None
    return tuple(
        Logs(
            target=target,
            container=container if target.name != container else None,
            previous=bool(clause.all("previous")),
            tail=_lines(tail or _counted(clause)),
            since_seconds=_seconds(since),
        )
        for target in _targets(clause, scene, container)
    )


def _targets(clause: Clause, scene: Scene, container: str | None) -> tuple[Target, ...]:
    if not names(clause):
        sources = [phrase for phrase in clause.all("place") if phrase.has("from")]
        if sources and len(clause.all("place")) > 1:
            where = next((phrase.value("ns") for phrase in clause.all("place") if phrase is not sources[0]), None)
            return (Target(kind="", name=sources[0].value("ns") or "", namespace=where),)
        spoken = [phrase for phrase in clause.all("place") if phrase.has("ns") and not phrase.has("nsw")]
        if spoken and spoken[-1].tokens[0].tag is not Tag.FLAG:
            others = [phrase.value("ns") for phrase in clause.all("place") if phrase is not spoken[-1]]
            return (Target(kind="", name=spoken[-1].value("ns") or "", namespace=next(iter(others), None)),)
        if container is not None:
            return (Target(kind="", name=container, namespace=namespace_of(clause)),)
    return tuple(loosened(target) for target in targets_of(clause, scene))


def _counted(clause: Clause) -> Phrase | None:
    """`tail 100 web`"""
    tailed = any((token.tag, token.value) == (Tag.LOGS, "tail") for token in clause.tokens)
    return clause.first("amount") if tailed else None


def _lines(tail: Phrase | None) -> int:
    number = int(tail.value("n") or 0) if tail is not None else _USUAL_LINES
    return min(max(number, 1), _MOST_LINES)


def _seconds(since: Phrase | None) -> int | None:
    if since is None:
        return None
    number = float(next((token.value for token in since.tokens if token.tag is Tag.NUMBER), 0)) + since.has("half") / 2
    unit = next(token.text for token in since.tokens if token.tag is Tag.MINUTES)
    seconds = int((number or 1) * _SECONDS.get(unit[0].lower(), 60))
    return min(max(seconds, 1), 30 * 86400)
