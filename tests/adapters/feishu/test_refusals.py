"""Every documented refusal has a name for what is done about it."""

from typing import Any

import pytest

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
from adapters.feishu.refusals import LOCKED, PERSON_UNKNOWN, refusal


def said(code: Any, *, status: int = 400, msg: str = "x", headers: dict[str, str] | None = None) -> PlatformError:
    return refusal(status, headers or {}, {"code": code, "msg": msg, "error": {"log_id": "20240101"}})


def card(sub: int, words: str, path: str = "ROOT -> body -> elements -> [2](tag: chart)") -> str:
    return f"Failed to create card content, ext=ErrCode: {sub}; ErrPath: {path}; ErrMsg: {words}; ErrorValue: ;"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (10003, CredentialsRejected),
        (10014, CredentialsRejected),
        (99991401, CredentialsRejected),
        (99991543, CredentialsRejected),
        (99991662, CredentialsRejected),
        (99991673, CredentialsRejected),
        (99991661, TokenInvalid),
        (99991663, TokenInvalid),
        (99991664, TokenInvalid),
        (99991665, TokenInvalid),
        (99991668, TokenInvalid),
        (99991671, TokenInvalid),
        (99991672, NotPermitted),
        (99991400, Throttled),
        (230020, Throttled),
        (230049, Throttled),
        (11232, Throttled),
        (11233, Throttled),
        (230011, MessageGone),
        (230017, MessageGone),
        (230019, MessageGone),
        (230029, MessageGone),
        (230031, MessageGone),
        (230034, MessageGone),
        (230110, MessageGone),
        (232009, MessageGone),
        (41012, MessageGone),
        (99992351, MessageGone),
        (230001, Refused),  # invalid parameter
        (230002, Refused),  # the bot is not in the group: somebody can add it
        (230006, Refused),  # the bot capability is off
        (230013, Refused),  # outside of where the bot is available
        (230018, Refused),  # the group's settings forbid it
        (230022, Refused),  # sensitive content
        (230025, Refused),  # too long
        (230027, Refused),  # no permission, or an external group
        (230028, Refused),  # data loss prevention
        (230035, Refused),  # muted or blocked
        (230038, Refused),  # another organisation's single chat
        (230050, Refused),  # invisible to the operator
        (230053, Refused),  # the person has stopped the bot
        (230054, Refused),  # not in a connected group
        (230075, Refused),  # an encrypted chat
        (41050, Refused),  # outside of the contacts that may be seen
        (2200, Unreachable),
        (1000040343, Unreachable),
        (424242, Refused),
        ("text", Refused),
    ],
)
def test_each_code_by_name(code: Any, error: type[PlatformError]) -> None:
    named = said(code)
    assert type(named) is error
    assert named.code == str(code)
    assert "20240101" in str(named) or code == 99991672


def test_how_long_to_wait_stands_in_a_header() -> None:
    waits = [
        said(99991400, headers={"x-ogw-ratelimit-reset": reset}) for reset in ("7", "0", "-3", "1e9", "soon", "nan", "")
    ]
    assert [one.retry_after for one in waits if isinstance(one, Throttled)] == [7, 0.1, 0.1, 3600, 1, 1, 1]


def test_the_gateway_throttles_with_whatever_body() -> None:
    named = refusal(429, {"x-ogw-ratelimit-reset": "3"}, {})
    assert isinstance(named, Throttled)
    assert named.retry_after == 3


def test_a_server_in_trouble_is_unreachable() -> None:
    assert type(said(424242, status=502)) is Unreachable


def test_a_missing_permission_is_named() -> None:
    text = "Access denied. One of the following scopes is required: [im:message, im:message:send_as_bot]"
    assert "im:message, im:message:send_as_bot" in str(said(99991672, msg=text))
    violations = {"permission_violations": [{"type": "action_scope_required", "subject": "im:message"}, "?"]}
    named = refusal(400, {}, {"code": 99991672, "msg": "Access denied", "error": violations})
    assert "the permission im:message" in str(named)
    assert "the permission no way" in str(said(99991672, msg="no way"))


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        (card(11310, "card action is lock"), Throttled, LOCKED),
        (card(11310, "element exceeds the limit"), Refused, LOCKED),
        (card(11310, "card table number over limit"), Refused, LOCKED),
        (card(100290, "invalid person id"), Refused, PERSON_UNKNOWN),
        (card(200621, "parse card json err"), Refused, "230099/200621"),
        (card(200861, "not supported tag in schema V2"), Refused, "230099/200861"),
        (card(200550, "bad chart_spec"), Refused, "230099/200550"),
        ("Failed to create card content", Refused, "230099"),
    ],
)
def test_a_refused_card_says_what_is_wrong_with_it(text: str, error: type[PlatformError], code: str) -> None:
    named = said(230099, msg=text)
    assert (type(named), named.code) == (error, code)
    if "ErrPath" in text and error is Refused:
        assert "at ROOT -> body -> elements -> [2](tag: chart)" in str(named)
    if isinstance(named, Throttled):
        assert 1 <= named.retry_after <= 2
