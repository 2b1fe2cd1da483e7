"""What a Feishu card shows of data: the progress bar, tables, people."""

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.preview.palette import hue
from sandbox.preview.words import element, items, lengths, part, styles, text

Node = Mapping[str, Any]

_HEX = frozenset("0123456789abcdefABCDEF")


class Canvas(Protocol):
    @property
    def people(self) -> Mapping[str, str]: ...

    def prose(self, source: object) -> str: ...


def chart(node: Node, _canvas: Canvas) -> str:
    """`linearProgress` is drawn; another chart is a note. The axis at the left names each bar unless it is switched off."""
    spec = part(node, "chart_spec")
    if spec.get("type") != "linearProgress":
        return element("div", "missing", f"图表 {text(spec.get('type'))}（预览里不画）")
    value_key, name_key = str(spec.get("xField", "value")), str(spec.get("yField", "type"))
    axis = next((axis for axis in items(spec.get("axes")) if axis.get("orient") == "left"), {})
    named = axis.get("visible") is not False and part(axis, "label").get("visible") is not False and bool(axis)
    height = _height(node)
    thick = spec.get("bandWidth")
    look = {"height": f"{thick}px" if isinstance(thick, int) else "", "background": _fill(spec)}
    bars = "".join(_bar(row, value_key, name_key if named else "", look) for row in _rows(spec))
    return element("div", "fs-chart", bars, style=styles({"height": height, "margin": lengths(node.get("margin"))}))


def _height(node: Node) -> str:
    return lengths(node.get("height"), 1)


def _rows(spec: Node) -> list[dict[str, object]]:
    data = spec.get("data")
    return (
        items(data.get("values"))
        if isinstance(data, dict)
        else [row for each in items(data) for row in items(each.get("values"))]
    )


def _fill(spec: Node) -> str:
    """The first colour that the chart asks for, if it is one by name or by number."""
    colours = spec.get("color")
    styled = part(part(spec, "progress"), "style").get("fill")
    asked = str(colours[0] if isinstance(colours, list) and colours else styled or "")
    return asked if asked[:1] == "#" and len(asked) in {4, 7} and set(asked[1:]) <= _HEX else ""


def _bar(row: Node, value_key: str, name_key: str, look: Mapping[str, str]) -> str:
    value = row.get(value_key)
    share = min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else 0.0
    name = element("span", "", text(row.get(name_key))) if name_key else ""
    inner = element("i", "", style=styles({"width": f"{share:.1%}", "background": look["background"]}))
    bar = element(
        "div",
        "fs-track",
        inner,
        style=styles({"height": look["height"]}),
        role="progressbar",
        aria_valuenow=f"{share:.2f}",
        aria_valuemax="1",
    )
    return element("div", "fs-progress", name, bar)


def table(node: Node, canvas: Canvas) -> str:
    columns = items(node.get("columns"))
    size = node.get("page_size", 5)
    shown = size if isinstance(size, int) else 5
    rows = items(node.get("rows"))
    style = part(node, "header_style")
    look = styles(
        {"text-align": style.get("text_align") if style.get("text_align") in {"left", "center", "right"} else ""}
    )
    bold = "" if style.get("bold") is False else " bold"
    grey = " grey" if style.get("background_style") == "grey" else ""
    head = "".join(
        element("th", "", text(column.get("display_name") or column.get("name")), style=_width(column))
        for column in columns
    )
    lines = "".join(
        element("tr", "", *(_cell(row.get(str(column.get("name"))), column, canvas) for column in columns))
        for row in rows[:shown]
    )
    pages = -(-len(rows) // max(shown, 1))
    pager = element("div", "fs-pager", f"‹ 1 / {pages} ›") if pages > 1 else ""
    tall = "" if node.get("row_height", "low") == "low" else " tall"
    inner = element(
        "table", "", element("thead", f"{bold}{grey}", element("tr", "", head), style=look), element("tbody", "", lines)
    )
    return element(
        "div",
        f"fs-table{tall}",
        element("div", "grid", inner),
        pager,
        style=styles({"margin": lengths(node.get("margin"))}),
    )


def _width(column: Node) -> str:
    return styles({"width": lengths(column.get("width"), 1)})


def _cell(value: object, column: Node, canvas: Canvas) -> str:
    kind = column.get("data_type", "text")
    align = column.get("horizontal_align")
    style = styles({"text-align": align if align in {"left", "center", "right"} else ""})
    if kind == "options":
        tags = [
            element("span", f"tag {hue(each.get('color', 'neutral'))}", text(each.get("text"))) for each in items(value)
        ]
        return element("td", "", *(tags or [text("" if value is None else value)]), style=style)
    if kind in {"markdown", "lark_md"}:
        return element("td", "", canvas.prose(value or ""), style=style)
    if kind == "persons":
        names = value if isinstance(value, list) else [value]
        return element(
            "td",
            "",
            *(element("span", "person", text(canvas.people.get(str(name), name))) for name in names),
            style=style,
        )
    return element("td", "", text("" if value is None else value), style=style)


def person(node: Node, canvas: Canvas) -> str:
    who = str(node.get("user_id", ""))
    name = canvas.people.get(who, who)
    shown = text(name) if node.get("show_name", True) is not False else ""
    face = element("i", "fs-face", text(name[:1])) if node.get("show_avatar", True) is not False else ""
    capsule = " capsule" if node.get("style") == "capsule" else ""
    return element(
        "div",
        f"fs-person{capsule}",
        face,
        element("span", "", shown),
        style=styles({"margin": lengths(node.get("margin"))}),
    )


def people(node: Node, canvas: Canvas) -> str:
    ids = [str(each.get("id", "")) for each in items(node.get("persons"))]
    return element("div", "fs-people", *(person({"user_id": each}, canvas) for each in ids))
