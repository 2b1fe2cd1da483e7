"""Bodies of card callbacks as they come off the wire."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dingtalk.clicks import parse_click
from adapters.dingtalk.frames import Malformed
from adapters.types import CardAction, Conversation
from tests.adapters.dingtalk.test_messages import json_values

CORP = "ding9f50b15bccd16741"


def private(actions: list[str] | None = None, params: dict[str, Any] | None = None) -> str:
    return json.dumps({"cardPrivateData": {"actionIds": actions or [], "params": params or {}}})


def body(**changes: Any) -> dict[str, Any]:
    pressed = private(["approve"], {"id": "approve", "digest": "9f31c2"})
    return {
        "type": "actionCallback",
        "outTrackId": "act-1.v1",
        "corpId": CORP,
        "userId": "manager4220",
        "userIdType": 1,
        "spaceId": "cidops==",
        "spaceType": "IM_GROUP",
        "extension": "{}",
        "content": pressed,
        "value": pressed,
        **changes,
    }


def parsed(**changes: Any) -> CardAction:
    return parse_click(body(**changes), corp_id=CORP, name="李雷")


def test_a_click() -> None:
    action = parsed()
    assert (action.key, action.button, action.digest, action.reason) == ("act-1.v1", "approve", "9f31c2", "")
    assert (action.operator.id, action.operator.name) == ("manager4220", "李雷")
    assert action.conversation == Conversation(platform="dingtalk", id="cidops==", kind="group")


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (private(["approve"]), ""),
        ("", private(["approve"])),
        ("{broken", private(["approve"])),
        (private([], {"id": "approve"}), None),
        (private(["node_ocl_1"], {"id": "approve"}), ""),
        ("{}", json.dumps({"params": {"id": "approve"}})),
        (json.dumps({"cardPrivateData": {"actionIds": ["approve"]}, "params": {"x": "y"}}), ""),
        ({"cardPrivateData": {"actionIds": ["approve"]}}, None),
    ],
)
def test_the_button_is_found_wherever_a_client_puts_it(content: Any, value: Any) -> None:
    assert parsed(content=content, value=value).button == "approve"


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "?", private(), json.dumps({"cardPrivateData": [1]})])
def test_a_click_on_nothing_is_still_a_click(content: str) -> None:
    action = parsed(content=content, value=content, outTrackId=None)
    assert (action.key, action.button) == ("", "")
    assert action.operator.id == "manager4220"


def test_an_empty_extension_is_borne() -> None:
    assert parsed(extension="").button == "approve"


def test_a_person_of_another_organisation_is_nobody() -> None:
    assert parsed(corpId="dingother").operator.id == ""


def test_an_organisation_not_yet_known_cannot_be_compared() -> None:
    assert parse_click(body(), corp_id="").operator.id == "manager4220"


def test_an_id_of_another_kind_is_nobody() -> None:
    assert parsed(userIdType=2).operator.id == ""


def test_in_a_single_chat_the_conversation_is_the_person() -> None:
    action = parsed(spaceType="IM_ROBOT", spaceId="manager4220")
    assert action.conversation == Conversation(platform="dingtalk", id="manager4220", kind="single", title="李雷")


@pytest.mark.parametrize("space", ["IM", "", None, 7])
def test_a_space_of_an_unknown_kind_is_no_conversation(space: Any) -> None:
    assert parsed(spaceType=space).conversation is None


def test_what_came_through_a_client_is_kept_short() -> None:
    action = parsed(outTrackId="x" * 9999, content=private(["y" * 9999], {"digest": "z" * 9999}))
    assert max(len(action.key), len(action.button), len(action.digest)) == 100


def test_no_object_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_click([], corp_id="")


@given(st.dictionaries(st.sampled_from(sorted(body())), json_values, max_size=5))
def test_no_body_does_anything_but_parse(changes: dict[str, Any]) -> None:
    parse_click({**body(), **changes}, corp_id=CORP).model_dump_json()
