"""How many: `到 5 个`, `加两个`, `一倍`, `by 2`, `2x`, read together with the verb. What has two readings is asked."""

from collections.abc import Sequence

from bot.brain.grammar import Phrase
from bot.brain.readings import Ask, Unclear
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from executor.operations import Operation, Scale, Target
from executor.reason import reason

_MOST = 10_000


def scales(
    verbs: Sequence[Token], amounts: tuple[Phrase, ...], targets: tuple[Target, ...], *, number: bool = False
) -> tuple[Operation, ...]:
    """`number` where the number of replicas is what is altered (`副本数改 8`). Raises Unclear when the amount is missing or can be
    read in two ways."""
    ways = {verb.value for verb in verbs if verb.tag in (Tag.SCALE, Tag.DIRECTION)} - {"to"}
    ways = ways or {"remove" if _deletes(verbs) else "to"}
    if number and ways == {"to"} and all(verb.tag is Tag.ALTER for verb in verbs):
        ways = {"at"}
    whole = {verb.tag for verb in verbs} & {Tag.DOUBLE, Tag.HALVE}
    if len(amounts) + len(whole) > 1 or len(ways) > 1:
        raise _unclear(amounts, ())
    way = next(iter(ways))
    if whole:
        doubled = Tag.DOUBLE in whole
        if way in (("down", "remove") if doubled else ("up", "add")):
            raise _unclear(amounts, ())
        times = next(float(verb.value or 2) for verb in verbs if verb.tag in whole) if doubled else 0.5
        return tuple(Scale(target=target, factor=times) for target in targets)
    if not amounts:
        raise Unclear(Ask(reason("rules.how_many"), _examples(way, targets), severity=1))
    readings = _readings(way, amounts[0])
    if len(readings) == 1:
        return tuple(_scale(target, readings[0]) for target in targets)
    raise _unclear(amounts, tuple(_scale(targets[0], one) for one in readings) if len(targets) == 1 else ())


def _deletes(verbs: Sequence[Token]) -> bool:
    """`remove two replicas`"""
    return any(verb.tag is Tag.DELETE for verb in verbs)


Amount = tuple[str, float]
"""(`replicas` | `factor` | `delta`, value)"""


def _readings(way: str, amount: Phrase) -> list[Amount]:
    number = int(amount.value("n") or 0)
    if amount.has("half"):
        return [("factor", 0.5)] if way in ("down", "remove", "to", "at") else []
    if (delta := amount.value("delta")) is not None:
        return _step(way, int(delta))
    if (multiple := amount.value("factor")) is not None:
        return [("factor", int(multiple))] if way in ("up", "to", "at") and int(multiple) > 0 else []
    if amount.has("times"):
        return _times(way, number, to=amount.has("to"))
    if way == "at" or amount.has("to") or amount.tokens[0].tag is Tag.FLAG:
        return [("replicas", number)]
    if way in ("add", "remove"):
        return _by(way, number)
    return _either(way, number, amount)


def _either(way: str, number: int, amount: Phrase) -> list[Amount]:
    """`扩容 3 个`, `scale by 2`: two readings each, unless something tells."""
    if amount.has("by"):
        return _by(way, number) if way != "to" else [("delta", number), ("factor", number)]
    if way == "to":
        return [("replicas", number)] if amount.has("repl") else [("replicas", number), ("delta", number)]
    return [("replicas", number), *_by(way, number)]


def _step(way: str, delta: int) -> list[Amount]:
    """`+2`, where the verb does not say the contrary."""
    grows = delta > 0
    agrees = way == "to" or (way != "at" and grows == (way in ("up", "add")))
    return [("delta", delta)] if agrees else []


def _by(way: str, number: int) -> list[Amount]:
    return [("delta", number if way in ("up", "add") else -number)] if number > 0 else []


def _times(way: str, number: int, *, to: bool) -> list[Amount]:
    """`扩到 3 倍` is three times; `扩大一倍` doubles; `扩大两倍` means two times to some and three times to others."""
    if number <= 0:
        return []
    if to or way == "at":
        return [("factor", number)] if way in ("up", "to", "add", "at") else []
    if way in ("up", "add"):
        return [("factor", 2)] if number == 1 else [("factor", number), ("factor", number + 1)]
    if way in ("down", "remove") and number == 1:
        return [("factor", 0.5), ("replicas", 0)]
    return []


def _scale(target: Target, amount: Amount) -> Scale:
    field, value = amount
    if (field == "factor" and value > 100) or abs(value) > _MOST:
        raise Unclear(Ask(reason("rules.too_many_replicas", limit=_MOST)))
    return Scale.model_validate({"target": target, field: value if field == "factor" else int(value)})


def _unclear(amounts: tuple[Phrase, ...], operations: tuple[Operation, ...]) -> Unclear:
    text = " ".join("".join(token.text for token in phrase.tokens) for phrase in amounts)
    return Unclear(Ask(reason("rules.amount_unclear", text=text), operations))


def _examples(way: str, targets: tuple[Target, ...]) -> tuple[Operation, ...]:
    if len(targets) != 1 or way == "to":
        return ()
    step = 1 if way in ("up", "add") else -1
    return (
        Scale(target=targets[0], delta=step),
        Scale(target=targets[0], factor=2.0 if step > 0 else 0.5),
    )
