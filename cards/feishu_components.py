"""The components of Feishu's Card JSON 2.0 that our cards are made of (card-json-v2-components).

2.0 refuses a whole card for one unknown property, so each is written in one place. Foreign text goes into `plain_text` nodes,
which nothing is read into, wherever looks allow it; where they do not (bold, grey labels, persons, fences) into markdown, as
inert twins (cards.markdown). Feishu documents numeric entities instead, but its clients draw `:OK:` after they have decoded
those; a twin cannot be decoded back.
"""

import re
from collections.abc import Sequence
from typing import Any

from cards.markdown import phrase
from cards.model import Named, Role
from cards.states import Mood, mood

Element = dict[str, Any]

_SHORTCODE = re.compile(r":(?=[0-9A-Za-z_+-]*[A-Za-z][0-9A-Za-z_+-]*:)")
"""`:OK:` is drawn as a picture; `03:14:09` and `a::b` are not."""
_PERSON = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HUES: dict[Mood, str] = {"good": "green", "moving": "orange", "bad": "red", "over": "neutral", "unknown": "neutral"}
_HUED = ("state", "ready")
_WIDE = 3
"""Columns that a phone shows beside each other."""


def inert(text: str) -> str:
    """One line of foreign text inside markdown."""
    return _SHORTCODE.sub("：", phrase(text))


def strong(text: str) -> str:
    return f"**{shown}**" if (shown := inert(text)) else ""


def coloured(text: str, colour: str) -> str:
    """`text` is inert already."""
    return f"<font color='{colour}'>{text}</font>" if text else ""


def person(named: Named) -> str:
    """Their picture and name as Feishu knows them; empty when the id is none of Feishu's."""
    if named.platform != "feishu" or not _PERSON.fullmatch(named.id):
        return ""
    return f"<person id='{named.id}' show_name=true show_avatar=true style='normal'></person>"


def plain(text: str) -> Element:
    """An empty text is refused in some places, so there is none."""
    return {"tag": "plain_text", "content": text or "…"}


def paragraph(text: str, element_id: str, *, size: str = "normal", colour: str = "default") -> Element:
    return {
        "tag": "div",
        "element_id": element_id,
        "text": {**plain(text), "text_size": size, "text_color": colour},
    }


def markdown(content: str, element_id: str, *, size: str = "normal") -> Element:
    return {"tag": "markdown", "element_id": element_id, "content": content, "text_size": size}


def panel(title: str, elements: Sequence[Element], element_id: str) -> Element:
    """Closed. No form and no table may be inside."""
    return {
        "tag": "collapsible_panel",
        "element_id": element_id,
        "expanded": False,
        "header": {
            "title": plain(title),
            "vertical_align": "center",
            "padding": "4px 8px 4px 8px",
            "icon": {"tag": "standard_icon", "token": "down-small-ccm_outlined", "size": "16px 16px"},
            "icon_position": "right",
            "icon_expanded_angle": -180,
        },
        "border": {"color": "grey", "corner_radius": "5px"},
        "padding": "8px 8px 8px 8px",
        "elements": list(elements),
    }


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], element_id: str, roles: Sequence[Role] = ()
) -> Element:
    """Only at the root of a card. More than ten rows are paged by the client. The first column stays where the others are pushed
    aside."""
    names = [f"c{number}" for number in range(len(columns))]
    kinds = {name: role for name, role in zip(names, roles, strict=False) if role in _HUED}
    return {
        "tag": "table",
        "element_id": element_id,
        "page_size": min(max(len(rows), 1), 10),
        "row_height": "low",
        "freeze_first_column": len(columns) > _WIDE,
        "header_style": {"background_style": "grey", "bold": True, "lines": 1},
        "columns": [
            {"name": name, "display_name": shown, "data_type": "options" if name in kinds else "text", "width": "auto"}
            for name, shown in zip(names, columns, strict=True)
        ],
        "rows": [
            {
                name: _option(cell, kinds[name]) if name in kinds else cell
                for name, cell in zip(names, row, strict=False)
            }
            for row in rows
        ],
    }


def _option(cell: str, role: Role) -> list[Element]:
    """A coloured word; its text is plain."""
    return [{"text": cell, "color": _HUES[mood(cell, role)]}] if cell else []


def progress_bar(percent: int, colour: str, element_id: str) -> Element:
    """A bar and nothing else: no axes, no legend. Needs client 7.27; an older one leaves a gap."""
    return {
        "tag": "chart",
        "element_id": element_id,
        "height": "24px",
        "preview": False,
        "chart_spec": {
            "type": "linearProgress",
            "data": {"values": [{"type": "done", "value": percent / 100, "text": f"{percent}%"}]},
            "direction": "horizontal",
            "xField": "value",
            "yField": "type",
            "seriesField": "type",
            "bandWidth": 12,
            "cornerRadius": 6,
            "color": [colour],
            "axes": [{"orient": "left", "visible": False}, {"orient": "bottom", "visible": False}],
            "legends": {"visible": False},
            "tooltip": {"visible": False},
            "padding": 0,
        },
    }


def side_by_side(elements: Sequence[Element], element_id: str) -> Element:
    """As wide as they are, wrapped where the screen ends."""
    return {
        "tag": "column_set",
        "element_id": element_id,
        "flex_mode": "flow",
        "horizontal_spacing": "8px",
        "columns": [
            {"tag": "column", "width": "auto", "vertical_align": "center", "elements": [element]}
            for element in elements
        ],
    }


def one_then_other(first: Element, last: Element, element_id: str) -> Element:
    """On one line: `first` takes what `last` leaves."""
    return {
        "tag": "column_set",
        "element_id": element_id,
        "flex_mode": "none",
        "horizontal_spacing": "8px",
        "columns": [
            {"tag": "column", "width": "weighted", "weight": 1, "vertical_align": "center", "elements": [first]},
            {"tag": "column", "width": "auto", "vertical_align": "center", "elements": [last]},
        ],
    }


def text_input(name: str, label: str, *, required: bool, element_id: str) -> Element:
    return {
        "tag": "input",
        "element_id": element_id,
        "name": name,
        "required": required,
        "max_length": 500,
        "width": "fill",
        "placeholder": plain(label),
    }


def form(elements: Sequence[Element], name: str, element_id: str) -> Element:
    """Only at the root of a card, with a submit button inside."""
    return {"tag": "form", "element_id": element_id, "name": name, "elements": list(elements)}
