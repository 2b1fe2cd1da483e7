import aiohttp
import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.line import EVENTS, Client


async def test_good_credentials_get_an_endpoint_and_a_ticket(sdk: Client) -> None:
    status, opened = await sdk.open()
    assert status == 200
    assert opened["endpoint"].startswith("ws://127.0.0.1:")
    assert opened["endpoint"].endswith("/connect")
    assert len(opened["ticket"]) == 36


async def test_a_wrong_secret_is_refused_with_401(sdk: Client) -> None:
    status, body = await sdk.open(clientSecret="wrong")
    assert (status, body["code"], body["message"]) == (401, "authFailed", "鉴权失败")
    assert body["requestid"]


@pytest.mark.parametrize("name", ["clientId", "clientSecret", "subscriptions"])
async def test_a_missing_field_is_named(sdk: Client, name: str) -> None:
    status, body = await sdk.open(**{name: None})
    assert (status, body["code"]) == (400, f"Missing{name}")


@pytest.mark.parametrize(
    "subscription",
    [{"type": "EVENT", "topic": "user_leave_org"}, {"type": "OTHER", "topic": "x"}, {"type": "CALLBACK"}],
)
async def test_a_malformed_subscription_is_refused(sdk: Client, subscription: dict[str, str]) -> None:
    status, body = await sdk.open(EVENTS, subscription)
    assert (status, body["code"]) == (400, "invalidParameter")


async def test_system_subscriptions_and_unknown_fields_are_accepted(sdk: Client) -> None:
    status, _ = await sdk.open({"type": "SYSTEM", "topic": "ping"}, extras={"x": 1}, ua="go", localIp="10.0.0.1")
    assert status == 200


async def test_without_accept_json_the_answer_is_xml(sdk: Client) -> None:
    body = {"clientId": sdk.gateway.client_id, "clientSecret": sdk.gateway.client_secret, "subscriptions": [EVENTS]}
    status, text = await sdk.post("/v1.0/gateway/connections/open", body, Accept="*/*")
    assert status == 200
    assert text.startswith("<OpenConnectionResponse>")


async def test_an_app_without_stream_mode_cannot_open(sdk: Client) -> None:
    sdk.gateway.credentials.stream_mode = False
    assert (await sdk.open())[0] == 400


async def connect(sdk: Client, ticket: str) -> int:
    try:
        async with sdk.session.ws_connect(f"{sdk.gateway.url}/connect?ticket={ticket}"):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def test_a_ticket_opens_one_line_only(sdk: Client) -> None:
    ticket = (await sdk.open())[1]["ticket"]
    assert [await connect(sdk, ticket), await connect(sdk, ticket)] == [101, 401]


async def test_a_ticket_is_stale_after_90_seconds(gateway: DingTalkStandIn, sdk: Client) -> None:
    ticket = (await sdk.open())[1]["ticket"]
    other = (await sdk.open())[1]["ticket"]
    await gateway.clock.advance(90)
    assert await connect(sdk, ticket) == 101
    await gateway.clock.advance(0.5)
    assert await connect(sdk, other) == 401


async def test_an_unknown_ticket_is_refused(sdk: Client) -> None:
    assert await connect(sdk, "nonsense") == 401
