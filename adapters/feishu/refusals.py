"""Feishu's ways of saying no, as errors named for what the caller does about them.

A refusal is HTTP 400 (some APIs 200) with `{"code", "msg", "error": {"log_id", …}}`; the gateway in front of all of them throttles
with HTTP 429 and says in a header for how long; what is no JSON comes from something on the way.
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.access_token import TokenInvalid
from adapters.errors import (
    CredentialsRejected,
    MessageGone,
    NotPermitted,
    PlatformError,
    Refused,
    Throttled,
    Unreachable,
)
from adapters.strange import json_object, string

OK = 0
SCOPE_MISSING = "99991672"
TOO_LARGE = "230025"
CARD = "230099"
"""The card's content; what is wrong with it is a sub-code in the text."""
PERSON_UNKNOWN = f"{CARD}/100290"
LOCKED = f"{CARD}/11310"
BEING_SENT = "230049"
THREAD_GONE = {"230011", "230019", "230110"}
"""Of a message that is replied to: recalled, its topic is gone, deleted."""

_RESET = "x-ogw-ratelimit-reset"
_LONGEST_WAIT = 3600.0

_WAIT = {
    "99991400": 1.0,  # the gateway's limit
    "230020": 1.0,  # five a second: of one message, one person, or of all bots in one group
    BEING_SENT: 1.0,  # the same uuid is being sent
    "11232": 1.0,  # the tenant's limit
    "11233": 1.0,  # the conversation's limit
}
"""Seconds where no header says how many."""
_LOCK_SECONDS = 1.5
_FOR_A_HUMAN = {
    "10003",  # no such application
    "10014",  # wrong secret
    "99991543",  # wrong application or secret
    "99991662",  # the application is disabled
    "99991673",  # not installed in this organisation
    "99991401",  # an address that is not on the application's list
}
_GONE = {
    "230011",  # recalled
    "230110",  # deleted
    "230031",  # older than 14 days
    "230017",  # another application's
    "230019",  # its topic is gone
    "232009",  # the conversation is dissolved
    "230029",  # the person has left
    "230034",  # no such receiver
    "41012",  # no such person
    "99992351",  # no such open_id
}
_PASSING = {"2200", "1000040343"}
_TOKEN = {"99991661", "99991663", "99991664", "99991665", "99991668", "99991671"}
_SUB_CODE = re.compile(r"ErrCode:\s*(\d+)")
_PATH = re.compile(r"ErrPath:\s*([^;]{1,200})")
_SCOPES = re.compile(r"\[([a-z0-9_:., ]{1,500})\]")


def refusal(status: int, headers: Mapping[str, str], answer: dict[str, Any]) -> PlatformError:
    """What an answer means whose code is not 0."""
    code, text = str(answer.get("code", status)), _text(status, answer)
    if code in _WAIT or status == 429:
        return Throttled(text, retry_after=_seconds(headers, _WAIT.get(code, 1.0)), code=code)
    if code in _FOR_A_HUMAN:
        return CredentialsRejected(text, code=code)
    if code in _TOKEN:
        return TokenInvalid(text, code=code)
    if code in _GONE:
        return MessageGone(text, code=code)
    if code == SCOPE_MISSING:
        return NotPermitted(f"the application lacks the permission {_scopes(answer)}", code=code)
    if code == CARD:
        return _card(string(answer.get("msg")), text)
    if status >= 500 or code in _PASSING:
        return Unreachable(text, code=code)
    return Refused(text, code=code)


def _card(said: str, text: str) -> PlatformError:
    """The sub-code is written in the text, nowhere else; and one of them means three things, of which the lock of a card that
    somebody is just clicking passes with time."""
    sub = _SUB_CODE.search(said)
    path = _PATH.search(said)
    code = f"{CARD}/{sub[1]}" if sub else CARD
    if code == LOCKED and "action is lock" in said:
        return Throttled(text, retry_after=_LOCK_SECONDS, code=code)
    return Refused(f"{text} (at {path[1].strip()})" if path else text, code=code)


def _text(status: int, answer: dict[str, Any]) -> str:
    log_id = string(json_object(answer.get("error")).get("log_id"))
    said = string(answer.get("msg"))[:300] or f"HTTP {status}"
    return f"{answer.get('code', status)}: {said}{f' (log {log_id[:60]})' if log_id else ''}"


def _seconds(headers: Mapping[str, str], otherwise: float) -> float:
    """Not less than a moment, not for ever."""
    try:
        said = float(headers.get(_RESET, ""))
    except ValueError:
        return otherwise
    return min(max(said, 0.1), _LONGEST_WAIT) if said == said else otherwise  # noqa: PLR0124 - is it a number at all


def _scopes(answer: dict[str, Any]) -> str:
    """Any one of these would do. They stand in a field of their own or in the text."""
    violations = json_object(answer.get("error")).get("permission_violations")
    named = [string(json_object(one).get("subject")) for one in violations] if isinstance(violations, list) else []
    said = string(answer.get("msg"))
    inside = _SCOPES.search(said)
    return ", ".join(filter(None, named)) or (inside[1] if inside else said[:300])
