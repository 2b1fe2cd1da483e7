"""What colour a state has: a rule over the cluster's own words, which are few and never translated.

A word that is not known has none. What a message or a name says is never looked at: only columns whose role is `state` or `ready`.
"""

import re
from typing import Literal

from cards.model import Role

Mood = Literal["good", "moving", "bad", "over", "unknown"]

_WORDS: dict[Mood, re.Pattern[str]] = {
    "good": re.compile(
        "running|ready|completed?|succeeded|success|approved|bound|active|available|healthy|normal|true"
    ),
    "moving": re.compile(
        "pending|containercreating|podinitializing|terminating|updating|warning|unknown|released|schedulingdisabled"
    ),
    "bad": re.compile(
        ".*backoff|.*error|errimagepull|failed|notready|evicted|oomkilled|lost|inactive|full|false|unhealthy|refused"
        "|invalidimagename|containercannotrun|deadlineexceeded|nodelost"
    ),
    "over": re.compile("stopped|suspended|scheduled|free|denied|expired|cancelled|stale"),
}
_SIGNS: dict[Mood, str] = {"good": "🟢", "moving": "🟠", "bad": "🔴", "over": "⚪", "unknown": ""}
_SHARE = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_WORST_FIRST: tuple[Mood, ...] = ("bad", "moving", "unknown", "over", "good")


def mood(cell: str, role: Role) -> Mood:
    if role == "ready":
        return _of_share(cell)
    if role != "state":
        return "unknown"
    moods = {_of_word(word) for word in cell.split(",")}
    return next(each for each in _WORST_FIRST if each in moods)


def _of_word(word: str) -> Mood:
    """`Init:CrashLoopBackOff` and `Ready=False` say it behind the mark; `Init:0/1` is on its way."""
    last = re.split("[:=]", word.strip().casefold())[-1]
    if _SHARE.fullmatch(last):
        return "moving"
    return next((mood for mood, words in _WORDS.items() if words.fullmatch(last)), "unknown")


def _of_share(cell: str) -> Mood:
    if not (found := _SHARE.fullmatch(cell.strip())):
        return "unknown"
    ready, wanted = int(found[1]), int(found[2])
    if ready >= wanted:
        return "good" if wanted else "over"
    return "moving" if ready else "bad"


def signed(cell: str, role: Role) -> str:
    """With a coloured dot before it, for where cells have no colours; what is ready as it should be needs none."""
    found = mood(cell, role)
    sign = "" if role == "ready" and found in {"good", "over"} else _SIGNS[found]
    return f"{sign} {cell}" if sign else cell
