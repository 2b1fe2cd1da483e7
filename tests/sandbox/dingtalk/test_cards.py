from typing import Any

import pytest

from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.card_view import MARKDOWN, MARKDOWN_BUTTONS
from tests.sandbox.dingtalk.card import CARD, CREATE_AND_DELIVER, body, post_card, update, variables
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Client


async def test_a_card_is_made_and_seen_by_the_group(gateway: DingTalkStandIn, sdk: Client) -> None:
    status, answer = await sdk.post(CREATE_AND_DELIVER, body())
    assert (status, answer["success"], answer["result"]["outTrackId"]) == (200, True, "card1")
    [result] = answer["result"]["deliverResults"]
    assert (result["spaceType"], result["spaceId"], result["success"], result["errorMsg"]) == (
        "IM_GROUP",
        GROUP,
        True,
        "",
    )
    assert result["carrierId"]
    view = gateway.cards["card1"].view(HAN)
    assert (view.title, view.markdown, view.tips) == ("待审批", "restart nginx", "过期 10:00")
    assert [button.text for button in view.buttons] == ["✅ 批准", "❌ 拒绝", "详情"]
    assert [button.calls_back for button in view.buttons] == [True, True, False]


async def test_an_update_wipes_what_it_does_not_name(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk)
    assert await update(sdk, markdown="done") == (200, {"success": True, "result": True})
    view = gateway.cards["card1"].view(LI)
    assert (view.title, view.markdown, view.buttons) == ("", "done", ())


async def test_an_update_by_key_keeps_the_rest(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk)
    await update(sdk, by_key=True, markdown="done")
    view = gateway.cards["card1"].view(LI)
    assert (view.title, view.markdown, len(view.buttons)) == ("待审批", "done", 3)


async def test_every_version_is_kept_with_its_time(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk)
    await gateway.clock.advance(5)
    await update(sdk, by_key=True, markdown="done")
    versions = gateway.cards["card1"].versions
    assert [version.cause for version in versions] == ["create", "update"]
    assert [version.public["markdown"] for version in versions] == ["restart nginx", "done"]
    assert versions[1].at - versions[0].at == 5


async def test_private_data_lies_over_public_data_for_one_person(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, privateData={LI: {"cardParamMap": {"tips": "你可以批准"}}})
    card = gateway.cards["card1"]
    assert (card.view(LI).tips, card.view(HAN).tips) == ("你可以批准", "过期 10:00")
    sent = {"outTrackId": "card1", "privateData": {HAN: {"cardParamMap": {"title": "只读"}}}}
    assert (await sdk.put(CARD, sent))[0] == 200
    assert (card.view(HAN).title, card.view(LI).title, card.view(LI).tips) == ("只读", "待审批", "你可以批准")


async def test_private_data_by_key_merges(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, privateData={LI: {"cardParamMap": {"tips": "a", "title": "b"}}})
    sent: dict[str, Any] = {"outTrackId": "card1", "privateData": {LI: {"cardParamMap": {"tips": "c"}}}}
    await sdk.put(CARD, {**sent, "cardUpdateOptions": {"updatePrivateDataByKey": True}})
    view = gateway.cards["card1"].view(LI)
    assert (view.tips, view.title) == ("c", "b")
    await sdk.put(CARD, sent)
    assert gateway.cards["card1"].view(LI).title == "待审批"


async def test_recipients_narrow_who_sees_it(gateway: DingTalkStandIn, sdk: Client) -> None:
    model = {"robotCode": gateway.client_id, "recipients": [LI]}
    await post_card(sdk, imGroupOpenDeliverModel=model)
    assert gateway.cards["card1"].visible_to(LI)
    with pytest.raises(LookupError, match="does not see"):
        gateway.cards["card1"].view(HAN)


async def test_a_card_for_one_person(gateway: DingTalkStandIn, sdk: Client) -> None:
    alone: dict[str, Any] = {
        "openSpaceId": f"dtv1.card//im_robot.{LI}",
        "imRobotOpenSpaceModel": {"supportForward": True},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
    }
    await post_card(sdk, **alone)
    assert gateway.cards["card1"].view(LI).title == "待审批"
    assert not gateway.cards["card1"].visible_to(HAN)


async def test_union_ids_where_the_card_says_so(gateway: DingTalkStandIn, sdk: Client) -> None:
    union_id = gateway.directory.user(LI).union_id
    await post_card(sdk, userIdType=2, privateData={union_id: {"cardParamMap": {"tips": "yours"}}})
    assert gateway.cards["card1"].view(LI).tips == "yours"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"cardTemplateId": None}, "param.cardTemplateIdEmpty"),
    ({"cardTemplateId": "nobody-made-this.schema"}, "param.templateNotExist"),
    ({"outTrackId": ""}, "param.outTrackIdEmpty"),
    ({"cardData": None}, "param.cardPublicDataEmpty"),
    ({"cardData": {"cardParamMap": {"count": 3}}}, "param.invalid"),
    ({"cardData": {"cardParamMap": {"list": ["a"]}}}, "param.invalid"),
    ({"cardData": {"cardParamMap": {"none": None}}}, "param.invalid"),
    ({"cardData": {"cardParamMap": {"k" * 101: "v"}}}, "param.invalid"),
    ({"cardData": []}, "param.invalid"),
    ({"callbackType": "stream"}, "param.invalid"),
    ({"userIdType": 3}, "param.invalid"),
    ({"privateData": {"nobody": {"cardParamMap": {}}}}, "param.userIdNotExist"),
    ({"openSpaceId": None}, "param.openSpaceIdEmpty"),
    ({"openSpaceId": "IM_GROUP.cid"}, "param.openSpaceIdInvalid"),
    ({"openSpaceId": "dtv1.card//NOWHERE.cid"}, "param.openSpaceIdInvalid"),
    ({"imGroupOpenDeliverModel": None}, "param.openDeliverModelEmpty"),
    ({"imGroupOpenDeliverModel": "robot"}, "param.openDeliverModelError"),
    ({"imGroupOpenSpaceModel": {}}, "param.openSpaceModelInvalid"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED, ids=[f"{code}-{next(iter(change))}" for change, code in REFUSED])
async def test_a_malformed_card_is_refused_and_not_made(
    gateway: DingTalkStandIn, sdk: Client, change: dict[str, Any], code: str
) -> None:
    status, answer = await sdk.post(CREATE_AND_DELIVER, body(**change))
    assert (status, answer["code"]) == (400, code)
    assert len(gateway.cards) == 0


async def test_an_out_track_id_is_used_once(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk)
    status, answer = await sdk.post(CREATE_AND_DELIVER, body(cardData={"cardParamMap": variables("other")}))
    assert (status, answer["code"]) == (400, "param.cardAlreadyExist")
    assert gateway.cards["card1"].view(LI).markdown == "restart nginx"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"cardData": {"cardParamMap": {"a": "b"}}}, "param.outTrackIdEmpty"),
        ({"outTrackId": "card2", "cardData": {"cardParamMap": {"a": "b"}}}, "param.cardNotExist"),
        ({"outTrackId": "card1"}, "param.cardDataAndPrivateDataBothEmpty"),
        ({"outTrackId": "card1", "cardData": {"cardParamMap": {"a": 1}}}, "param.invalid"),
        ({"outTrackId": "card1", "privateData": {"nobody": {"cardParamMap": {"a": "b"}}}}, "param.userIdNotExist"),
    ],
)
async def test_a_malformed_update_changes_nothing(
    gateway: DingTalkStandIn, sdk: Client, sent: dict[str, Any], code: str
) -> None:
    await post_card(sdk)
    status, answer = await sdk.put(CARD, sent)
    assert (status, answer["code"]) == (400, code)
    assert len(gateway.cards["card1"].versions) == 1


async def test_delivery_may_fail_under_http_200(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.fail_deliver_next("SYSTEM_ERROR")
    status, answer = await sdk.post(CREATE_AND_DELIVER, body())
    [result] = answer["result"]["deliverResults"]
    assert (status, answer["success"], result["success"], result["errorMsg"]) == (200, True, False, "SYSTEM_ERROR")
    assert not gateway.cards["card1"].visible_to(LI)


@pytest.mark.parametrize(
    "change",
    [{"openSpaceId": "dtv1.card//IM_GROUP.cidelsewhere"}, {"imGroupOpenDeliverModel": {"robotCode": "another"}}],
)
async def test_a_group_that_the_robot_is_not_in_gets_no_card(sdk: Client, change: dict[str, Any]) -> None:
    _, answer = await sdk.post(CREATE_AND_DELIVER, body(**change))
    assert answer["result"]["deliverResults"][0]["success"] is False


async def test_create_then_deliver(gateway: DingTalkStandIn, sdk: Client) -> None:
    status, answer = await sdk.post(CARD, body(openSpaceId=None, imGroupOpenDeliverModel=None))
    assert (status, answer) == (200, {"success": True, "result": "card1"})
    assert gateway.changes_after(0) == []
    target = {"outTrackId": "card1", "openSpaceId": body()["openSpaceId"], "userIdType": 1}
    model = {"imGroupOpenDeliverModel": {"robotCode": gateway.client_id}}
    _, answer = await sdk.post("/v1.0/card/instances/deliver", {**target, **model})
    assert answer["result"][0]["success"] is True
    assert [change.kind for change in gateway.changes_after(0)] == ["card"]


async def test_several_spaces_at_once(gateway: DingTalkStandIn, sdk: Client) -> None:
    both = f"dtv1.card//IM_GROUP.{GROUP};dtv1.card//IM_ROBOT.{HAN}"
    await post_card(sdk, openSpaceId=both, imRobotOpenDeliverModel={"spaceType": "IM_ROBOT"})
    assert [space.kind for space in gateway.cards["card1"].spaces] == ["IM_GROUP", "IM_ROBOT"]


async def test_values_over_the_documented_kilobyte_are_noted(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, cardData={"cardParamMap": variables("长" * 400)})
    assert gateway.violations.rules() == {"value-too-long"}


async def test_a_strict_gateway_refuses_them(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.card_rules.strict = True
    gateway.card_rules.value_bytes = 600
    status, answer = await sdk.post(CREATE_AND_DELIVER, body(cardData={"cardParamMap": variables("x" * 601)}))
    assert (status, answer["code"]) == (400, "param.invalid")


async def test_unsafe_content_is_refused_everywhere(gateway: DingTalkStandIn, sdk: Client) -> None:
    gateway.faults.reject_content("password")
    unsafe = {"cardData": {"cardParamMap": {"markdown": "the password is"}}}
    assert (await sdk.post(CREATE_AND_DELIVER, body(**unsafe)))[1]["code"] == "param.contentUnsafe"
    await post_card(sdk)
    assert (await update(sdk, markdown="password"))[1]["code"] == "param.contentUnsafe"


async def test_the_plain_template_shows_no_buttons(gateway: DingTalkStandIn, sdk: Client) -> None:
    await post_card(sdk, cardTemplateId=MARKDOWN)
    assert gateway.cards["card1"].view(LI).buttons == ()
    await post_card(
        sdk, "card2", cardTemplateId=MARKDOWN_BUTTONS, cardData={"cardParamMap": {"sys_full_json_obj": "{"}}
    )
    assert gateway.cards["card2"].view(LI).buttons == ()


async def test_the_old_standard_card_is_closed(sdk: Client) -> None:
    assert (await sdk.post("/v1.0/im/v1.0/robot/interactiveCards/send", {"x": 1}))[0] == 403
