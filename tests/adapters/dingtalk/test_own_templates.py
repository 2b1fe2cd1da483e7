"""Cards in templates of one's own, from the first to the last version, and every way back to the public one."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.dingtalk.templates import Templates
from adapters.errors import Refused
from adapters.types import Acknowledge, Answer, CardAction, Sent
from cards.dingtalk import PUBLIC_TEMPLATE
from cards.dingtalk_native import FORMS
from cards.model import Card, Code, Section
from sandbox.dingtalk import CardView, DingTalkStandIn, read_template
from sandbox.dingtalk.api import CARD_WRITE, CREATE_AND_DELIVER, UPDATE
from tests.adapters.dingtalk.conftest import BRISK, HAN, LI, OPS
from tests.adapters.ears import Ears, listening
from tests.cards.samples import STATES, sample

FILES = Path(__file__).parents[3] / "deploy" / "dingtalk"
OWN = {form: f"own-{form}.schema" for form in FORMS}


def install(gateway: DingTalkStandIn) -> None:
    for form, template_id in OWN.items():
        gateway.add_template(template_id, read_template((FILES / f"{form}.json").read_text("utf-8")))


def own_door(gateway: DingTalkStandIn, templates: dict[str, str] = OWN) -> DingTalk:
    return DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        templates=templates,
        patience=BRISK,
    )


@pytest.fixture
async def own(gateway: DingTalkStandIn) -> AsyncIterator[DingTalk]:
    install(gateway)
    door = own_door(gateway)
    yield door
    await door.close()


def offered(view: CardView) -> list[str]:
    """What can be pressed; a decision that was made stays there, greyed."""
    return [button.action_id for button in view.buttons if button.enabled]


async def test_an_action_s_card_stays_in_its_template_all_its_life(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    sent = await own.send(OPS, waiting, key="k")
    assert sent.form == "approval"
    card = gateway.cards["k"]
    assert card.template_id == "own-approval.schema"
    assert [panel.title for panel in card.view(LI).panels] == ["变更 2 处"]
    await own.update(sent, sample("approval_verifying", "zh"))
    view = card.view(LI)
    assert (view.title, view.progress, offered(view)) == ("🟣 验证中 · 更换镜像", 60, [])
    assert view.panels == ()
    assert "Started container app" in view.markdown
    await own.update(sent, sample("approval_success", "zh"))
    view = card.view(LI)
    assert (view.title, view.progress) == ("✅ 成功 · 更换镜像", None)
    assert offered(view) == ["undo"]
    assert "Started container app" not in view.markdown
    assert not gateway.violations


@pytest.mark.parametrize("state", STATES)
async def test_every_card_is_taken_by_the_book(own: DingTalk, gateway: DingTalkStandIn, state: str) -> None:
    gateway.card_rules.strict = True
    sent = await own.send(OPS, sample(state, "zh"), key="k")
    await own.update(sent, sample("approval_success", "en"))
    assert gateway.cards["k"].view(LI).title == "✅ Succeeded · Change image"
    assert sent.form == ("" if sample(state, "zh").kind == "notice" else sample(state, "zh").kind)
    assert not gateway.violations


async def test_a_kind_that_is_not_named_uses_the_public_template(gateway: DingTalkStandIn, waiting: Card) -> None:
    install(gateway)
    door = own_door(gateway, {"diagnosis": OWN["diagnosis"]})
    sent = await door.send(OPS, waiting, key="k")
    assert (sent.form, gateway.cards["k"].template_id) == ("", PUBLIC_TEMPLATE)
    assert (await door.send(OPS, sample("diagnosis", "zh"), key="d")).form == "diagnosis"
    await door.close()


async def test_a_copy_keeps_its_form_whatever_the_settings_are_now(gateway: DingTalkStandIn, waiting: Card) -> None:
    install(gateway)
    before, after = own_door(gateway), own_door(gateway, {})
    native = await before.send(OPS, waiting, key="native")
    public = await after.send(OPS, waiting, key="public")
    await after.update(native, sample("approval_denied", "zh"))
    await before.update(public, sample("approval_denied", "zh"))
    for key in ("native", "public"):
        view = gateway.cards[key].view(LI)
        assert (view.title, offered(view)) == ("⚪ 已拒绝 · 高危操作确认", [])
    assert not gateway.violations
    await before.close()
    await after.close()


async def test_a_copy_whose_form_was_not_kept_is_remembered(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    await own.send(OPS, waiting, key="k")
    told_nothing = Sent(platform="dingtalk", conversation=OPS, message_id="k", key="k")
    await own.update(told_nothing, sample("approval_success", "zh"))
    assert gateway.cards["k"].view(LI).title == "✅ 成功 · 更换镜像"
    assert not gateway.violations


async def test_an_update_sends_the_variables_and_a_kilobyte_each(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    gateway.card_rules.strict = True
    long = Section(title="清单", body=Code(text="\n".join(f"line {n} " + "x" * 90 for n in range(90))), folded=True)
    sent = await own.send(OPS, waiting.model_copy(update={"sections": (long,)}), key="k")
    await own.update(sent, waiting.model_copy(update={"sections": (long,) * 9}))
    view = gateway.cards["k"].view(LI)
    assert "line 20" in view.panels[3].text
    assert "另有 5 段未显示" in view.markdown


# Clicks


async def test_the_answer_to_a_click_is_drawn_in_the_copy_s_form(
    own: DingTalk, gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    async def deny(action: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_denied", "zh"), form="approval"))

    ears.on_click = deny
    await own.send(OPS, waiting, key="k")
    async with listening(own, ears, gateway):
        click = await gateway.fill(HAN, "k", "今晚封网")
    assert click.ok
    assert click.view is not None
    assert (click.view.title, offered(click.view), click.view.inputs) == ("⚪ 已拒绝 · 高危操作确认", [], ())
    assert (ears.clicks[0].button, ears.clicks[0].reason, ears.clicks[0].digest) == ("deny", "今晚封网", waiting.digest)
    assert not gateway.violations


async def test_a_copy_of_another_process_is_answered_in_the_form_that_was_kept(
    gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    install(gateway)
    maker, other = own_door(gateway), own_door(gateway, {})
    await maker.send(OPS, waiting, key="k")

    async def accept(action: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(card=sample("approval_executing", "zh"), form="approval", toast="好"))

    ears.on_click = accept
    async with listening(other, ears, gateway):
        click = await gateway.click(HAN, "k", "批准")
    assert click.view is not None
    assert click.view.title == "🔵 执行中 · 更换镜像"
    assert not gateway.violations
    await maker.close()
    await other.close()


async def test_a_refusal_is_read_in_the_small_print_there_too(
    own: DingTalk, gateway: DingTalkStandIn, ears: Ears, waiting: Card
) -> None:
    async def refuse(action: CardAction, acknowledge: Acknowledge) -> None:
        await acknowledge(Answer(toast="只有管理员可以批准", tone="error", form="approval"))

    ears.on_click = refuse
    sent = await own.send(OPS, waiting, key="k")
    async with listening(own, ears, gateway):
        await gateway.click(LI, "k", "approve")
    assert gateway.cards["k"].view(LI).tips.startswith("⛔ 只有管理员可以批准")
    assert gateway.cards["k"].view(HAN).tips.startswith("编号 7F3K")
    await own.update(sent, sample("approval_expired", "zh"))
    assert gateway.cards["k"].view(LI).tips == gateway.cards["k"].view(HAN).tips


# Back to the public template


@pytest.mark.parametrize("code", ["param.templateNotExist", "param.templateUnpublished", "param.invalid"])
async def test_a_template_that_is_refused_is_left_alone_for_a_while(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card, logged: list[EventDict], code: str
) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code=code)
    sent = await own.send(OPS, waiting, key="k")
    assert (sent.form, gateway.cards["k"].template_id) == ("", PUBLIC_TEMPLATE)
    assert [button.action_id for button in gateway.cards["k"].view(LI).buttons] == ["approve", "deny"]
    await own.send(OPS, waiting, key="l")
    assert own.calls[CREATE_AND_DELIVER.name] == 3
    warned = [entry for entry in logged if entry["event"] == "dingtalk.template.refused"]
    assert [(entry["form"], entry["log_level"]) for entry in warned] == [("approval", "warning")]
    await own.update(sent, sample("approval_success", "zh"))
    assert gateway.cards["k"].view(LI).title == "✅ 成功 · 更换镜像"


async def test_another_kind_s_template_is_still_used(own: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code="param.templateNotExist")
    await own.send(OPS, waiting, key="k")
    assert (await own.send(OPS, sample("diagnosis", "zh"), key="d")).form == "diagnosis"


def test_after_a_while_it_is_tried_again(waiting: Card) -> None:
    now = [0.0]
    templates = Templates("public.schema", OWN, streaming=False, now=lambda: now[0])
    templates.refused("approval", "templateUnpublished")
    assert templates.choose(waiting) == ""
    now[0] = 601.0
    assert templates.choose(waiting) == "approval"


@pytest.mark.parametrize("code", ["param.openSpaceIdInvalid", "param.openDeliverModelError"])
async def test_what_is_not_the_template_s_fault_does_not_change_it(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card, code: str
) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code=code)
    with pytest.raises(Refused, match=code):
        await own.send(OPS, waiting, key="k")
    assert (await own.send(OPS, waiting, key="l")).form == "approval"


async def test_a_missing_permission_says_what_to_do(own: DingTalk, gateway: DingTalkStandIn, waiting: Card) -> None:
    gateway.faults.revoke_scope(CARD_WRITE)
    with pytest.raises(Refused, match=r"Card\.Instance\.Write: grant it in the developer console"):
        await own.send(OPS, waiting, key="k")
    assert own.calls[CREATE_AND_DELIVER.name] == 1


async def test_what_the_text_audit_refuses_goes_without_its_details(own: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.faults.reject_content("CrashLoopBackOff")
    sent = await own.send(OPS, sample("diagnosis", "zh"), key="k")
    view = gateway.cards["k"].view(LI)
    assert sent.form == "diagnosis"
    assert "连不上数据库" in view.markdown
    assert "明细未通过钉钉的内容审核，未显示" in view.tips


async def test_a_card_that_was_made_in_the_other_form_before_is_changed_in_it(
    own: DingTalk, gateway: DingTalkStandIn, waiting: Card
) -> None:
    await own.send(OPS, waiting, key="k")
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code="param.templateUnpublished")
    await own.send(OPS, waiting, key="other")
    sent = await own.send(OPS, sample("approval_expired", "zh"), key="k")
    assert sent.form == "approval"
    assert gateway.cards["k"].view(LI).title == "⚪ 已过期 · 高危操作确认"
    assert not gateway.violations


# Values over a kilobyte in the public template


def long(language: Literal["zh", "en"]) -> Card:
    card = sample("diagnosis", language)
    return card.model_copy(update={"log": tuple(f"line {n} " + "x" * 100 for n in range(20))})


async def test_where_the_kilobyte_is_enforced_the_public_card_keeps_to_it(
    door: DingTalk, gateway: DingTalkStandIn, logged: list[EventDict]
) -> None:
    gateway.card_rules.strict = True
    sent = await door.send(OPS, long("zh"), key="k")
    view = gateway.cards["k"].view(LI)
    assert "连不上数据库" in view.markdown
    assert "… 前面还有" in view.markdown
    assert door.calls[CREATE_AND_DELIVER.name] == 2
    await door.update(sent, long("en"))
    assert door.calls[UPDATE.name] == 1
    assert [entry["event"] for entry in logged].count("dingtalk.values.narrow") == 1
    assert all(len(value.encode()) <= 1024 for value in gateway.cards["k"].public.values())


async def test_many_at_once_are_all_drawn_within_it(door: DingTalk, gateway: DingTalkStandIn) -> None:
    gateway.card_rules.strict = True
    await asyncio.gather(*(door.send(OPS, long("zh"), key=f"k{n}") for n in range(5)))
    assert len(gateway.cards) == 5


async def test_an_update_is_tried_again_within_it(door: DingTalk, gateway: DingTalkStandIn) -> None:
    sent = await door.send(OPS, long("zh"), key="k")
    gateway.card_rules.strict = True
    await door.update(sent, long("en"))
    assert door.calls[UPDATE.name] == 2
    assert gateway.cards["k"].view(LI).title.startswith("❌ 1 finding")


async def test_a_refused_parameter_that_length_does_not_explain_is_refused(
    door: DingTalk, gateway: DingTalkStandIn
) -> None:
    gateway.faults.fail_next(CREATE_AND_DELIVER.name, status=400, code="param.templateUnpublished")
    with pytest.raises(Refused, match="templateUnpublished"):
        await door.send(OPS, sample("refusal", "zh"), key="k")
    assert json.loads(gateway.calls.of(CREATE_AND_DELIVER)[0].body)["outTrackId"] == "k"
