"""What Feishu refuses in a card, found all at once; the real one names the first only."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.feishu import card_tags as tags
from sandbox.feishu.card_figures import check_chart, check_table
from sandbox.feishu.card_findings import (
    BAD_ID,
    BAD_JSON,
    DOWNGRADE,
    LIMIT,
    NOT_SHARED,
    UNKNOWN_TAG,
    Findings,
    Problem,
    number,
)
from sandbox.feishu.card_presses import check_pressable

CARD_BYTES = 30 * 1024
MOST_ELEMENTS = 200
MOST_TABLES = 5
DEEPEST = 5


def problems(card: Any) -> tuple[str, ...]:
    """Everything wrong with a card of version 2.0, as sentences; empty when Feishu would show it. For the tests of
    whoever draws cards. Whether mentioned people exist is not looked at."""
    if isinstance(card, dict) and card.get("schema") != "2.0":
        return (str(Problem(BAD_JSON, "ROOT", "schema is not 2.0")),)
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


class _Walk(Findings):
    def card(self, card: dict[str, Any]) -> None:
        self.known("ROOT", card, tags.ROOT)
        if config := self.object("ROOT -> config", card.get("config")):
            self.known("ROOT -> config", config, tags.CONFIG)
            if config.get("update_multi", True) is not True:
                self.add(NOT_SHARED, "ROOT -> config", "update_multi is not true")
        if link := self.object("ROOT -> card_link", card.get("card_link")):
            self.known("ROOT -> card_link", link, tags.CARD_LINK)
        if "header" in card:
            self._header(card["header"])
        body = card.get("body")
        if not isinstance(body, dict) or not isinstance(body.get("elements"), list):
            self.add(BAD_JSON, "ROOT -> body", "body has no elements")
            return
        self.known("ROOT -> body", body, tags.BODY)
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
        self.known(path, header, tags.HEADER)
        self.text(f"{path} -> title", header["title"])
        if "subtitle" in header:
            self.text(f"{path} -> subtitle", header["subtitle"])
        self.choice(path, "template", header.get("template"), tags.TEMPLATES)
        labels = header.get("text_tag_list", [])
        if not isinstance(labels, list) or len(labels) > 3:
            self.add(BAD_JSON, f"{path} -> text_tag_list", "more than 3 text tags")
            return
        for index, label in enumerate(labels):
            where = f"{path} -> text_tag_list -> [{index}]"
            self.small(where, label, ("text_tag",))
            if isinstance(label, dict):
                self.text(f"{where} -> text", label.get("text"))
                self.choice(where, "color", label.get("color"), tags.TAG_COLORS)

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
        self.known(path, element, allowed | tags.COMMON)
        self.identified(path, element)
        for (of, name), choices in tags.CHOICES.items():
            if of == tag:
                self.choice(path, name, element.get(name), choices)
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
                self.markdown(path, element.get("content"))
                self.icon(path, element, sized=False)
            case "div":
                if "text" in element:
                    self.text(f"{path} -> text", element["text"], sized=True)
                self.icon(path, element)
            case "column_set":
                columns = element.get("columns")
                for index, column in enumerate(columns if isinstance(columns, list) else []):
                    self._element(column, here, f"[{index}]", "columns")
            case "column" | "interactive_container":
                if tag == "column":
                    self._column(path, element)
                self._elements(element.get("elements", []), here)
            case "collapsible_panel":
                self._panel(path, element)
                self._elements(element.get("elements", []), here)
            case "form":
                self._form(path, element, here)
            case "table":
                check_table(self, path, element)
            case "chart":
                check_chart(self, path, element)
            case "person":
                self.person(path, element.get("user_id"))
            case "person_list":
                for one in element.get("persons") or []:
                    self.person(path, one.get("id") if isinstance(one, dict) else None)
            case "img":
                if "alt" in element:
                    self.text(f"{path} -> alt", element["alt"])
        if tag in tags.INTERACTIVE or tag == "interactive_container":
            check_pressable(self, tag, path, element, in_form="form" in place.inside)

    def _column(self, path: str, element: dict[str, Any]) -> None:
        width = element.get("width", "auto")
        pixels = re.fullmatch(r"(\d+)px", width) if isinstance(width, str) else None
        if width not in {"auto", "weighted"} and not (pixels and 16 <= int(pixels[1]) <= 600):
            self.add(BAD_JSON, f"{path} -> width", f"invalid value {width}")
        if number(element.get("weight", 1)) not in range(1, 6):
            self.add(BAD_JSON, f"{path} -> weight", "weight is not within 1 and 5")

    def _panel(self, path: str, element: dict[str, Any]) -> None:
        header = element.get("header")
        if not isinstance(header, dict) or not isinstance(header.get("title"), dict):
            self.add(BAD_JSON, f"{path} -> header", "the panel has no title")
            return
        self.known(f"{path} -> header", header, tags.PANEL_HEADER)
        self.text(f"{path} -> header -> title", header["title"], also="markdown")
        self.icon(f"{path} -> header", header)
        if border := self.object(f"{path} -> border", element.get("border")):
            self.known(f"{path} -> border", border, tags.BORDER)

    def _form(self, path: str, element: dict[str, Any], here: _Place) -> None:
        name = element.get("name")
        if not isinstance(name, str) or not name:
            self.add(BAD_JSON, f"{path} -> name", "the form has no name")
        else:
            self.names[name] += 1
        self._elements(element.get("elements", []), here)
        if not any(one.get("form_action_type") == "submit" for one in _objects(element.get("elements"))):
            self.add(BAD_JSON, path, "the form has no submit button")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, however deep."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)
