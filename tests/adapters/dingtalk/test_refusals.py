"""Each documented way of saying no becomes the error that says what to do."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.access_token import TokenInvalid
from adapters.dingtalk.refusals import understand
from adapters.errors import (
    CredentialsRejected,
    MessageGone,
    NotPermitted,
    PlatformError,
    Refused,
    Throttled,
    Unreachable,
)

DENIED = "Forbidden.AccessDenied"


def refused(status: int, code: str) -> PlatformError:
    body = {"code": code, "message": "说明", "requestid": "R-1"}
    with pytest.raises(PlatformError) as caught:
        understand(status, json.dumps(body).encode())
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "authFailed", CredentialsRejected),
        (400, "invalidClientIdOrSecret", CredentialsRejected),
        (400, "invalid.client", CredentialsRejected),
        (400, "unauthorized.client", CredentialsRejected),
        (403, f"{DENIED}.IpNotInWhiteList", CredentialsRejected),
        (400, "InvalidAuthentication", TokenInvalid),
        (401, "InvalidAuthentication", TokenInvalid),
        (400, "param.cardNotExist", MessageGone),
        (400, "param.userIdNotExist", MessageGone),
        (400, "invalid.openConversationId", MessageGone),
        (400, "conversation.org.notMatch", MessageGone),
        (400, "resource.not.found", MessageGone),
        (400, "staffId.notExisted", MessageGone),
        (400, "param.cardAlreadyExist", Refused),
        (400, "param.templateNotExist", Refused),
        (400, "param.templateUnpublished", Refused),
        (400, "param.contentUnsafe", Refused),
        (400, "param.openSpaceIdInvalid", Refused),
        (400, "param.cardDataAndPrivateDataBothEmpty", Refused),
        (400, "invalidParameter.robotCode.notExsit", Refused),
        (400, "invalidParameter.msgParam.tooLong", Refused),
        (400, "miss.openConversationId", Refused),
        (400, "too.many.group", Refused),
        (404, "InvalidAction.NotFound", Refused),
        (500, "system.busy", Unreachable),
        (503, "ServiceUnavailable", Unreachable),
        (502, "anything", Unreachable),
    ],
)
def test_open_api(status: int, code: str, error: type[PlatformError]) -> None:
    assert type(refused(status, code)) is error


@pytest.mark.parametrize(
    ("status", "code", "seconds"),
    [
        (403, f"{DENIED}.QpsLimitForAppkeyAndApi", 1),
        (403, f"{DENIED}.QpsLimitForApi", 1),
        (403, f"{DENIED}.QpmLimitForAppkeyAndApi", 60),
        (403, f"{DENIED}.ApiCountLimitForOrg", 3600),
        (400, "send.too.fast", 10),
        (429, "TooManyRequests", 1),
    ],
)
def test_too_fast_or_over_budget_says_how_long_to_wait(status: int, code: str, seconds: float) -> None:
    error = refused(status, code)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("errcode", "error"),
    [
        (33012, MessageGone),
        (400002, Refused),
        (60011, Refused),
        (-1, Unreachable),
        (40014, TokenInvalid),
        (90018, Throttled),
        (90002, Throttled),
        (90020, Throttled),
    ],
)
def test_oapi_says_no_with_status_200(errcode: int, error: type[PlatformError]) -> None:
    with pytest.raises(PlatformError) as caught:
        understand(200, json.dumps({"errcode": errcode, "errmsg": "x"}).encode())
    assert type(caught.value) is error
    assert caught.value.code == str(errcode)


def test_a_missing_permission_is_named() -> None:
    body = {
        "code": f"{DENIED}.AccessTokenPermissionDenied",
        "message": "应用尚未开通所需的权限",
        "accessdenieddetail": {"requiredScopes": ["Card.Instance.Write"]},
    }
    with pytest.raises(NotPermitted, match=r"lacks the permission Card\.Instance\.Write"):
        understand(403, json.dumps(body).encode())


@pytest.mark.parametrize("status", [200, 403, 405])
def test_the_guard_s_page_is_a_ban_of_five_minutes(status: int) -> None:
    page = b'<!DOCTYPE html><html>{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"x"}</html>'
    with pytest.raises(Throttled) as caught:
        understand(status, page)
    assert caught.value.retry_after == 300


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"x"', b"\xff", b"{" * 100_000])
def test_what_is_no_answer_may_be_one_later(body: bytes) -> None:
    with pytest.raises(Unreachable):
        understand(200, body)


@pytest.mark.parametrize("name", ["requestid", "requestId", "request_id"])
def test_the_request_s_id_is_kept_for_the_log(name: str) -> None:
    with pytest.raises(Refused, match="R-1"):
        understand(400, json.dumps({"code": "x", "message": "y", name: "R-1"}).encode())


@pytest.mark.parametrize("body", [{"success": True}, {"errcode": 0, "errmsg": "ok"}, {"code": "", "x": 1}])
def test_an_answer(body: dict[str, object]) -> None:
    assert understand(200, json.dumps(body).encode()) == body


@given(
    st.integers(100, 599), st.dictionaries(st.sampled_from(["code", "errcode", "message"]), st.integers() | st.text())
)
def test_every_answer_is_one_or_an_error_of_ours(status: int, body: dict[str, object]) -> None:
    with contextlib.suppress(PlatformError):
        understand(status, json.dumps(body).encode())
