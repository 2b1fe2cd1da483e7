"""What somebody said, read from the event: who is meant, who spoke, and what."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.feishu.frames import Event, Malformed
from adapters.feishu.messages import LONGEST, parse_message
from adapters.types import Conversation, Message, Person

BOT = "ou_bot"
OURS = "tenant"


def mention(n: int, open_id: str, name: str, tenant: str = OURS) -> dict[str, Any]:
    return {"key": f"@_user_{n}", "id": {"open_id": open_id}, "name": name, "tenant_key": tenant}


TO_THE_BOT = [mention(1, BOT, "kbot")]


def event(content: Any = None, *, sender: dict[str, Any] | None = None, tenant: Any = OURS, **message: Any) -> Event:
    body = {
        "sender": {"sender_id": {"open_id": "ou_li"}, "sender_type": "user", "tenant_key": OURS, **(sender or {})},
        "message": {
            "message_id": "om_1",
            "chat_id": "oc_1",
            "chat_type": "group",
            "message_type": "text",
            "create_time": "1609073151345",
            "mentions": TO_THE_BOT,
            "content": json.dumps(content if content is not None else {"text": "@_user_1 重启 nginx"}),
            **message,
        },
    }
    return Event("im.message.receive_v1", {"tenant_key": tenant}, body)


def parsed(event: Event) -> Message | None:
    return parse_message(event, bot=BOT, name=lambda open_id: {"ou_li": "李雷"}.get(open_id, ""))


def heard(event: Event) -> Message:
    message = parsed(event)
    assert message is not None
    return message


def test_a_message_in_a_group() -> None:
    assert heard(event()) == Message(
        id="om_1",
        conversation=Conversation(platform="feishu", id="oc_1", kind="group"),
        sender=Person(platform="feishu", id="ou_li", name="李雷"),
        text="重启 nginx",
        sent_at=datetime.fromtimestamp(1609073151.345, UTC),
    )


def test_a_single_chat_needs_no_mention_and_is_called_after_the_person() -> None:
    message = heard(event({"text": " 状态 "}, chat_type="p2p", mentions=None))
    assert message.text == "状态"
    assert message.conversation == Conversation(platform="feishu", id="oc_1", kind="single", title="李雷")


@pytest.mark.parametrize(
    "mentions",
    [
        [],
        None,
        "everybody",
        [None, 7, {}],
        [mention(1, "ou_other", "kbot")],  # called like the bot, and somebody else
        [{"key": "@_user_1", "id": {"open_id": ""}, "name": "kbot"}],
        [{"key": "@_user_1", "id": BOT, "name": "kbot"}],
    ],
)
def test_a_message_that_does_not_mention_the_bot_is_not_for_it(mentions: Any) -> None:
    assert parsed(event(mentions=mentions)) is None


@pytest.mark.parametrize("kind", ["app", "anonymous", "", None])
def test_what_no_person_said_is_not_heard(kind: Any) -> None:
    assert parsed(event(sender={"sender_type": kind})) is None
    assert parsed(event(sender={"sender_type": kind}, chat_type="p2p")) is None


@pytest.mark.parametrize(("theirs", "ours"), [("another", OURS), ("", OURS), (None, OURS), (OURS, ""), ("", "")])
def test_somebody_of_another_organisation_is_nobody(theirs: Any, ours: str) -> None:
    assert heard(event(sender={"tenant_key": theirs}, tenant=ours)).sender == Person(platform="feishu", id="", name="")


def test_others_that_are_mentioned_stand_in_the_text_by_name() -> None:
    mentions = [*TO_THE_BOT, mention(2, "ou_han", "韩梅梅"), mention(10, "ou_x", "@_user_2", tenant="another")]
    message = heard(event({"text": "@_user_1 授权 @_user_2 和 @_user_10 @_user_3 @_all"}, mentions=mentions))
    assert message.text == "授权 @韩梅梅 和 @@_user_2 @_user_3 @all"
    assert message.mentions == (
        Person(platform="feishu", id="ou_han", name="韩梅梅"),
        Person(platform="feishu", id="", name="@_user_2"),
    )


def test_answers_belong_below_the_root_of_a_topic() -> None:
    topic = heard(event(thread_id="omt_1", root_id="om_root", parent_id="om_root"))
    assert topic.conversation.thread == "om_root"
    assert heard(event(thread_id="omt_1", chat_type="topic_group")).conversation.thread == "om_1"
    assert heard(event(root_id="om_root", parent_id="om_parent")).conversation.thread == ""


RICH = {
    "title": "急",
    "content": [
        [{"tag": "at", "user_id": "@_user_1", "user_name": "kbot"}, {"tag": "text", "text": " 重启"}],
        [{"tag": "a", "text": "nginx", "href": "https://x"}, {"tag": "img", "image_key": "k"}, None, 7],
        "no line",
        [{"tag": "at", "user_id": "ou_han", "user_name": "韩梅梅"}],
    ],
}


@pytest.mark.parametrize("content", [RICH, {"zh_cn": RICH}])
def test_rich_text_is_read_by_its_lines(content: Any) -> None:
    assert heard(event(content, message_type="post")).text == "急\n 重启\nnginx\n@韩梅梅"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image", {"image_key": "k"}),
        ("audio", {"file_key": "k"}),
        ("interactive", {"elements": []}),
        ("post", {"title": "", "content": [[{"tag": "img"}]]}),
        ("post", {"content": 7}),
        ("post", {}),
        (None, {}),
    ],
)
def test_what_has_no_words_says_so(kind: Any, content: Any) -> None:
    message = heard(event(content, message_type=kind))
    assert (message.text, message.problem) == ("", "not-text")


def test_a_message_that_is_too_long_is_cut() -> None:
    message = heard(event({"text": "重" * (LONGEST + 1)}))
    assert (len(message.text), message.problem) == (LONGEST, "too-long")


@pytest.mark.parametrize("missing", ["message_id", "chat_id", "chat_type"])
def test_what_cannot_be_answered_is_malformed(missing: str) -> None:
    for value in (None, "", 7):
        with pytest.raises(Malformed):
            parsed(event(**{missing: value}))


def test_a_time_that_is_none_is_now() -> None:
    for value in (None, "noon", "9" * 30, []):
        assert heard(event(create_time=value)).sent_at.year >= 2025


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["content", "mentions", "message_type", "thread_id", "root_id"]), JSON), JSON)
def test_any_shape_is_a_message_or_passed_over(fields: dict[str, Any], sender: Any) -> None:
    strange = event(**{"chat_type": "p2p", **fields})
    strange.body["sender"] = {"sender_type": "user", "sender_id": sender, "tenant_key": sender}
    message = heard(strange)
    assert message.sender.id == ""
    message.model_dump_json().encode()
