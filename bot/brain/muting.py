"""Requests about alerts: `静默 7F3K 1小时`, `取消静默 7F3K`, `mute 7F3K 30m`.

The whole message must be such a request, as with those about people: with a remark around it, it is none, and nothing happens.
"""

import re

from bot.brain.planner import Clarify, Mute, Plan
from executor.reason import reason

LONGEST = 7 * 86400
"""Seconds. What shall be quiet for longer belongs into Alertmanager."""
_USUAL = 3600
_CODE = r"(?P<code>[A-HJKMNP-Za-hjkmnp-z2-9]{4})"
_SPAN = (
    r"(?P<count>\d{1,4}|半个?|[一二两三四五六七八九十])\s*个?\s*"
    r"(?P<unit>分钟?|小时|钟头|天|minutes?|mins?|m|hours?|hrs?|h|days?|d)"
)
_PLEASE = r"(?:请|帮我|麻烦|please\s+)*\s*"
_END = r"\s*(?:吧|谢谢|thanks|[。.!！])*"
_MUTE = re.compile(rf"{_PLEASE}(?:静默|静音|mute)\s*{_CODE}(?:\s*(?:for\s+)?{_SPAN})?{_END}", re.IGNORECASE | re.ASCII)
_UNMUTE = re.compile(
    rf"{_PLEASE}(?:取消静默|解除静默|取消静音|解除静音|unmute)\s*{_CODE}{_END}", re.IGNORECASE | re.ASCII
)
_ALONE = re.compile(rf"{_PLEASE}(?:静默|静音|取消静默|解除静默|mute|unmute){_END}", re.IGNORECASE)
_COUNTS = {"半": 0.5, "半个": 0.5, "两": 2, **{digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}}
_UNITS = {"分": 60, "m": 60, "小": 3600, "钟": 3600, "h": 3600, "天": 86400, "d": 86400}


def muting(text: str) -> Plan | None:
    """The plan of a message that is such a request; None for everything else."""
    said = text.strip()
    if len(said) > 100:
        return None
    if found := _UNMUTE.fullmatch(said):
        return Mute(code=found["code"].upper(), seconds=0)
    if found := _MUTE.fullmatch(said):
        seconds = _seconds(found["count"], found["unit"]) if found["count"] else _USUAL
        if not 60 <= seconds <= LONGEST:
            return Clarify(question=reason("rules.mute_span"))
        return Mute(code=found["code"].upper(), seconds=seconds)
    return Clarify(question=reason("rules.mute_code")) if _ALONE.fullmatch(said) else None


def _seconds(count: str, unit: str) -> int:
    return int((_COUNTS.get(count) or int(count or 0)) * _UNITS[unit[0].lower()])
