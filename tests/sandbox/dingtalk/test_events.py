import json

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import GROUP, HAN
from tests.sandbox.dingtalk.line import MESSAGES, Client


async def test_an_event_names_itself_in_its_headers(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.event("user_add_org", {"userId": [HAN]}, event_id="e1")
    frame = await line.frame()
    assert (frame["type"], frame["headers"]["topic"]) == ("EVENT", "*")
    assert (frame["headers"]["eventId"], frame["headers"]["eventType"]) == ("e1", "user_add_org")
    assert frame["headers"]["eventCorpId"] == gateway.credentials.corp_id
    assert frame["headers"]["eventBornTime"].isdigit()
    assert json.loads(frame["data"]) == {"userId": [HAN]}


async def test_later_brings_the_event_again(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    delivery = await gateway.event("user_add_org", {})
    first = await line.frame()
    await line.answer(first, {"status": "LATER", "message": "busy"})
    await gateway.until(lambda: not gateway.deliveries.waiting)
    assert delivery.state == "waiting"
    await gateway.clock.advance(60)
    second = await line.frame()
    assert first["headers"]["eventId"] == second["headers"]["eventId"]
    await line.answer(second, {"status": "SUCCESS"})
    assert (await delivery.acked()).code == 200


async def test_events_go_only_to_lines_that_asked_for_them(gateway: DingTalkStandIn, sdk: Client) -> None:
    await sdk.line(MESSAGES)
    assert (await gateway.event("user_add_org", {})).state == "lost"


async def test_who_leaves_is_gone_from_the_group_and_announced(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await gateway.remove_user(HAN)
    assert (await line.frame())["headers"]["eventType"] == "user_leave_org"
    assert HAN not in gateway.directory.groups[GROUP].members
