from typing import Any

import pytest

from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.card_view import AI_CARD
from tests.sandbox.dingtalk.card import post_card
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import Client


async def stream(sdk: Client, **changes: Any) -> tuple[int, Any]:
    whole = {"outTrackId": "ai", "guid": "g1", "key": "msgContent", "content": "one", "isFull": True, **changes}
    return await sdk.put("/v1.0/card/streaming", {key: value for key, value in whole.items() if value is not None})


async def ai_card(sdk: Client) -> None:
    await post_card(sdk, "ai", cardTemplateId=AI_CARD, cardData={"cardParamMap": {"flowStatus": "1", "msgTitle": "t"}})


async def test_streamed_text_replaces_the_variable_and_moves_the_state(gateway: DingTalkStandIn, sdk: Client) -> None:
    await ai_card(sdk)
    assert await stream(sdk) == (200, {"success": True, "result": True})
    view = gateway.cards["ai"].view(LI)
    assert (view.title, view.markdown, view.status) == ("t", "one", "2")
    await stream(sdk, guid="g2", content="one two", isFinalize=True)
    view = gateway.cards["ai"].view(LI)
    assert (view.markdown, view.status) == ("one two", "3")
    await stream(sdk, guid="g3", isError=True)
    assert gateway.cards["ai"].view(LI).status == "5"


async def test_a_guid_counts_once(gateway: DingTalkStandIn, sdk: Client) -> None:
    await ai_card(sdk)
    await stream(sdk)
    assert (await stream(sdk, content="again"))[0] == 200
    assert gateway.cards["ai"].view(LI).markdown == "one"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outTrackId": "other"}, "param.stream.outTrackId"),
        ({"key": None}, "param.stream.keyEmpty"),
        ({"guid": ""}, "param.stream.guidEmpty"),
        ({"content": None}, "param.stream.contentEmpty"),
        ({"isFull": None}, "param.stream.isFull"),
        ({"content": "x" * 4000}, "param.stream.content"),
    ],
)
async def test_malformed_streaming_is_refused(sdk: Client, change: dict[str, Any], code: str) -> None:
    await ai_card(sdk)
    status, answer = await stream(sdk, **change)
    assert (status, answer["code"]) == (400, code)


async def test_streaming_where_no_variable_is_marked_is_noted(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, "ai")
    await stream(sdk)
    assert gateway.violations.rules() == {"streaming-unmarked-variable"}
