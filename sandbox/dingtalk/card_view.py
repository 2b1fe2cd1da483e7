"""What a person sees of a card: the variables as the known public templates lay them out."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Button(BaseModel):
    """`calls_back` is a button that sends a callback; without it the button opens `url` or does nothing."""

    model_config = ConfigDict(frozen=True)

    text: str
    color: str = ""
    action_id: str = ""
    params: dict[str, Any] = {}
    url: str = ""
    calls_back: bool = False
    enabled: bool = True


class Panel(BaseModel):
    """A part that starts closed: what is seen is its title, until somebody opens it."""

    model_config = ConfigDict(frozen=True)

    title: str
    text: str


class Input(BaseModel):
    """A text field: sending it is a click on `action_id` with `params` and the text as `text_param`."""

    model_config = ConfigDict(frozen=True)

    label: str
    action_id: str
    params: dict[str, str]
    text_param: str


class CardView(BaseModel):
    """`status` is an AI card's flowStatus. `variables` are all values in force for this person, private over public.
    `markdown` is the whole body, with each panel's text below its title, which is marked by ▸."""

    model_config = ConfigDict(frozen=True)

    out_track_id: str
    template_id: str
    title: str
    markdown: str
    tips: str
    status: str
    buttons: tuple[Button, ...]
    variables: dict[str, str]
    panels: tuple[Panel, ...] = ()
    progress: int | None = None
    inputs: tuple[Input, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.title, self.markdown, self.tips) if part)

    def button(self, name: str) -> Button | None:
        """By action id, else by its exact text, else by a part of its text."""
        return (
            next((button for button in self.buttons if button.action_id == name), None)
            or next((button for button in self.buttons if button.text == name), None)
            or next((button for button in self.buttons if name in button.text), None)
        )


@dataclass(frozen=True, slots=True)
class Layout:
    title: str = "title"
    body: tuple[str, ...] = ("markdown",)
    tips: str = "tips"
    system_buttons: bool = False
    group_buttons: bool = False
    fixed: tuple[Button, ...] = ()
    fixed_while: str = ""


def _fixed(text: str, action: str, color: str) -> Button:
    return Button(text=text, action_id=action, params={"action": action}, color=color, calls_back=True)


MARKDOWN = "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema"
MARKDOWN_BUTTONS = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
AI_CARD = "382e4302-551d-4880-bf29-a30acfab2e71.schema"
AI_CARD_PLAIN = "02fcf2f4-5e02-4a85-b672-46d1f715543e.schema"
APPROVAL = "dac1dbec-55af-40c3-be91-6d6882ef3b66.schema"

OWN = Layout(body=("markdown", "content", "msgContent"), group_buttons=True)
TEMPLATES: dict[str, Layout] = {
    MARKDOWN: Layout(),
    MARKDOWN_BUTTONS: Layout(system_buttons=True),
    AI_CARD: Layout(title="msgTitle", body=("msgContent", "staticMsgContent"), system_buttons=True),
    AI_CARD_PLAIN: Layout(title="", body=("msgContent",)),
    APPROVAL: Layout(
        body=("type", "amount", "reason", "status"),
        fixed=(_fixed("同意", "accept", "blue"), _fixed("拒绝", "reject", "red")),
        fixed_while="待处理",
    ),
}


def render(out_track_id: str, template_id: str, variables: dict[str, str]) -> CardView:
    layout = TEMPLATES.get(template_id, OWN)
    buttons: tuple[Button, ...] = ()
    if layout.system_buttons:
        buttons = system_buttons(variables.get("sys_full_json_obj", ""))
    elif layout.group_buttons:
        buttons = tuple(button for value in variables.values() for button in group_buttons(value))
    elif layout.fixed and variables.get("status", "") == layout.fixed_while:
        buttons = layout.fixed
    return CardView(
        out_track_id=out_track_id,
        template_id=template_id,
        title=variables.get(layout.title, ""),
        markdown="\n".join(variables[key] for key in layout.body if variables.get(key)),
        tips=variables.get(layout.tips, ""),
        status=variables.get("flowStatus", ""),
        buttons=buttons,
        variables=variables,
    )


def system_buttons(text: str) -> tuple[Button, ...]:
    """`sys_full_json_obj` of the public templates: `request: true` calls back, with `id` as the action, or `params`."""
    whole = _parsed(text)
    items = whole.get("msgButtons") if isinstance(whole, dict) else None
    return tuple(
        Button(
            text=str(item.get("text", "")),
            color=str(item.get("color", "")),
            action_id=str(item.get("id", "")),
            params=item["params"] if isinstance(item.get("params"), dict) else {},
            url=str(item.get("url", "")),
            calls_back=item.get("request") is True,
        )
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    )


def group_buttons(text: str) -> tuple[Button, ...]:
    """A ButtonGroup variable of an own template: a JSON list whose items carry an `event`."""
    items = _parsed(text) if text.startswith("[") else None
    return tuple(
        _group_button(item)
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and isinstance(item.get("event"), dict)
    )


def _group_button(item: dict[str, Any]) -> Button:
    event = item["event"]
    params = event["params"] if isinstance(event.get("params"), dict) else {}
    return Button(
        text=str(item.get("text", "")),
        color=str(item.get("color", "")),
        action_id=str(params.get("actionId", "")),
        params=params["params"] if isinstance(params.get("params"), dict) else {},
        url=str(params.get("url", "")),
        calls_back=event.get("type") == "sendCardRequest",
        enabled=item.get("status", "normal") != "disabled",
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
