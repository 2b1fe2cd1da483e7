"""The levels of risk and how several findings become one verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from executor.reason import Frozen, Reason, reason


class Level(StrEnum):
    READ_ONLY = "read-only"
    HIGH = "high"
    FORBIDDEN = "forbidden"


_ORDER = (Level.READ_ONLY, Level.HIGH, Level.FORBIDDEN)


class Risk(Frozen):
    """`severe` marks the upper tier of high, where policy may ask for more than one click.
    The reason that weighs most comes first."""

    level: Level
    reasons: tuple[Reason, ...]
    severe: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What one rule found."""

    level: Level
    reason: Reason
    severe: bool = False


def forbidden(code: str, /, **values: str | int) -> Mark:
    return Mark(Level.FORBIDDEN, reason(code, **values))


def severe(code: str, /, **values: str | int) -> Mark:
    return Mark(Level.HIGH, reason(code, **values), severe=True)


def high(code: str, /, **values: str | int) -> Mark:
    return Mark(Level.HIGH, reason(code, **values))


def read_only() -> Mark:
    return Mark(Level.READ_ONLY, reason("risk.read_only"))


def weigh(marks: Iterable[Mark]) -> Risk:
    """The highest level wins; only the reasons of that level are told, severe ones first. No mark at all is high (I7)."""
    found = list(marks)
    level = highest([mark.level for mark in found] or [Level.HIGH])
    told = sorted((mark for mark in found if mark.level is level), key=lambda mark: not mark.severe)
    reasons: list[Reason] = []
    for mark in told:
        if mark.reason not in reasons:
            reasons.append(mark.reason)
    return Risk(
        level=level,
        reasons=tuple(reasons) or (reason("risk.unknown"),),
        severe=level is Level.HIGH and any(mark.severe for mark in told),
    )


def worst(risks: Iterable[Risk]) -> Risk:
    """The risk of doing all of it. ValueError for none."""
    found = list(risks)
    if not found:
        raise ValueError("no risk to combine")
    marks = [Mark(risk.level, why, severe=risk.severe) for risk in found for why in risk.reasons]
    return weigh(marks)


def raised(risk: Risk, to: Level, why: Reason | None = None) -> Risk:
    """What a model may do to a verdict of the rules: `to` counts only where it is higher (I7)."""
    if _ORDER.index(to) <= _ORDER.index(risk.level):
        return risk
    return Risk(level=to, reasons=(why or reason("risk.raised"), *risk.reasons))


def highest(levels: Iterable[Level]) -> Level:
    return max(levels, key=_ORDER.index)
