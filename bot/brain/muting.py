"""Requests about alerts: `静默 7F3K 1小时`, `静默 namespace=shop 2小时`, `取消静默 7F3K`, `静默列表`, `告警`.

The whole message must be such a request, as with those about people: with a remark around it, it is none, and nothing happens.
"""

import re

from bot.brain.planner import Clarify, Matcher, Mute, Plan, Reply
from executor.reason import reason
from executor.redact import mask

LONGEST = 7 * 86400
"""Seconds. What shall be quiet for longer belongs into Alertmanager."""
LONGEST_TEXT = 400
LONGEST_QUESTION = 40
MOST_MATCHERS = 8
_USUAL = 3600
_CODE = r"(?P<code>[A-HJKMNP-Za-hjkmnp-z2-9]{4})"
_SPAN = (
    r"(?P<count>\d{1,4}|半个?|half an?|[一二两三四五六七八九十])\s*个?\s*"
    r"(?P<unit>分钟?|小时|钟头|天|minutes?|mins?|m|hours?|hrs?|h|days?|d)"
)
_PLEASE = r"(?:请|帮我|麻烦|please\s+)*\s*"
_END = r"\s*(?:吧|谢谢|thanks|[。.!！])*"
_FOR = rf"(?:\s*(?:for\s+)?{_SPAN})?"
_MATCHER = r"[A-Za-z_][A-Za-z0-9_]{0,60}!?=(?!~)(?:\"[^\"]{1,200}\"|[^\s,，;；\"=]{1,200})"
_MUTE = re.compile(rf"{_PLEASE}(?:静默|静音|mute)\s*{_CODE}{_FOR}{_END}", re.IGNORECASE | re.ASCII)
_MUTE_BEHIND = re.compile(
    rf"{_PLEASE}(?:把|将)?\s*{_CODE}\s*(?:静默|静音)(?:掉|一下)?{_FOR}{_END}", re.IGNORECASE | re.ASCII
)
_MATCHING = re.compile(
    rf"{_PLEASE}(?:静默|静音|mute)\s*(?P<matchers>{_MATCHER}(?:\s*[,，;；\s]\s*{_MATCHER}){{0,{MOST_MATCHERS - 1}}})"
    rf"(?:\s+(?:for\s+)?{_SPAN})?{_END}",
    re.IGNORECASE | re.ASCII,
)
_NAMED = re.compile(
    rf"{_PLEASE}(?:静默|静音|mute)\s+(?P<name>[A-Z][A-Za-z0-9_:-]{{4,120}})(?:\s+(?:for\s+)?{_SPAN})?{_END}",
    re.ASCII,
)
"""An alert's own name, as Prometheus' rules are named: `KubePodCrashLooping`."""
_PATTERN = re.compile(rf"{_PLEASE}(?:静默|静音|mute)\s*[A-Za-z_][A-Za-z0-9_]*\s*[=!]~", re.IGNORECASE | re.ASCII)
_ONE = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,60})(!?=)(?:\"([^\"]{1,200})\"|([^\s,，;；\"=]{1,200}))", re.ASCII)
_UNMUTE = re.compile(
    rf"{_PLEASE}(?:取消静默|解除静默|取消静音|解除静音|unmute)\s*{_CODE}{_END}", re.IGNORECASE | re.ASCII
)
_ALONE = re.compile(rf"{_PLEASE}(?:静默|静音|取消静默|解除静默|mute|unmute)(?:一下|下)?{_END}", re.IGNORECASE)
_LOOK = r"(?:(?:看下|看一下|看看|查看|查下|列出|列一下|当前|现在|目前|还|有没有|有|都|any|show|list|the|current|me|active)\s*)*"
_WHICH = r"(?:\s*(?:有?哪些|有?什么|列表|清单|情况|吗|list|\?|？))*"
_MUTES = re.compile(
    rf"{_LOOK}(?:哪些|什么)?\s*(?:静默(?!\s*[\d全所])|静默规则|mutes){_WHICH}(?:了(?:哪些|什么))?{_END}[?？]?",
    re.IGNORECASE,
)
_ALERTS = re.compile(rf"{_LOOK}(?:哪些|什么|所有)?\s*(?:告警|报警|alerts){_WHICH}{_END}[?？]?", re.IGNORECASE)
_COUNTS = {
    "半": 0.5,
    "半个": 0.5,
    "half a": 0.5,
    "half an": 0.5,
    "两": 2,
    **{digit: value for value, digit in enumerate("一二三四五六七八九十", 1)},
}
_UNITS = {"分": 60, "m": 60, "小": 3600, "钟": 3600, "h": 3600, "天": 86400, "d": 86400}


def muting(text: str) -> Plan | None:
    """The plan of a message that is such a request; None for everything else."""
    said = text.strip()
    if len(said) > LONGEST_TEXT:
        return None
    if found := _UNMUTE.fullmatch(said):
        return Mute(code=found["code"].upper(), seconds=0)
    if found := _MUTE.fullmatch(said):
        return _mute(found, code=found["code"].upper())
    if found := _MUTE_BEHIND.fullmatch(said):
        return _mute(found, code=found["code"].upper())
    if found := _MATCHING.fullmatch(said):
        matchers = tuple(_matcher(*one) for one in _ONE.findall(found["matchers"]))
        if not any(one.equal for one in matchers):
            return Clarify(question=reason("rules.mute_what"))
        return _mute(found, matchers=matchers)
    if found := _NAMED.fullmatch(said):
        return _mute(found, matchers=(Matcher(label="alertname", value=found["name"]),))
    if _PATTERN.match(said):
        return Clarify(question=reason("rules.mute_what"))
    return Clarify(question=reason("rules.mute_code")) if _ALONE.fullmatch(said) else _question(said)


def _question(said: str) -> Plan | None:
    if len(said) > LONGEST_QUESTION:
        return None
    if _MUTES.fullmatch(said):
        return Reply(topic="mutes")
    return Reply(topic="alerts") if _ALERTS.fullmatch(said) else None


def _mute(found: re.Match[str], *, code: str = "", matchers: tuple[Matcher, ...] = ()) -> Plan:
    seconds = _seconds(found["count"], found["unit"]) if found["count"] else _USUAL
    if not 60 <= seconds <= LONGEST:
        return Clarify(question=reason("rules.mute_span"))
    return Mute(code=code, seconds=seconds, matchers=matchers)


def _matcher(label: str, sign: str, quoted: str, plain: str) -> Matcher:
    return Matcher(label=label, value=mask(quoted or plain).text, equal=sign == "=")


def _seconds(count: str, unit: str) -> int:
    return int((_COUNTS.get(count) or int(count or 0)) * _UNITS[unit[0].lower()])
