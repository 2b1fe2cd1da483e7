"""Cron expressions of five fields, as CronJobs have them (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

_MACROS = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_HORIZON = 366 * 5
"""Days that are looked at: 29 February comes within them."""


@dataclass(frozen=True, slots=True)
class Schedule:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both a day of the month and a weekday are named: one of them is enough."""

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The times it names after that moment, one after the other."""
        first = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(_HORIZON):
            day = first + timedelta(days=number)
            if self._on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        if (at := day.replace(hour=hour, minute=minute)) > moment:
                            yield at

    def _on(self, day: datetime) -> bool:
        named = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (any(named) if self.either_day else all(named))


def parse_schedule(text: str) -> Schedule:
    """ValueError for what is no schedule."""
    words = _MACROS.get(text.strip().lower(), text).lower().split()
    if len(words) != len(_FIELDS):
        raise ValueError(f"expected exactly 5 fields, found {len(words)}: {words}")
    minutes, hours, days, months, weekdays = (
        _field(word, *bounds) for word, bounds in zip(words, _FIELDS, strict=True)
    )
    either = not words[2].startswith("*") and not words[4].startswith("*")
    return Schedule(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either_day=either)


def _field(word: str, lowest: int, highest: int) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, _, step = part.partition("/")
        start, dash, end = span.partition("-")
        first = lowest if span in ("*", "?") else _number(start)
        last = highest if span in ("*", "?") or (step and not dash) else _number(end) if dash else first
        if not lowest <= first <= last <= highest or (step and int(step) < 1):
            raise ValueError(f"out of range: {part}")
        found |= set(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _number(word: str) -> int:
    if word in _MONTHS:
        return _MONTHS.index(word) + 1
    return _DAYS.index(word) if word in _DAYS else int(word)
