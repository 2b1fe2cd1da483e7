"""What a person sees of a card: its JSON flattened to text, buttons and fields, in the order of the screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

FOLDED = "▸"
UNFOLDED = "▾"


class Field(BaseModel):
    """Something to fill in. `form` is empty outside a form."""

    model_config = ConfigDict(frozen=True)

    name: str
    form: str = ""
    label: str = ""
    placeholder: str = ""
    required: bool = False
    max_length: int = 1000
    initial: str = ""


class Button(BaseModel):
    """`calls_back` is a button that sends a callback with `value`; `url` is what it opens. `form` is the form that it
    submits, with `fields`. `confirm` is the question the client asks first."""

    model_config = ConfigDict(frozen=True)

    text: str
    name: str = ""
    element_id: str = ""
    color: str = ""
    value: dict[str, Any] = {}
    url: str = ""
    calls_back: bool = False
    enabled: bool = True
    why_not: str = ""
    form: str = ""
    fields: tuple[Field, ...] = ()
    confirm: str = ""


class CardView(BaseModel):
    """`markdown` is the whole body, folded panels included and marked; `tips` what is set in the small type of a note.
    `color` is the header's template."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    title: str
    subtitle: str = ""
    tags: tuple[str, ...] = ()
    color: str = ""
    markdown: str
    tips: str
    summary: str = ""
    streaming: bool = False
    buttons: tuple[Button, ...]
    fields: tuple[Field, ...] = ()

    @property
    def text(self) -> str:
        heading = " ".join(part for part in (self.title, *self.tags) if part)
        return "\n".join(part for part in (heading, self.subtitle, self.markdown, self.tips) if part)

    def button(self, name: str) -> Button | None:
        """By name or element id, else by its exact text, else by a part of its text."""
        return (
            next((button for button in self.buttons if name and name in {button.name, button.element_id}), None)
            or next((button for button in self.buttons if button.text == name), None)
            or next((button for button in self.buttons if name in button.text), None)
        )


@dataclass(slots=True)
class _Seen:
    lines: list[str] = field(default_factory=list)
    tips: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


def render(message_id: str, card: dict[str, Any]) -> CardView:
    header = _dict(card.get("header"))
    config = _dict(card.get("config"))
    body = _dict(card.get("body"))
    seen = _Seen()
    for element in _list(body.get("elements") if body else card.get("elements")):
        _show(element, seen, "")
    return CardView(
        message_id=message_id,
        title=_text(header.get("title")),
        subtitle=_text(header.get("subtitle")),
        tags=tuple(_text(_dict(tag).get("text")) for tag in _list(header.get("text_tag_list"))),
        color=str(header.get("template", "")),
        markdown="\n".join(seen.lines),
        tips="\n".join(seen.tips),
        summary=str(_dict(config.get("summary")).get("content", "")),
        streaming=config.get("streaming_mode") is True,
        buttons=tuple(seen.buttons),
        fields=tuple(seen.fields),
    )


def _show(element: Any, seen: _Seen, form: str) -> None:
    if not isinstance(element, dict):
        return
    match element.get("tag"):
        case "markdown":
            _line(seen, str(element.get("content", "")), element.get("text_size"))
        case "div":
            text = _dict(element.get("text"))
            _line(seen, _text(text), text.get("text_size"))
            for one in _list(element.get("fields")):
                _line(seen, _text(_dict(one).get("text")), None)
        case "hr":
            seen.lines.append("---")
        case "collapsible_panel":
            header = _dict(element.get("header"))
            seen.lines.append(f"{UNFOLDED if element.get('expanded') else FOLDED} {_text(header.get('title'))}")
            _inside(element, seen, form)
        case "form":
            _form(element, seen)
        case "button":
            seen.buttons.append(_button(element, form, ()))
        case "input":
            seen.fields.append(_field(element, form))
            seen.lines.extend(line for line in (_text(element.get("label")),) if line)
        case "table":
            seen.lines.extend(_table(element))
        case "chart":
            seen.lines.extend(_chart(element))
        case "person":
            seen.lines.append(f"@{element.get('user_id', '')}")
        case "img":
            seen.lines.append(f"[{_text(element.get('alt')) or 'image'}]")
        case _:
            _inside(element, seen, form)


def _inside(element: dict[str, Any], seen: _Seen, form: str) -> None:
    for key in ("elements", "columns", "actions"):
        for one in _list(element.get(key)):
            _show(one, seen, form)


def _form(element: dict[str, Any], seen: _Seen) -> None:
    inner = _Seen()
    name = str(element.get("name", ""))
    _inside(element, inner, name)
    fields = tuple(inner.fields)
    seen.lines += inner.lines
    seen.tips += inner.tips
    seen.fields += fields
    seen.buttons += [button.model_copy(update={"fields": fields if button.form else ()}) for button in inner.buttons]


def _line(seen: _Seen, text: str, size: Any) -> None:
    if text:
        (seen.tips if size == "notation" else seen.lines).append(text)


def _button(element: dict[str, Any], form: str, fields: tuple[Field, ...]) -> Button:
    behaviors = [_dict(one) for one in _list(element.get("behaviors"))]
    callback = next((one for one in behaviors if one.get("type") == "callback"), None)
    link = next((one for one in behaviors if one.get("type") == "open_url"), {})
    submits = element.get("form_action_type") == "submit"
    value = callback.get("value") if callback else element.get("value")
    return Button(
        text=_text(element.get("text")),
        name=str(element.get("name", "")),
        element_id=str(element.get("element_id", "")),
        color=str(element.get("type", "default")),
        value=value if isinstance(value, dict) else {},
        url=str(link.get("default_url") or link.get("pc_url") or ""),
        calls_back=callback is not None or submits or isinstance(element.get("value"), dict),
        enabled=element.get("disabled") is not True,
        why_not=_text(element.get("disabled_tips")),
        form=form if submits else "",
        fields=fields,
        confirm=_text(_dict(element.get("confirm")).get("title")),
    )


def _field(element: dict[str, Any], form: str) -> Field:
    longest = element.get("max_length")
    return Field(
        name=str(element.get("name", "")),
        form=form,
        label=_text(element.get("label")),
        placeholder=_text(element.get("placeholder")),
        required=element.get("required") is True,
        max_length=longest if isinstance(longest, int) else 1000,
        initial=str(element.get("default_value", "")),
    )


def _table(element: dict[str, Any]) -> Iterator[str]:
    """As a Markdown table, every page of it."""
    columns = [_dict(one) for one in _list(element.get("columns"))]
    yield _row(str(column.get("display_name", "")) for column in columns)
    yield _row("---" for _ in columns)
    for row in _list(element.get("rows")):
        yield _row(_cell(_dict(row).get(str(column.get("name")))) for column in columns)


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return "" if value is None else str(value)


def _chart(element: dict[str, Any]) -> Iterator[str]:
    spec = _dict(element.get("chart_spec"))
    yield f"[{spec.get('type', 'chart')}]"
    data = spec.get("data")
    for series in data if isinstance(data, list) else [data]:
        for value in _list(_dict(series).get("values")):
            yield "  " + " ".join(str(one) for one in _dict(value).values())


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("content", ""))
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
