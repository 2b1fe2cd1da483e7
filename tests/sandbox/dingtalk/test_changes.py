import asyncio
import json

import pytest

from sandbox.dingtalk import Change, DingTalkStandIn
from tests.sandbox.dingtalk.card import post_card, update
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Client

TEXT = {"msgKey": "sampleText", "msgParam": json.dumps({"content": "hello"})}


async def test_the_feed_tells_cards_updates_and_messages_in_order(gateway: DingTalkStandIn, sdk: Client) -> None:
    async def first_three() -> list[Change]:
        seen: list[Change] = []
        async for change in gateway.changes():
            seen.append(change)
            if len(seen) == 3:
                break
        return seen

    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(first_three())
        await asyncio.sleep(0)
        await post_card(sdk)
        await update(sdk, by_key=True, markdown="done")
        sent = {"robotCode": gateway.client_id, "userIds": [HAN], **TEXT}
        await sdk.post("/v1.0/robot/oToMessages/batchSend", sent)
    card, changed, message = following.result()
    assert [change.number for change in following.result()] == [1, 2, 3]
    assert (card.kind, card.card, card.conversations) == ("card", "card1", (GROUP,))
    assert (changed.kind, changed.cause) == ("update", "update")
    assert message.message
    assert (message.kind, message.message.text, message.message.users) == ("message", "hello", (HAN,))


async def test_waiting_for_what_a_card_shows(gateway: DingTalkStandIn, sdk: Client) -> None:
    async with asyncio.TaskGroup() as tasks:
        card = tasks.create_task(gateway.next_card(containing="nginx"))
        done = tasks.create_task(gateway.shown("card1", "done", user=LI))
        await post_card(sdk)
        await update(sdk, by_key=True, markdown="done")
    assert card.result().out_track_id == "card1"
    assert done.result().markdown == "done"


async def test_waiting_for_a_message_after_a_point(gateway: DingTalkStandIn, sdk: Client) -> None:
    sent = {"robotCode": gateway.client_id, "openConversationId": GROUP, **TEXT}
    await sdk.post("/v1.0/robot/groupMessages/send", sent)
    assert (await gateway.next_message(containing="hell")).text == "hello"
    with pytest.raises(TimeoutError):
        await gateway.next_message(after=gateway.now, seconds=0.01)
