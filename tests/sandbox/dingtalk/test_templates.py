"""Own templates as a person sees them, read from the files that are shipped."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cards.dingtalk_native import FORMS, STREAM, Form, has_log, render_native, variables
from sandbox.dingtalk import DingTalkStandIn, read_template
from tests.cards.samples import sample
from tests.sandbox.dingtalk.card import post_card, update
from tests.sandbox.dingtalk.conftest import LI
from tests.sandbox.dingtalk.line import Client

FILES = Path(__file__).parents[3] / "deploy" / "dingtalk"


def export(form: str) -> str:
    return (FILES / f"{form}.json").read_text("utf-8")


async def own_card(
    gateway: DingTalkStandIn, sdk: Client, form: Form, state: str, *, streaming: bool = False
) -> dict[str, str]:
    gateway.add_template(f"{form}.schema", read_template(export(form)))
    values = render_native(sample(state, "zh"), form, streaming=streaming).values
    await post_card(sdk, "own", cardTemplateId=f"{form}.schema", cardData={"cardParamMap": values})
    return values


@pytest.mark.parametrize("form", FORMS)
def test_template_and_renderer_have_the_same_variables(form: Form) -> None:
    template = read_template(export(form))
    streamed = {STREAM} if has_log(form) else set()
    assert template.declared == {*variables(form), *streamed}
    assert template.bound == template.declared
    assert template.streamed == streamed
    assert set(template.states) == ({"1", "2", "3", "4", "5"} if has_log(form) else {""})


async def test_what_is_folded_is_marked_and_what_is_empty_is_not_seen(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "approval", "approval_waiting")
    view = gateway.cards["own"].view(LI)
    assert view.title == "🟠 待审批 · 高危操作确认"
    assert [panel.title for panel in view.panels] == ["变更 2 处"]
    assert "+ registry.example.com/shop/nginx:1.27.3" in view.panels[0].text
    assert "▸ 变更 2 处\n```diff" in view.markdown
    assert view.progress is None
    assert [(button.text, button.color) for button in view.buttons] == [("批准", "blue"), ("拒绝", "red")]
    assert view.inputs[0].label == "填写原因并拒绝"
    assert view.tips.startswith("编号 7F3K")
    assert not gateway.violations


async def test_a_progress_bar(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "status", "approval_verifying")
    view = gateway.cards["own"].view(LI)
    assert view.progress == 60
    assert "▓▓▓▓▓▓░░░░" in view.markdown
    assert "Started container app" in view.markdown


async def test_a_disabled_button_cannot_be_pressed(gateway: DingTalkStandIn, sdk: Client) -> None:
    values = await own_card(gateway, sdk, "approval", "approval_waiting")
    await update(sdk, True, "own", buttons_1=values["buttons_1"].replace("normal", "disabled"))
    assert [button.enabled for button in gateway.cards["own"].view(LI).buttons] == [False, False]
    assert (await gateway.click(LI, "own", "approve")).reason == "no-callback"


async def test_what_is_sent_from_the_text_field_is_a_click(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "approval", "approval_waiting")
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gateway.fill(LI, "own", "今晚封网"))
        frame = await line.frame()
        await line.answer(frame, {})
    pressed = json.loads(json.loads(frame["data"])["content"])["cardPrivateData"]
    assert pressed == {
        "actionIds": ["deny"],
        "params": {"id": "deny", "digest": "9f31c2d07a55", "reason": "今晚封网"},
    }


async def stream(sdk: Client, **changes: Any) -> None:
    whole = {"outTrackId": "own", "guid": "g1", "key": STREAM, "content": "line 1", "isFull": True, **changes}
    assert (await sdk.put("/v1.0/card/streaming", whole))[0] == 200


async def test_the_streamed_text_is_seen_while_it_streams(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "status", "approval_verifying", streaming=True)
    await stream(sdk)
    assert "line 1" in gateway.cards["own"].view(LI).markdown
    await stream(sdk, guid="g2", content="line 2", isFinalize=True)
    assert "line 2" not in gateway.cards["own"].view(LI).markdown
    assert not gateway.violations


async def test_what_the_template_does_not_foresee_is_noted(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "status", "approval_verifying")
    await stream(sdk, key="log")
    assert gateway.violations.rules() == {"streaming-unmarked-variable"}
    await update(sdk, True, "own", stream="x", nothing="y")
    assert gateway.violations.rules() == {
        "streaming-unmarked-variable",
        "put-on-streamed-variable",
        "unknown-variable",
    }


async def test_a_state_without_a_container_shows_nothing(gateway: DingTalkStandIn, sdk: Client) -> None:
    await own_card(gateway, sdk, "status", "approval_verifying")
    await update(sdk, True, "own", flowStatus="")
    assert gateway.cards["own"].view(LI).text == ""


def broken(**changes: Any) -> str:
    whole = json.loads(export("diagnosis"))
    editor = json.loads(whole["editorData"])
    editor["variableList"] = changes.pop("variables", editor["variableList"])
    editor["schema"]["componentsMap"] = changes.pop("components", editor["schema"]["componentsMap"])
    return json.dumps({**whole, "editorData": json.dumps(editor), **changes})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"type": "onebox"}, "no export"),
        ({"variables": []}, "used but not declared"),
        ({"components": []}, "componentsMap"),
    ],
)
def test_what_is_no_template_is_not_read(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_template(broken(**changes))
