"""Spans of time as people say them, in the daemon's own time zone."""

import re
from datetime import date, datetime, time, timedelta

_AGO = re.compile(r"(\d{1,4})\s*(d|h|天|小时)")
_SAID = {
    "今天": "today",
    "昨天": "yesterday",
    "本周": "week",
    "上周": "last-week",
    "本月": "month",
    "上月": "last-month",
}
POSSIBLE = "2026-11-22, 2026-11-22T03:00, today, yesterday, week, last-week, month, last-month, 7d or 12h"

Span = tuple[datetime | None, datetime | None]
"""From the first moment on, up to and without the second; None where it is open."""


def span(word: str, now: datetime) -> Span:
    """What a word of a request or an option stands for; "" is all of time. Raises ValueError with what is possible."""
    word = _SAID.get(word, word)
    today = now.astimezone().date()
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    if ago := _AGO.fullmatch(word):
        return now - int(ago[1]) * (timedelta(days=1) if ago[2] in "d天" else timedelta(hours=1)), None
    match word:
        case "":
            return None, None
        case "today":
            return midnight(today), None
        case "yesterday":
            return midnight(today - timedelta(days=1)), midnight(today)
        case "week":
            return midnight(monday), None
        case "last-week":
            return midnight(monday - timedelta(days=7)), midnight(monday)
        case "month":
            return midnight(first), None
        case "last-month":
            return midnight((first - timedelta(days=1)).replace(day=1)), midnight(first)
    return _written(word)


def midnight(day: date) -> datetime:
    """The beginning of a day here."""
    return datetime.combine(day, time()).astimezone()


def _written(word: str) -> Span:
    try:
        if len(word) == len("2026-11-22"):
            day = date.fromisoformat(word)
            return midnight(day), midnight(day + timedelta(days=1))
        return datetime.fromisoformat(word).astimezone(), None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{word!r} is no time; write {POSSIBLE}") from error


def since(word: str, now: datetime) -> datetime | None:
    """The beginning of a span."""
    return span(word, now)[0]


def until(word: str, now: datetime) -> datetime | None:
    """The end of a span: `2026-11-22` and `today` count to the end of the day, a moment or `7d` is the end itself."""
    start, end = span(word, now)
    if word in ("today", "今天"):
        return midnight(now.astimezone().date() + timedelta(days=1))
    return end or start
