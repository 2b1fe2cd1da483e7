"""A Feishu card (Card JSON 2.0) as its clients draw it: header, body, and what lays out the rest.

Pure. A component that is not known here is drawn as a red note with its tag, so that a mistake is seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.preview import feishu_controls, feishu_figures
from sandbox.preview.markdown import FEISHU, markdown
from sandbox.preview.palette import hue
from sandbox.preview.words import content, element, items, lengths, part, styles, text

Node = Mapping[str, Any]

_SIZES = {
    "heading-0": "30px/40px",
    "heading-1": "24px/32px",
    "heading-2": "20px/28px",
    "heading-3": "18px/26px",
    "heading-4": "16px/24px",
    "heading": "16px/24px",
    "medium": "14px/22px",
    "normal": "14px/22px",
    "notation": "12px/18px",
    "xxxx-large": "30px/40px",
    "xxx-large": "24px/32px",
    "xx-large": "20px/28px",
    "x-large": "18px/26px",
    "large": "16px/24px",
    "small": "12px/18px",
    "x-small": "10px/14px",
}
"""Documented font sizes; line heights as the web client has them."""
_GAPS = {"small": "4px", "medium": "8px", "large": "12px", "extra_large": "16px"}
_ALIGN = {"top": "flex-start", "center": "center", "bottom": "flex-end", "left": "flex-start", "right": "flex-end"}
_WORDS = {"left", "center", "right"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """What drawing needs beside the component: names for ids, and text sizes that the card defines itself."""

    people: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)

    def prose(self, source: object) -> str:
        return markdown(str(source), FEISHU, breaks=True, people=self.people)

    def font(self, name: object) -> str:
        size, line = _SIZES.get(self.sizes.get(str(name), str(name)), _SIZES["normal"]).split("/")
        return f"{size}/{line}"

    def words(self, node: Node) -> str:
        """A text object, by its own tag."""
        return self.prose(content(node)) if node.get("tag") in {"markdown", "lark_md"} else text(content(node))

    def draw(self, node: Node) -> str:
        if drawing := _DRAWINGS.get(str(node.get("tag"))):
            return drawing(node, self)
        return element("div", "missing", f"不认识的组件 {text(node.get('tag'))}")

    def all(self, node: Node, key: str = "elements") -> str:
        return "".join(map(self.draw, items(node.get(key))))


def draw(card: Node, people: Mapping[str, str] | None = None) -> str:
    style = part(part(card, "config"), "style")
    sizes = {
        name: str(size.get("mobile") or size.get("default"))
        for name, size in part(style, "text_size").items()
        if isinstance(size, dict)
    }
    canvas = Canvas(people or {}, sizes)
    body = part(card, "body")
    inner = element("div", "fs-body", canvas.all(body), style=_box(body, padding="12px", gap="8px"))
    head = _header(part(card, "header"), canvas) if card.get("header") else ""
    return element("article", "card fs", head, inner)


def _header(header: Node, canvas: Canvas) -> str:
    tags = "".join(
        element("span", f"tag {hue(tag.get('color', 'neutral'))}", text(content(tag.get("text"))))
        for tag in items(header.get("text_tag_list"))[:3]
    )
    title = element("h2", "fs-title", canvas.words(part(header, "title")), tags)
    subtitle = part(header, "subtitle")
    below = element("p", "fs-subtitle", canvas.words(subtitle)) if content(subtitle) else ""
    template = hue(header.get("template"))
    padding = lengths(header.get("padding"))
    return element(
        "header",
        f"fs-header {template or 'plain'}",
        _icon(header),
        element("div", "fs-titles", title, below),
        style=styles({"padding": padding}),
    )


def _icon(node: Node) -> str:
    """A standard icon as its outline in its colour: there are thousands, and none is drawn here."""
    icon = part(node, "icon")
    return element("i", f"fs-icon {hue(icon.get('color'))}", title=str(icon.get("token", ""))) if icon else ""


def _gap(value: object, default: str) -> str:
    return _GAPS.get(str(value)) or lengths(value, most=1) or default


def _box(node: Node, *, padding: str = "", gap: str = "8px") -> str:
    """The layout that containers share."""
    across = node.get("direction") == "horizontal"
    return styles(
        {
            "padding": lengths(node.get("padding")) or padding,
            "margin": lengths(node.get("margin")),
            "flex-direction": "row" if across else "column",
            "flex-wrap": "wrap" if across else "",
            "gap": _gap(node.get("horizontal_spacing" if across else "vertical_spacing"), gap),
            "justify-content": _ALIGN.get(str(node.get("horizontal_align" if across else "vertical_align")), ""),
            "align-items": _ALIGN.get(str(node.get("horizontal_align")), "") if not across else "",
        }
    )


def _margin(node: Node) -> str:
    return styles({"margin": lengths(node.get("margin"))})


def _set(node: Node, canvas: Canvas) -> str:
    """Sizes and alignment of a run of text."""
    align = node.get("text_align")
    size = node.get("text_size", "normal")
    return styles({"font": f"{canvas.font(size)} var(--sans)", "text-align": align if align in _WORDS else ""})


def _markdown(node: Node, canvas: Canvas) -> str:
    style = ";".join(filter(None, (_set(node, canvas), _margin(node))))
    return element("div", "fs-md", _icon(node), canvas.prose(content(node)), style=style)


def _div(node: Node, canvas: Canvas) -> str:
    words = part(node, "text")
    colour = hue(words.get("text_color"))
    lines = words.get("lines")
    clamp = styles({"--lines": lines}) if isinstance(lines, int) else ""
    style = ";".join(filter(None, (_set(words, canvas), clamp)))
    inner = element(
        "div",
        f"fs-text {'ink ' + colour if colour else ''} {'clamped' if clamp else ''}",
        canvas.words(words),
        style=style,
    )
    return element("div", "fs-div", _icon(node), inner, style=_margin(node))


def _rule(node: Node, _canvas: Canvas) -> str:
    return element("div", "fs-hr", style=_margin(node), role="separator")


def _column_set(node: Node, canvas: Canvas) -> str:
    mode = str(node.get("flex_mode", "none"))
    columns = items(node.get("columns"))
    inner = "".join(_column(column, canvas) for column in columns)
    style = styles(
        {
            "gap": _gap(node.get("horizontal_spacing"), "8px"),
            "margin": lengths(node.get("margin")),
            "padding": lengths(node.get("padding")),
            "justify-content": _ALIGN.get(str(node.get("horizontal_align")), ""),
        }
    )
    shape = mode if mode in {"stretch", "flow", "bisect", "trisect"} else "none"
    return element("div", f"fs-columns {shape} {_background(node, 'background_style')}", inner, style=style)


def _column(node: Node, canvas: Canvas) -> str:
    width = str(node.get("width", "weighted"))
    weight = node.get("weight", 1)
    share = f"{weight if isinstance(weight, int) else 1} 1 0"
    flex = {"auto": "0 1 auto", "weighted": share}.get(width) or (
        f"0 0 {lengths(width, 1)}" if lengths(width, 1) else share
    )
    style = ";".join([_box(node), f"flex:{flex}"])
    return element("div", f"fs-column {_background(node, 'background_style')}", canvas.all(node), style=style)


def _background(node: Node, key: str) -> str:
    named = hue(node.get(key))
    deep = "tinted" if "-" in str(node.get(key)) and not str(node.get(key)).endswith("-50") else "pale"
    return f"{deep} {named}" if named else ""


def _panel(node: Node, canvas: Canvas) -> str:
    header = part(node, "header")
    title = part(header, "title")
    size = styles({"font": f"{canvas.font(title.get('text_size', 'normal'))} var(--sans)"})
    colour = hue(title.get("text_color"))
    arrow = element("i", "fs-arrow")
    words = element("span", f"fs-panel-title {'ink ' + colour if colour else ''}", canvas.words(title), style=size)
    left = header.get("icon_position") in {"left", "follow_text"} or not header.get("icon_position")
    at_end = header.get("icon_position") == "follow_text"
    inner = f"{words}{arrow}" if at_end or not left else f"{arrow}{words}"
    padding = styles({"padding": lengths(header.get("padding")) or "4px 8px"})
    summary = element(
        "summary", f"{'spread' if not left else ''} {_background(header, 'background_color')}", inner, style=padding
    )
    border = part(node, "border")
    line = {"border-radius": lengths(border.get("corner_radius"), 1)} if border else {}
    inside = element("div", "fs-panel-body", canvas.all(node), style=_box(node, padding="8px"))
    return element(
        "details",
        f"fs-panel {'bordered' if border else ''} {_background(node, 'background_color')}",
        summary,
        inside,
        style=styles({**line, "margin": lengths(node.get("margin"))}),
        **({"open": "open"} if node.get("expanded") is True else {}),
    )


def _form(node: Node, canvas: Canvas) -> str:
    return element("div", "fs-form", canvas.all(node), style=_box(node, gap="12px"), role="form")


def _image(_node: Node, _canvas: Canvas) -> str:
    return element("div", "missing", "图片（预览里不画）")


_DRAWINGS: dict[str, Callable[[Node, Canvas], str]] = {
    "markdown": _markdown,
    "div": _div,
    "hr": _rule,
    "column_set": _column_set,
    "collapsible_panel": _panel,
    "form": _form,
    "img": _image,
    "button": feishu_controls.button,
    "input": feishu_controls.field,
    "chart": feishu_figures.chart,
    "table": feishu_figures.table,
    "person": feishu_figures.person,
    "person_list": feishu_figures.people,
}
