import json

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import Client

UPDATE = "/v1.0/card/instances"
USER = "/topapi/v2/user/get"


async def codes(sdk: Client, times: int) -> list[str]:
    return [(await sdk.put(UPDATE, {"outTrackId": "x"}))[1]["code"] for _ in range(times)]


async def test_the_21st_call_of_a_second_is_refused(gateway: DingTalkStandIn, sdk: Client) -> None:
    assert set(await codes(sdk, 20)) == {"param.cardNotExist"}
    status, body = await sdk.put(UPDATE, {"outTrackId": "x"})
    assert (status, body["code"]) == (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
    assert body["requestid"]
    assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 0, "another API has its own second"
    await gateway.clock.advance(1)
    assert await codes(sdk, 1) == ["param.cardNotExist"]


async def test_oapi_has_its_own_word_for_the_rate(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.limits.qps = 0
    assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 90018


async def test_past_the_months_calls_only_exempt_ones_work(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.limits.month_calls = 2
    assert await codes(sdk, 3) == ["param.cardNotExist"] * 2 + ["Forbidden.AccessDenied.ApiCountLimitForOrg"]
    assert (await sdk.oapi(USER, {"userid": LI}))["errcode"] == 0
    await sdk.log_in()
    assert (await sdk.open())[0] == 200
    await gateway.clock.advance(3600 * 24 * 31)
    await sdk.log_in()
    assert await codes(sdk, 1) == ["param.cardNotExist"], "a new month"


async def test_calls_refused_for_their_rate_are_not_counted(gateway: DingTalkStandIn, sdk: Client) -> None:
    await codes(sdk, 25)
    assert gateway.limits.calls[gateway.limits.month()] == 20


async def test_too_many_calls_from_an_address_get_an_html_page(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.limits.ip_calls = 3
    await codes(sdk, 2)
    status, page = await sdk.put(UPDATE, {"outTrackId": "x"})
    assert status == 200
    assert page.startswith("<!DOCTYPE html>")
    assert json.loads(page[page.index("<body>") + 6 : page.index("</body>")])["punish"] == "deny"
    await gateway.clock.advance(301)
    assert await codes(sdk, 1) == ["param.cardNotExist"]


async def test_calls_are_counted_and_kept_without_secrets(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.open()
    await sdk.oapi(USER, {"userid": LI})
    counts = gateway.calls.counts
    assert counts["POST /v1.0/gateway/connections/open"] == 1
    assert counts["POST /v1.0/oauth2/accessToken"] == 1
    everything = " ".join(f"{call.query} {call.body}" for call in gateway.calls)
    assert gateway.client_secret not in everything
    assert sdk.token not in everything
    assert LI in everything


async def test_a_refused_call_is_kept_with_its_code(gateway: DingTalkStandIn, sdk: Client) -> None:
    await codes(sdk, 1)
    [call] = gateway.calls.of("PUT /v1.0/card/instances")
    assert (call.status, call.code) == (400, "param.cardNotExist")
