import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import Client

USER = "/topapi/v2/user/get"
UPDATE = "/v1.0/card/instances"


async def test_the_same_token_is_returned_while_it_lives(gateway: DingTalkStandIn, sdk: Client) -> None:
    first = sdk.token
    await gateway.clock.advance(7000)
    await sdk.log_in()
    assert sdk.token == first
    await gateway.clock.advance(7000)
    assert (await sdk.put(UPDATE, {"outTrackId": "x"}))[1]["code"] == "param.cardNotExist"
    await gateway.clock.advance(201)
    assert (await sdk.put(UPDATE, {"outTrackId": "x"}))[1]["code"] == "InvalidAuthentication"
    await sdk.log_in()
    assert sdk.token != first


async def test_a_wrong_secret_gets_no_token(gateway: DingTalkStandIn, sdk: Client) -> None:
    status, body = await sdk.post("/v1.0/oauth2/accessToken", {"appKey": gateway.client_id, "appSecret": "no"})
    assert (status, body["code"]) == (400, "invalidClientIdOrSecret")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "password"}, "unsupported.grant.type"),
        ({"client_secret": "no"}, "invalid.client"),
        ({}, ""),
    ],
)
async def test_the_newer_token_call(gateway: DingTalkStandIn, sdk: Client, change: dict[str, str], code: str) -> None:
    body = {
        "client_id": gateway.client_id,
        "client_secret": gateway.client_secret,
        "grant_type": "client_credentials",
        **change,
    }
    status, answer = await sdk.post(f"/v1.0/oauth2/{gateway.credentials.corp_id}/token", body)
    assert (status, answer.get("code", "")) == ((400, code) if code else (200, ""))
    if not code:
        sdk.token = answer["access_token"]
        assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 0


async def test_the_legacy_token_opens_both_faces(gateway: DingTalkStandIn, sdk: Client) -> None:
    path = f"/gettoken?appkey={gateway.client_id}&appsecret="
    assert (await sdk.request("GET", path + "wrong", None))[1]["errcode"] == 40089
    sdk.token = (await sdk.request("GET", path + gateway.client_secret, None))[1]["access_token"]
    assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 0
    assert (await sdk.put(UPDATE, {"outTrackId": "x"}))[1]["code"] == "param.cardNotExist"


async def test_expired_tokens_are_refused_by_both_faces(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.expire_tokens()
    status, body = await sdk.put(UPDATE, {"outTrackId": "x"})
    assert (status, body["code"], body["message"]) == (400, "InvalidAuthentication", "不合法的access_token")
    assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 40014
    gateway.door.invalid_token_status = 401
    assert (await sdk.put(UPDATE, {"outTrackId": "x"}))[0] == 401


async def test_a_missing_scope_is_named(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.revoke_scope("Card.Streaming.Write")
    status, body = await sdk.put("/v1.0/card/streaming", {"outTrackId": "x"})
    assert (status, body["code"]) == (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied")
    assert body["accessdenieddetail"] == {"requiredScopes": ["Card.Streaming.Write"]}


async def test_a_call_without_json_has_no_body(sdk: Client) -> None:
    headers = {"x-acs-dingtalk-access-token": sdk.token}
    for body, kind, code in (
        (b"{}", "text/plain", "Missingbody"),
        (b"", "application/json", "Missingbody"),
        (b"{", "application/json", "Invalidbody"),
        (b"[]", "application/json", "Invalidbody"),
    ):
        sent = {**headers, "Content-Type": kind}
        async with sdk.session.put(sdk.gateway.url + UPDATE, data=body, headers=sent) as response:
            assert (response.status, (await response.json())["code"]) == (400, code)
