"""What one line of a log is: its level, what it says, what it has in common with others like it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

STAMP = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?")
_VARIABLE = re.compile(
    r"\"[^\"]{0,200}\"|'[^']{0,200}'|\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|"
    r"\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F]{8,}\b|\d+"
)
_SAID = re.compile(r"\b(?P<key>msg|message|err|error|reason)=\"(?P<said>(?:[^\"\\]|\\.){0,400})\"")
"""What a line of logfmt says is no mere variable."""


class Level(IntEnum):
    QUIET = 0
    WARNING = 1
    ERROR = 2
    FATAL = 3


_WORDS = {
    **dict.fromkeys(("trace", "debug", "info", "notice", "log", "i", "调试", "信息", "提示"), Level.QUIET),
    **dict.fromkeys(("warn", "warning", "w", "警告", "告警"), Level.WARNING),
    **dict.fromkeys(("error", "err", "severe", "crit", "critical", "alert", "e", "错误", "严重"), Level.ERROR),
    **dict.fromkeys(("fatal", "emerg", "panic", "f", "致命"), Level.FATAL),
}
_LEVELS = (
    re.compile(r"\b(?:level|lvl|severity|levelname)[\"']?\s?[=:]\s?[\"']?(?P<level>[A-Za-z]{1,8})\b", re.IGNORECASE),
    re.compile(r"^(?P<level>[IWEF])\d{4} \d{2}:"),
    re.compile(r"[\[【](?P<level>[a-z]{3,8}|[\u4e00-\u9fff]{2})[\]】]"),
    re.compile(
        r"\b(?P<level>TRACE|DEBUG|INFO|NOTICE|LOG|WARN(?:ING)?|ERR(?:OR)?|SEVERE|CRIT(?:ICAL)?|ALERT|FATAL|EMERG)\b"
    ),
    re.compile(r"^(?P<level>trace|debug|info|notice|warn|error|fail|fatal): "),
)
_WHERE = 160
"""Characters in which a level stands, if there is one."""
_NUMBERED = ((60, Level.FATAL), (50, Level.ERROR), (40, Level.WARNING), (0, Level.QUIET))
"""Pino's and bunyan's."""
_LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log.level")
_MESSAGE_KEYS = ("msg", "message", "log", "event", "text")
_ERROR_KEYS = ("error", "err", "exception", "stack_trace", "stacktrace", "cause", "reason")
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is what it says, in which words count; `level` None where it bears none; `quote` is the short of it."""

    text: str
    level: Level | None
    quote: str


def read_line(line: str) -> Line:
    told = _object(line)
    if told is None:
        return Line(line, _level(line), without_stamp(line))
    message = next((str(told[key]) for key in _MESSAGE_KEYS if isinstance(told.get(key), str) and told[key]), "")
    blamed = next((found for key in _ERROR_KEYS if (found := _first_text(told.get(key)))), "")
    quote = ": ".join(filter(None, (message, blamed.split("\n")[0]))) or without_stamp(line)
    spoken = [text for key, value in told.items() if key not in _LEVEL_KEYS for text in _texts(value)]
    return Line(" ".join(spoken), _level_of(told), quote)


def quoted(line: str) -> str:
    """The line for a sentence that quotes it: of JSON the message and the error, of others all but a leading timestamp."""
    return read_line(line).quote


def without_stamp(line: str) -> str:
    found = STAMP.match(line.lstrip("[ "))
    return line.lstrip("[ ")[found.end() :].lstrip(" ]:-") if found else line


def template_of(line: str) -> str:
    """What it has in common with others like it: numbers, addresses, ids and quoted text are taken out."""
    told = _object(line)
    if told is not None:
        read = read_line(line)
        line = f"{read.level} {read.quote}"
    return _VARIABLE.sub("#", STAMP.sub("", _SAID.sub(r"\g<key>=\g<said>", line))).strip()


def _object(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for item in value.values():
            yield from _texts(item, depth + 1)


def _first_text(value: Any) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in _MESSAGE_KEYS if isinstance(value.get(key), str)), "")
    return value if isinstance(value, str) else ""


def _level_of(told: dict[str, Any]) -> Level | None:
    value = next((told[key] for key in _LEVEL_KEYS if key in told), None)
    if isinstance(value, str):
        return _WORDS.get(value.lower())
    if isinstance(value, int) and not isinstance(value, bool):
        return next((level for least, level in _NUMBERED if value >= least), None)
    return None


def _level(line: str) -> Level | None:
    head = line[:_WHERE]
    for pattern in _LEVELS:
        found = pattern.search(head)
        if found is not None and (level := _WORDS.get(found["level"].lower())) is not None:
            return level
    return None
