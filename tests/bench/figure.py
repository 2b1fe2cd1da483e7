"""A figure: what was measured, beside its goal, as one line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


class Skipped(Exception):
    """This machine lacks what the measurement needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Check:
    """One measured value beside its goal. `because` says how a relative goal came about."""

    what: str
    value: float
    goal: float
    unit: str
    at_least: bool = False
    because: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        reason = f" = {self.because}" if self.because else ""
        return f"{self.what} {shown(self.value, self.unit)} ({sign} {shown(self.goal, self.unit)}{reason})"


@dataclass(frozen=True, slots=True)
class Figure:
    """`beside` is what else was seen in the same run."""

    name: str
    checks: tuple[Check, ...]
    beside: str = ""

    @property
    def met(self) -> bool:
        return all(check.met for check in self.checks)

    def __str__(self) -> str:
        said = [str(check) if check.met else f"MISSED {check}" for check in self.checks]
        return f"{'ok    ' if self.met else 'MISSED'}  {self.name}: {'; '.join([*said, *filter(None, [self.beside])])}"


def shown(value: float, unit: str) -> str:
    """Three significant digits, no more than are known."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    number = f"{value:.{0 if float(value).is_integer() and value < 1000 else digits}f}"
    return f"{number} {unit}".rstrip()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all are not above (nearest rank). ValueError without values."""
    if not values:
        raise ValueError("nothing was measured")
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def milliseconds(seconds: Sequence[float]) -> list[float]:
    return [each * 1000 for each in seconds]
