"""Bodies of card calls, as the pages show them."""

import json
from typing import Any

from sandbox.dingtalk.card_view import MARKDOWN_BUTTONS
from tests.sandbox.dingtalk.conftest import GROUP
from tests.sandbox.dingtalk.line import Client

CREATE_AND_DELIVER = "/v1.0/card/instances/createAndDeliver"
CARD = "/v1.0/card/instances"
BUTTONS = [
    {"text": "✅ 批准", "color": "blue", "id": "approve", "request": True, "params": {"digest": "d1"}},
    {"text": "❌ 拒绝", "color": "red", "id": "deny", "request": True},
    {"text": "详情", "url": "https://example.com/a"},
]


def variables(markdown: str = "restart nginx", buttons: Any = BUTTONS) -> dict[str, str]:
    system = json.dumps({"msgButtons": buttons}, ensure_ascii=False)
    return {"title": "待审批", "markdown": markdown, "tips": "过期 10:00", "sys_full_json_obj": system}


def body(track: str = "card1", **changes: Any) -> dict[str, Any]:
    """For the group; a change of None takes the field out."""
    whole = {
        "cardTemplateId": MARKDOWN_BUTTONS,
        "outTrackId": track,
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": variables()},
        "openSpaceId": f"dtv1.card//IM_GROUP.{GROUP}",
        "imGroupOpenSpaceModel": {"supportForward": False},
        "imGroupOpenDeliverModel": {"robotCode": "dingstandin0000000001"},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


async def post_card(sdk: Client, track: str = "card1", **changes: Any) -> None:
    status, answer = await sdk.post(CREATE_AND_DELIVER, body(track, **changes))
    assert status == 200, answer
    assert all(result["success"] for result in answer["result"]["deliverResults"]), answer


async def update(sdk: Client, by_key: bool | None = None, track: str = "card1", **values: str) -> tuple[int, Any]:
    sent: dict[str, Any] = {"outTrackId": track, "cardData": {"cardParamMap": values}}
    if by_key is not None:
        sent["cardUpdateOptions"] = {"updateCardDataByKey": by_key}
    return await sdk.put(CARD, sent)
