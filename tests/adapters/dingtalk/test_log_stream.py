"""The log that is streamed: only what changed is sent, nothing is mixed, and without the permission it still arrives."""

import json
from collections.abc import AsyncIterator

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.errors import Throttled, Unreachable
from adapters.types import Acknowledge, Answer, CardAction, Sent
from cards.model import Card, Progress, Tone
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import CARD_STREAMING, STREAMING, UPDATE
from tests.adapters.dingtalk.conftest import BRISK, HAN, LI, OPS
from tests.adapters.dingtalk.test_own_templates import OWN, install
from tests.adapters.ears import Ears, listening
from tests.cards.samples import sample


def streaming_door(gateway: DingTalkStandIn) -> DingTalk:
    return DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        templates=OWN,
        streaming=True,
        patience=BRISK,
    )


@pytest.fixture
async def live(gateway: DingTalkStandIn) -> AsyncIterator[DingTalk]:
    install(gateway)
    door = streaming_door(gateway)
    yield door
    await door.close()


def running(version: int, *log: str, percent: int = 50) -> Card:
    return sample("approval_verifying", "zh").model_copy(
        update={"version": version, "log": log, "progress": Progress(percent=percent, step="等待")}
    )


def made(gateway: DingTalkStandIn) -> tuple[int, int]:
    return gateway.calls[STREAMING.name], gateway.calls[UPDATE.name]


async def test_only_what_changed_is_sent(live: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    sent = await live.send(OPS, waiting, key="k")
    assert sent.form == "approval/stream"
    await live.update(sent, running(2, "one"))
    assert made(gateway) == (1, 1)
    await live.update(sent, running(3, "one", "two"))
    assert made(gateway) == (2, 1)
    await live.update(sent, running(4, "one", "two", percent=75))
    assert made(gateway) == (2, 2)
    await live.update(sent, running(5, "one", "two", "three", percent=80))
    assert made(gateway) == (3, 3)
    view = gateway.cards["k"].view(LI)
    assert (view.status, view.progress) == ("2", 80)
    assert "one\ntwo\nthree" in view.markdown
    assert not gateway.violations


async def test_the_final_card_closes_the_stream_and_shows_everything(
    live: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, running(2, "one"))
    await live.update(sent, sample("approval_success", "zh"))
    calls = [json.loads(call.body) for call in gateway.calls.of(STREAMING)]
    assert [call["isFinalize"] for call in calls] == [False, True]
    assert {call["isFull"] for call in calls} == {True}
    assert [call["guid"] for call in calls] == ["k.2", "k.6"]
    view = gateway.cards["k"].view(LI)
    assert (view.status, view.title) == ("3", "✅ 成功 · 更换镜像")
    assert "one" not in view.markdown
    assert not gateway.violations


async def test_a_card_that_never_streamed_costs_no_call_for_it(
    live: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, sample("approval_executing", "zh"))
    await live.update(sent, sample("approval_failed", "zh"))
    assert made(gateway) == (0, 2)


async def test_nor_does_one_that_was_only_clicked(
    live: DingTalk, gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    async def approve(action: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh"), form="approval/stream"))

    ears.on_click = approve
    sent = await live.send(OPS, waiting, key="k")
    async with listening(live, ears, gateway):
        await gateway.click(HAN, "k", "approve")
    await live.update(sent, sample("approval_success", "zh"))
    assert made(gateway) == (0, 1)
    assert gateway.cards["k"].view(LI).title == "✅ 成功 · 更换镜像"


async def test_after_a_restart_the_stream_is_closed_all_the_same(
    live: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, running(2, "one"))
    again = streaming_door(gateway)
    await again.update(sent, sample("approval_success", "zh"))
    assert gateway.cards["k"].view(LI).status == "3"
    assert json.loads(gateway.calls.of(STREAMING)[-1].body)["isFinalize"] is True
    await again.close()


async def test_trying_again_changes_nothing_twice(live: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    sent = await live.send(OPS, waiting, key="k")
    gateway.faults.fail_next(UPDATE.name, status=403, code="Forbidden.AccessDenied.QpsLimitForApi")
    with pytest.raises(Throttled):
        await live.update(sent, running(2, "one"))
    await live.update(sent, running(2, "one"))
    guids = [json.loads(call.body)["guid"] for call in gateway.calls.of(STREAMING)]
    assert guids == ["k.2", "k.2"]
    assert "one" in gateway.cards["k"].view(LI).markdown


async def test_what_may_not_have_arrived_is_said_again(live: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, running(2, "one", percent=50))
    gateway.faults.lose_reply_next(UPDATE.name, times=2)  # the client library tries a PUT again by itself
    with pytest.raises(Unreachable):
        await live.update(sent, running(3, "one", percent=75))
    await live.update(sent, running(4, "one", percent=50))
    assert gateway.cards["k"].view(LI).progress == 50


async def test_without_the_permission_the_log_goes_with_the_card(
    live: DingTalk, gateway: DingTalkStandIn, waiting: Card, logged: list[EventDict]
) -> None:
    gateway.faults.revoke_scope(CARD_STREAMING)
    sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, running(2, "one"))
    await live.update(sent, running(3, "one", "two"))
    assert made(gateway) == (1, 2)
    view = gateway.cards["k"].view(LI)
    assert view.status == "3"
    assert "one\ntwo" in view.markdown
    off = [entry for entry in logged if entry["event"] == "dingtalk.streaming.off"]
    assert len(off) == 1
    assert "Card.Streaming.Write" in off[0]["why"]
    await live.update(sent, sample("approval_success", "zh"))
    assert not gateway.violations


async def test_a_log_that_the_text_audit_refuses_is_left_out(
    live: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await live.send(OPS, waiting, key="k")
    gateway.faults.reject_content("forbidden")
    await live.update(sent, running(2, "forbidden words"))
    view = gateway.cards["k"].view(LI)
    assert (view.title, view.status) == ("🟣 验证中 · 更换镜像", "3")
    assert "forbidden" not in view.markdown
    assert "明细未通过钉钉的内容审核" in view.tips


async def test_a_click_while_it_streams_is_answered_with_everything(
    live: DingTalk, gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    after = running(3, "one", "two").model_copy(update={"tone": Tone.WARNING})

    async def answer(action: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=after, form="approval/stream"))

    ears.on_click = answer
    sent: Sent = await live.send(OPS, waiting, key="k")
    await live.update(sent, running(2, "one").model_copy(update={"buttons": waiting.buttons}))
    async with listening(live, ears, gateway):
        click = await gateway.click(HAN, "k", "approve")
    assert click.view is not None
    assert "one\ntwo" in click.view.markdown
    await live.update(sent, running(4, "one", "two", "three"))
    assert "three" in gateway.cards["k"].view(LI).markdown
    assert not gateway.violations
