import asyncio

import aiohttp
import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.card import CREATE_AND_DELIVER, body, post_card, update
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import Client

UPDATE = "PUT /v1.0/card/instances"


async def test_the_next_calls_of_one_api_fail(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk)
    gateway.faults.fail_next(UPDATE, status=500, code="system.busy", times=2)
    answers = [await update(sdk, by_key=True, markdown="x") for _ in range(3)]
    assert [status for status, _ in answers] == [500, 500, 200]
    assert answers[0][1]["code"] == "system.busy"
    assert len(gateway.cards["card1"].versions) == 2


async def test_opening_may_be_unavailable(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.fail_next("POST /v1.0/gateway/connections/open")
    assert [(await sdk.open())[0], (await sdk.open())[0]] == [503, 200]


async def test_any_call_may_fail_and_oapi_fails_by_errcode(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.fail_next(status=200, code="-1", message="系统繁忙")
    assert (await sdk.oapi("/topapi/v2/user/get", {"userid": LI}))["errcode"] == -1


async def test_a_lost_reply_leaves_the_deed_done(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.lose_reply_next(f"POST {CREATE_AND_DELIVER}")
    with pytest.raises(aiohttp.ClientConnectionError):
        await sdk.post(CREATE_AND_DELIVER, body())
    assert "card1" in gateway.cards
    assert (await sdk.post(CREATE_AND_DELIVER, body()))[1]["code"] == "param.cardAlreadyExist"


async def test_a_slow_answer_waits_for_the_gateways_clock(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.delay_next("POST /v1.0/gateway/connections/open", 10)
    async with asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(sdk.open())
        while not gateway.clock.planned:
            await asyncio.sleep(0)
        assert not opening.done()
        await gateway.clock.advance(10)
    assert opening.result()[0] == 200


async def test_a_banned_address_gets_the_page_for_every_call(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.ban_ip(60)
    status, page = await sdk.open()
    assert (status, page[:15]) == (200, "<!DOCTYPE html>")
    assert (await sdk.oapi("/topapi/v2/user/get", {"userid": LI})).startswith("<!DOCTYPE html>")
    await gateway.clock.advance(61)
    assert (await sdk.open())[0] == 200
