"""A click, read from the callback: who clicked counts, the rest came through somebody's client."""

from typing import Any

import pytest

from adapters.feishu.clicks import parse_click
from adapters.feishu.frames import Event
from adapters.types import CardAction, Conversation, Person

OPERATOR = {"tenant_key": "tenant", "open_id": "ou_li", "user_id": "867", "union_id": "on_x"}
VALUE = {"key": "k1", "id": "approve", "digest": "3f9a"}


def click(tenant: str = "tenant", **body: Any) -> CardAction:
    whole = {
        "operator": OPERATOR,
        "token": "c-x",
        "action": {"value": VALUE, "tag": "button"},
        "context": {"open_message_id": "om_1", "open_chat_id": "oc_1"},
        **body,
    }
    event = Event("card.action.trigger", {"tenant_key": tenant}, whole)
    return parse_click(event, name=lambda open_id: {"ou_li": "李雷"}.get(open_id, ""))


def test_a_click() -> None:
    action = click()
    assert (action.key, action.button, action.digest, action.reason) == ("k1", "approve", "3f9a", "")
    assert action.operator == Person(platform="feishu", id="ou_li", name="李雷")
    assert action.conversation == Conversation(platform="feishu", id="oc_1", kind="group")


def test_a_reason_comes_with_the_form() -> None:
    assert click(action={"value": VALUE, "form_value": {"reason": "not now"}}).reason == "not now"
    assert len(click(action={"value": VALUE, "form_value": {"reason": "x" * 9999}}).reason) == 2000


@pytest.mark.parametrize(
    "operator",
    [
        {**OPERATOR, "tenant_key": "another"},
        {**OPERATOR, "tenant_key": None},
        {key: value for key, value in OPERATOR.items() if key != "open_id"},
        {**OPERATOR, "open_id": 7},
        None,
        "ou_li",
    ],
)
def test_somebody_who_is_not_known_to_be_ours_is_nobody(operator: Any) -> None:
    assert click(operator=operator).operator == Person(platform="feishu", id="", name="")
    assert click(tenant="").operator.id == ""


@pytest.mark.parametrize("action", [None, [], "approve", {}, {"value": "approve"}, {"value": {"key": 7, "id": None}}])
def test_a_click_of_which_nothing_can_be_made_out_is_still_a_click(action: Any) -> None:
    pressed = click(action=action)
    assert (pressed.key, pressed.button, pressed.digest, pressed.reason) == ("", "", "", "")
    assert pressed.operator.id == "ou_li"


def test_a_value_may_come_as_text() -> None:
    assert click(action={"value": '{"key":"k1","id":"approve","digest":"3f9a"}'}).button == "approve"


def test_no_context_no_conversation() -> None:
    assert click(context=None).conversation is None


def test_what_is_endless_is_cut() -> None:
    pressed = click(action={"value": {"key": "k" * 999, "id": "i" * 999, "digest": "d" * 999}})
    assert {len(pressed.key), len(pressed.button), len(pressed.digest)} == {100}
