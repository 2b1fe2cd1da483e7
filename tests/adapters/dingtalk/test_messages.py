"""Bodies of bot messages as they come off the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dingtalk.frames import Malformed
from adapters.dingtalk.messages import LONGEST, parse_message
from adapters.types import Conversation, Person

BOT = "$:LWCP_v1:$5f3ZQyhyMEHQ0Ad7wVQ7Fw=="
CORP = "ding9f50b15bccd16741"


def body(**changes: Any) -> dict[str, Any]:
    """A mention in a group; a change to None removes the field."""
    whole = {
        "senderPlatform": "Mac",
        "conversationId": "cid6KeBBLoveMJOGXoYKF5x7EeiodoA==",
        "conversationType": "2",
        "conversationTitle": "k8s-ops",
        "isInAtList": True,
        "atUsers": [{"dingtalkId": BOT}],
        "chatbotCorpId": CORP,
        "chatbotUserId": BOT,
        "msgId": "msgp4Lw0tfF8M2mS8tV6h0sNQ==",
        "createAt": 1769851697601,
        "senderNick": "李雷",
        "isAdmin": False,
        "senderStaffId": "manager4220",
        "senderCorpId": CORP,
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=0c1f",
        "robotCode": "dingxxx",
        "msgtype": "text",
        "text": {"content": " scale web to 3 "},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def test_a_mention_in_a_group() -> None:
    message = parse_message(body())
    assert message.id == "msgp4Lw0tfF8M2mS8tV6h0sNQ=="
    assert message.text == "scale web to 3"
    assert message.problem == ""
    assert message.sender == Person(platform="dingtalk", id="manager4220", name="李雷")
    assert message.conversation == Conversation(
        platform="dingtalk", id="cid6KeBBLoveMJOGXoYKF5x7EeiodoA==", kind="group", title="k8s-ops"
    )
    assert message.mentions == ()
    assert message.sent_at == datetime(2026, 1, 31, 9, 28, 17, 601000, UTC)


def test_a_single_chat_is_answered_to_the_person() -> None:
    message = parse_message(
        body(conversationType="1", conversationTitle=None, isInAtList=None, atUsers=None, text={"content": "帮助"})
    )
    assert message.conversation == Conversation(platform="dingtalk", id="manager4220", kind="single", title="李雷")
    assert message.text == "帮助"


def test_in_rich_text_the_mention_is_cut_and_pictures_are_passed_over() -> None:
    parts = [
        {"text": "@bot scale "},
        {"type": "picture", "downloadCode": "x", "pictureDownloadCode": "y"},
        {"text": "web 到 @3"},
    ]
    message = parse_message(body(msgtype="richText", text=None, content={"richText": parts}))
    assert message.text == "scale web 到 @3"


def test_rich_text_in_a_single_chat_has_no_mention_to_cut() -> None:
    content = {"richText": [{"text": "@all is a name"}]}
    message = parse_message(body(conversationType="1", msgtype="richText", text=None, content=content))
    assert message.text == "@all is a name"


def test_speech_is_what_was_recognised() -> None:
    message = parse_message(body(msgtype="audio", text=None, content={"recognition": "重启 nginx", "duration": 4000}))
    assert (message.text, message.problem) == ("重启 nginx", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"msgtype": "picture", "content": {"downloadCode": "x"}},
        {"msgtype": "audio", "content": {"recognition": "", "duration": 1}},
        {"msgtype": "richText", "content": {"richText": [{"type": "picture"}]}},
        {"msgtype": "richText", "content": {"richText": "?"}},
        {"msgtype": "unknownMsgType"},
        {"msgtype": "audio", "content": "?"},
        {},
    ],
)
def test_what_holds_no_words_says_so(changes: dict[str, Any]) -> None:
    message = parse_message(body(text=None, msgtype=changes.get("msgtype"), content=changes.get("content")))
    assert (message.text, message.problem) == ("", "not-text")


def test_past_the_quota_there_is_no_text_and_the_message_says_so() -> None:
    message = parse_message(body(text=None, errorCode=20001, errorMessage="组织本月的推送次数已用完"))
    assert (message.text, message.problem) == ("", "over-quota")


def test_a_mention_without_words_is_an_empty_text() -> None:
    assert parse_message(body(text={"content": "  "})).text == ""


def test_a_text_that_is_too_long_is_cut() -> None:
    message = parse_message(body(text={"content": "x" * 1_000_000}))
    assert (len(message.text), message.problem) == (LONGEST, "too-long")


@pytest.mark.parametrize(
    "changes",
    [
        {"senderStaffId": ""},
        {"senderStaffId": None},
        {"senderCorpId": "dingother"},
        {"senderCorpId": None},
        {"chatbotCorpId": None, "senderCorpId": None},
        {"senderStaffId": 4220},
    ],
)
def test_whoever_is_not_surely_of_the_organisation_is_nobody(changes: dict[str, Any]) -> None:
    message = parse_message(body(**changes))
    assert message.sender.id == ""
    assert message.sender.name == "李雷"


def test_a_stranger_s_single_chat_keeps_its_own_conversation() -> None:
    message = parse_message(body(conversationType="1", senderStaffId=""))
    assert message.conversation.id == "cid6KeBBLoveMJOGXoYKF5x7EeiodoA=="


def test_others_who_are_mentioned_are_told_apart_from_the_robot() -> None:
    at = [{"dingtalkId": BOT}, {"dingtalkId": "$:LWCP_v1:$x", "staffId": "user77"}, {"dingtalkId": "$:y"}, "?"]
    assert [person.id for person in parse_message(body(atUsers=at)).mentions] == ["user77", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "text",
        {},
        body(msgId=None),
        body(msgId=7),
        body(conversationType="3"),
        body(conversationId=None),
    ],
)
def test_unknown_shapes_are_malformed(wrong: Any) -> None:
    with pytest.raises(Malformed):
        parse_message(wrong)


def test_half_a_character_can_be_stored() -> None:
    message = parse_message(body(text={"content": "a\ud83db"}, senderNick="\udc00"))
    assert message.text == "a\N{REPLACEMENT CHARACTER}b"
    message.model_dump_json()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(body())), json_values, max_size=5))
def test_no_body_does_anything_but_parse_or_be_malformed(changes: dict[str, Any]) -> None:
    try:
        message = parse_message({**body(), **changes})
    except Malformed:
        return
    message.model_dump_json()
