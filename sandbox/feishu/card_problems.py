"""What Feishu refuses in a card, found all at once; the real one names the first only."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.feishu import card_tags as tags

CARD_BYTES = 30 * 1024
MOST_ELEMENTS = 200
MOST_TABLES = 5
MOST_COLUMNS = 50
DEEPEST = 5
ELEMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
MARKDOWN_TABLE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?\s*)?$", re.MULTILINE)
PERSON = re.compile(r"""<(?:at|person)\s+(?:id|ids|user_id)\s*=\s*["']?([^"'>\s]+)["']?""")

BAD_JSON = 200621
UNKNOWN_TAG = 200861
LIMIT = 11310
BAD_CHART = 200550
BAD_PERSON = 100290
BAD_ID = 300301
NOT_SHARED = 300302
DOWNGRADE = 200830
ROW_TYPE = 200914
ROW_COLUMN = 200915


@dataclass(frozen=True, slots=True)
class Problem:
    code: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.path}: {self.message}"


def problems(card: Any) -> tuple[str, ...]:
    """Everything wrong with a card of version 2.0, as sentences; empty when Feishu would show it. For the tests of
    whoever draws cards. Whether mentioned people exist is not looked at."""
    return tuple(str(one) for one in found_in(card))


def found_in(
    card: Any, before: dict[str, Any] | None = None, is_person: Callable[[str], bool] | None = None
) -> list[Problem]:
    """`before` is the card that this one takes the place of."""
    if not isinstance(card, dict):
        return [Problem(BAD_JSON, "ROOT", "card is no object")]
    if card.get("schema") != "2.0":
        return list(_first_version(card, before))
    walk = _Walk(is_person)
    walk.card(card)
    if len(json.dumps(card, ensure_ascii=False).encode()) > CARD_BYTES:
        walk.add(LIMIT, "ROOT", f"card is over {CARD_BYTES} bytes")
    return walk.found


def _first_version(card: dict[str, Any], before: dict[str, Any] | None) -> Iterator[Problem]:
    """Of cards 1.0 only what concerns their neighbours of 2.0."""
    if before is not None and before.get("schema") == "2.0":
        yield Problem(DOWNGRADE, "ROOT", "a card 2.0 can not become a card 1.0")
    if "body" in card or "schema" in card:
        yield Problem(BAD_JSON, "ROOT", "schema is not 2.0")
    elif not isinstance(card.get("elements"), list) and "i18n_elements" not in card and "header" not in card:
        yield Problem(BAD_JSON, "ROOT", "card has no elements")
    for one in (card, before or {}):
        config = one.get("config")
        shared = isinstance(config, dict) and config.get("update_multi") is True
        if before is not None and one.get("schema") != "2.0" and not shared:
            yield Problem(NOT_SHARED, "ROOT -> config", "update_multi is not true")
            return


@dataclass(slots=True)
class _Place:
    """Where the walk is: `depth` counts containers, `form` is the name of the form around, if one is."""

    path: str
    depth: int = 0
    root: bool = False
    inside: frozenset[str] = frozenset()

    def at(self, *steps: str) -> str:
        return " -> ".join((self.path, *steps))


@dataclass(slots=True)
class _Walk:
    is_person: Callable[[str], bool] | None
    found: list[Problem] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    elements: int = 0

    def add(self, code: int, path: str, message: str) -> None:
        self.found.append(Problem(code, path, message))

    def card(self, card: dict[str, Any]) -> None:
        self._known("ROOT", card, tags.ROOT)
        if config := self._object("ROOT -> config", card.get("config")):
            self._known("ROOT -> config", config, tags.CONFIG)
            if config.get("update_multi", True) is not True:
                self.add(NOT_SHARED, "ROOT -> config", "update_multi is not true")
        if link := self._object("ROOT -> card_link", card.get("card_link")):
            self._known("ROOT -> card_link", link, tags.CARD_LINK)
        if "header" in card:
            self._header(card["header"])
        body = card.get("body")
        if not isinstance(body, dict) or not isinstance(body.get("elements"), list):
            self.add(BAD_JSON, "ROOT -> body", "body has no elements")
            return
        self._known("ROOT -> body", body, tags.BODY)
        self._elements(body["elements"], _Place("ROOT -> body", root=True))
        self._counts()

    def _counts(self) -> None:
        if self.elements > MOST_ELEMENTS:
            self.add(LIMIT, "ROOT -> body", f"element exceeds the limit, {self.elements} over {MOST_ELEMENTS}")
        if self.tables > MOST_TABLES:
            self.add(LIMIT, "ROOT -> body", f"card table number over limit, {self.tables} over {MOST_TABLES}")
        for element_id, count in self.ids.items():
            if count > 1:
                self.add(BAD_ID, "ROOT -> body", f"element_id {element_id} is not unique")
        for name, count in self.names.items():
            if count > 1:
                self.add(BAD_JSON, "ROOT -> body", f"name {name} is not unique")

    def _header(self, header: Any) -> None:
        path = "ROOT -> header"
        if not isinstance(header, dict) or not isinstance(header.get("title"), dict):
            self.add(BAD_JSON, path, "header has no title")
            return
        self._known(path, header, tags.HEADER)
        self._text(f"{path} -> title", header["title"])
        if "subtitle" in header:
            self._text(f"{path} -> subtitle", header["subtitle"])
        self._choice(path, "template", header.get("template"), tags.TEMPLATES)
        labels = header.get("text_tag_list", [])
        if not isinstance(labels, list) or len(labels) > 3:
            self.add(BAD_JSON, f"{path} -> text_tag_list", "more than 3 text tags")
            return
        for index, label in enumerate(labels):
            where = f"{path} -> text_tag_list -> [{index}]"
            self._small(where, label, ("text_tag",))
            if isinstance(label, dict):
                self._text(f"{where} -> text", label.get("text"))
                self._choice(where, "color", label.get("color"), tags.TAG_COLORS)

    def _elements(self, elements: Any, place: _Place) -> None:
        if not isinstance(elements, list):
            self.add(BAD_JSON, place.at("elements"), "elements is no list")
            return
        for index, element in enumerate(elements):
            self._element(element, place, f"[{index}]")

    def _element(self, element: Any, place: _Place, step: str, key: str = "elements") -> None:
        tag = element.get("tag") if isinstance(element, dict) else None
        path = place.at(key, f"{step}(tag: {tag})")
        if not isinstance(tag, str):
            self.add(BAD_JSON, path, "element has no tag")
            return
        self.elements += 1
        allowed = tags.ELEMENTS.get(tag)
        if allowed is None or (tag == "column") != (key == "columns"):
            self.add(UNKNOWN_TAG, path, f"not support tag: {tag} in schema V2")
            return
        self._known(path, element, allowed | tags.COMMON)
        self._identified(path, element)
        for (of, name), choices in tags.CHOICES.items():
            if of == tag:
                self._choice(path, name, element.get(name), choices)
        here = _Place(path, place.depth + (tag in tags.NESTING), inside=place.inside | {tag})
        if here.depth > DEEPEST:
            self.add(LIMIT, path, f"nested deeper than {DEEPEST}")
        if tag in {"form", "table"} and not place.root:
            self.add(BAD_JSON, path, f"{tag} is allowed at the root of the body only")
        if "form" in place.inside and tag == "chart":
            self.add(BAD_JSON, path, "chart is not allowed in a form")
        self._parts(tag, element, here, place)

    def _parts(self, tag: str, element: dict[str, Any], here: _Place, place: _Place) -> None:
        path = here.path
        match tag:
            case "markdown":
                self._markdown(path, element.get("content"))
                self._icon(path, element, sized=False)
            case "div":
                if "text" in element:
                    self._text(f"{path} -> text", element["text"], sized=True)
                self._icon(path, element)
            case "column_set":
                columns = element.get("columns")
                for index, column in enumerate(columns if isinstance(columns, list) else []):
                    self._element(column, here, f"[{index}]", "columns")
            case "column" | "interactive_container":
                self._elements(element.get("elements", []), here)
            case "collapsible_panel":
                self._panel(path, element)
                self._elements(element.get("elements", []), here)
            case "form":
                self._form(path, element, here)
            case "table":
                self._table(path, element)
            case "chart":
                self._chart(path, element)
            case "person":
                self._person(path, element.get("user_id"))
            case "person_list":
                for one in element.get("persons") or []:
                    self._person(path, one.get("id") if isinstance(one, dict) else None)
            case "img":
                if "alt" in element:
                    self._text(f"{path} -> alt", element["alt"])
        if tag in tags.INTERACTIVE or tag == "interactive_container":
            self._pressable(tag, path, element, in_form="form" in place.inside)

    def _pressable(self, tag: str, path: str, element: dict[str, Any], *, in_form: bool) -> None:
        for key in ("text", "placeholder", "label", "hover_tips", "disabled_tips"):
            if key in element:
                self._text(f"{path} -> {key}", element[key])
        for key in ("disabled", "required"):
            if not isinstance(element.get(key, False), bool):
                self.add(BAD_JSON, f"{path} -> {key}", f"{key} is no bool")
        self._icon(path, element)
        if "confirm" in element:
            confirm = element["confirm"]
            if not isinstance(confirm, dict) or not isinstance(confirm.get("title"), dict):
                self.add(BAD_JSON, f"{path} -> confirm", "confirm has no title")
            else:
                self._known(f"{path} -> confirm", confirm, tags.CONFIRM)
                self._text(f"{path} -> confirm -> title", confirm["title"])
                if "text" in confirm:
                    self._text(f"{path} -> confirm -> text", confirm["text"])
        self._behaviors(path, element.get("behaviors", []))
        if tag == "input" and not 1 <= _number(element.get("max_length", 1000)) <= 1000:
            self.add(BAD_JSON, f"{path} -> max_length", "max_length is not within 1 and 1000")
        name = element.get("name")
        if name is not None and (not isinstance(name, str) or not name):
            self.add(BAD_JSON, f"{path} -> name", "name is no text")
        elif name:
            self.names[name] += 1
        elif in_form:
            self.add(200530, path, "the name of a component in a form is empty")
        if "form_action_type" in element and not in_form:
            self.add(BAD_JSON, path, "form_action_type outside a form")

    def _behaviors(self, path: str, behaviors: Any) -> None:
        if not isinstance(behaviors, list):
            self.add(BAD_JSON, f"{path} -> behaviors", "behaviors is no list")
            return
        for index, one in enumerate(behaviors):
            where = f"{path} -> behaviors -> [{index}]"
            kind = one.get("type") if isinstance(one, dict) else None
            if kind == "callback":
                self._known(where, one, tags.CALLBACK)
                if not isinstance(one.get("value"), dict):
                    self.add(BAD_JSON, f"{where} -> value", "the value of a callback is no object")
            elif kind == "open_url":
                self._known(where, one, tags.OPEN_URL)
                if not isinstance(one.get("default_url"), str):
                    self.add(BAD_JSON, f"{where} -> default_url", "default_url is missing")
            else:
                self.add(BAD_JSON, where, f"unknown behavior {kind}")

    def _panel(self, path: str, element: dict[str, Any]) -> None:
        header = element.get("header")
        if not isinstance(header, dict) or not isinstance(header.get("title"), dict):
            self.add(BAD_JSON, f"{path} -> header", "the panel has no title")
            return
        self._known(f"{path} -> header", header, tags.PANEL_HEADER)
        self._text(f"{path} -> header -> title", header["title"], also="markdown")
        self._icon(f"{path} -> header", header)
        if border := self._object(f"{path} -> border", element.get("border")):
            self._known(f"{path} -> border", border, tags.BORDER)

    def _form(self, path: str, element: dict[str, Any], here: _Place) -> None:
        name = element.get("name")
        if not isinstance(name, str) or not name:
            self.add(BAD_JSON, f"{path} -> name", "the form has no name")
        else:
            self.names[name] += 1
        self._elements(element.get("elements", []), here)
        if not any(one.get("form_action_type") == "submit" for one in _objects(element.get("elements"))):
            self.add(BAD_JSON, path, "the form has no submit button")

    def _table(self, path: str, element: dict[str, Any]) -> None:
        self.tables += 1
        columns, rows = element.get("columns"), element.get("rows")
        if not isinstance(columns, list) or not columns or not isinstance(rows, list):
            self.add(BAD_JSON, path, "the table has no columns or no rows")
            return
        if len(columns) > MOST_COLUMNS:
            self.add(LIMIT, path, f"more than {MOST_COLUMNS} columns")
        if not 1 <= _number(element.get("page_size", 5)) <= 10:
            self.add(BAD_JSON, f"{path} -> page_size", "page_size is not within 1 and 10")
        if style := self._object(f"{path} -> header_style", element.get("header_style")):
            self._known(f"{path} -> header_style", style, tags.HEADER_STYLE)
        kinds: dict[str, str] = {}
        for index, column in enumerate(columns):
            where = f"{path} -> columns -> [{index}]"
            if not isinstance(column, dict) or not isinstance(column.get("name"), str) or not column["name"]:
                self.add(BAD_JSON, where, "the column has no name")
                continue
            self._known(where, column, tags.TABLE_COLUMN)
            kinds[column["name"]] = str(column.get("data_type", "text"))
            self._choice(where, "data_type", column.get("data_type"), tags.DATA_TYPES)
        for index, row in enumerate(rows):
            self._table_row(f"{path} -> rows -> [{index}]", row, kinds)

    def _table_row(self, path: str, row: Any, kinds: dict[str, str]) -> None:
        if not isinstance(row, dict):
            self.add(ROW_TYPE, path, "the row is no object")
            return
        for name, value in row.items():
            kind = kinds.get(name)
            if kind is None:
                self.add(ROW_COLUMN, path, f"the column {name} is not declared")
            elif not _fits(kind, value):
                self.add(ROW_TYPE, path, f"the value of {name} is no {kind}")

    def _chart(self, path: str, element: dict[str, Any]) -> None:
        spec = element.get("chart_spec")
        if not isinstance(spec, dict) or spec.get("type") not in tags.CHARTS:
            self.add(BAD_CHART, f"{path} -> chart_spec", "chart spec is invalid")
            return
        data = spec.get("data")
        series = data if isinstance(data, list) else [data]
        if not series or not all(isinstance(one, dict) and isinstance(one.get("values"), list) for one in series):
            self.add(BAD_CHART, f"{path} -> chart_spec -> data", "chart spec has no data values")

    def _markdown(self, path: str, content: Any) -> None:
        if not isinstance(content, str):
            self.add(BAD_JSON, f"{path} -> content", "content is no text")
            return
        outside = re.sub(r"```.*?(?:```|\Z)", "", content, flags=re.DOTALL)
        self.tables += len(MARKDOWN_TABLE.findall(outside))
        for named in PERSON.findall(outside):
            for one in named.split(","):
                self._person(path, one)

    def _person(self, path: str, open_id: Any) -> None:
        known = self.is_person is None or open_id == "all" or (isinstance(open_id, str) and self.is_person(open_id))
        if not known or not open_id:
            self.add(BAD_PERSON, path, f"invalid person id {open_id}")

    def _text(self, path: str, text: Any, *, also: str = "", sized: bool = False) -> None:
        self._small(path, text, ("plain_text", "lark_md", also))
        if not isinstance(text, dict):
            return
        if not isinstance(text.get("content"), str) and "i18n_content" not in text:
            self.add(BAD_JSON, f"{path} -> content", "content is no text")
        elif text.get("tag") == "lark_md" or text.get("tag") == also:
            self._markdown(path, text.get("content", ""))
        if not sized and text.get("lines") is not None:
            self.add(BAD_JSON, f"{path} -> lines", "unknown property, ErrorValue: lines")

    def _icon(self, path: str, element: dict[str, Any], *, sized: bool = True) -> None:
        icon = element.get("icon")
        if icon is None:
            return
        self._small(f"{path} -> icon", icon, ("standard_icon", "custom_icon"))
        if isinstance(icon, dict) and not sized and "size" in icon:
            self.add(BAD_JSON, f"{path} -> icon -> size", "unknown property, ErrorValue: size")

    def _small(self, path: str, part: Any, allowed: tuple[str, ...]) -> None:
        """A text, a label or an icon, which is not placed by itself."""
        tag = part.get("tag") if isinstance(part, dict) else None
        if tag not in allowed or not isinstance(tag, str):
            self.add(BAD_JSON, path, f"unexpected tag {tag}")
            return
        self.elements += tag in {"plain_text", "lark_md", "text_tag", "markdown"}
        properties = tags.TEXTS.get(tag) or tags.ELEMENTS[tag] | tags.COMMON
        self._known(path, part, properties)
        self._identified(path, part)

    def _identified(self, path: str, element: dict[str, Any]) -> None:
        element_id = element.get("element_id")
        if element_id is None:
            return
        if not isinstance(element_id, str) or not ELEMENT_ID.fullmatch(element_id):
            self.add(BAD_ID, path, f"element_id {element_id} is invalid")
        else:
            self.ids[element_id] += 1

    def _known(self, path: str, value: dict[str, Any], allowed: frozenset[str]) -> None:
        for name in value:
            if name not in allowed:
                self.add(BAD_JSON, path, f"unknown property, ErrorValue: {name}")

    def _choice(self, path: str, name: str, value: Any, choices: frozenset[str]) -> None:
        if value is not None and value not in choices:
            self.add(BAD_JSON, f"{path} -> {name}", f"invalid value {value}")

    def _object(self, path: str, value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, dict):
            self.add(BAD_JSON, path, "no object")
        return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, however deep."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "number" | "date":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "options":
            return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
        case "persons":
            return isinstance(value, str | list)
        case _:
            return isinstance(value, str)
