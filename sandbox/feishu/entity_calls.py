"""The CardKit API: card entities made, replaced, changed element by element and streamed."""

import copy
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.feishu import api
from sandbox.feishu.door import Ask, Door, done
from sandbox.feishu.entities import Content, Entities, Entity, places, with_config
from sandbox.feishu.errors import FeishuError

TEXT_CHARS = 100_000
STREAMABLE = frozenset({"markdown", "plain_text", "lark_md"})
Change = Callable[[Content, Any], Content]


class EntityCalls:
    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.ID_CONVERT, self.convert),
            door.route(api.CARD_CREATE, self.create),
            door.route(api.CARD_PUT, self.replace),
            door.route(api.CARD_SETTINGS, self.settings),
            door.route(api.CARD_BATCH, self.batch),
            door.route(api.ELEMENT_CREATE, self.add_elements),
            door.route(api.ELEMENT_CONTENT, self.stream),
            door.route(api.ELEMENT_PUT, self.replace_element),
            door.route(api.ELEMENT_PATCH, self.patch_element),
            door.route(api.ELEMENT_DELETE, self.delete_element),
        ]

    async def create(self, ask: Ask) -> dict[str, Any]:
        if ask.body.get("type") != "card_json":
            raise FeishuError(10002, "type is not card_json")
        return done({"card_id": self._entities.create(_json(ask.body.get("data"), dict))})

    async def convert(self, ask: Ask) -> dict[str, Any]:
        return done({"card_id": self._entities.of_message(str(ask.body.get("message_id", "")))})

    async def replace(self, ask: Ask) -> dict[str, Any]:
        entity = self._entities.begin(ask.path["card_id"], ask.body)
        card = ask.body.get("card")
        if not isinstance(card, dict) or card.get("type") != "card_json":
            raise FeishuError(10002, "card is not of type card_json")
        return self._finish(entity, _json(card.get("data"), dict), ask)

    async def settings(self, ask: Ask) -> dict[str, Any]:
        entity = self._entities.begin(ask.path["card_id"], ask.body)
        return self._finish(entity, _with_settings(entity.content, _json(ask.body.get("settings"), dict)), ask)

    async def batch(self, ask: Ask) -> dict[str, Any]:
        """All of the actions or none."""
        entity = self._entities.begin(ask.path["card_id"], ask.body)
        content = copy.deepcopy(entity.content)
        for action in _json(ask.body.get("actions"), list):
            change = ACTIONS.get(action.get("action")) if isinstance(action, dict) else None
            if change is None:
                raise FeishuError(10002, f"unknown action {action}")
            content = change(content, action.get("params") or {})
        return self._finish(entity, content, ask)

    async def add_elements(self, ask: Ask) -> dict[str, Any]:
        return self._one(ask, _add, {**ask.body, "elements": _json(ask.body.get("elements"), list)})

    async def replace_element(self, ask: Ask) -> dict[str, Any]:
        element = _json(ask.body.get("element"), dict)
        return self._one(ask, _replace, {"element_id": ask.path["element_id"], "element": element})

    async def patch_element(self, ask: Ask) -> dict[str, Any]:
        part = _json(ask.body.get("partial_element"), dict)
        return self._one(ask, _patch, {"element_id": ask.path["element_id"], "partial_element": part})

    async def delete_element(self, ask: Ask) -> dict[str, Any]:
        return self._one(ask, _delete, {"element_ids": [ask.path["element_id"]]})

    async def stream(self, ask: Ask) -> dict[str, Any]:
        """The whole text so far; a client types it out when what was there is its beginning."""
        entity = self._entities.begin(ask.path["card_id"], ask.body)
        if not self._entities.streaming(entity):
            if entity.timed_out:
                raise FeishuError(200850, "card streaming timeout")
            raise FeishuError(300309, "streaming mode is closed")
        text = ask.body.get("content")
        if not isinstance(text, str) or not 0 < len(text) <= TEXT_CHARS:
            raise FeishuError(10002, "content is invalid")
        content = copy.deepcopy(entity.content)
        _text_of(content, ask.path["element_id"])["content"] = text
        return self._finish(entity, content, ask)

    def _one(self, ask: Ask, change: Change, params: dict[str, Any]) -> dict[str, Any]:
        entity = self._entities.begin(ask.path["card_id"], ask.body)
        return self._finish(entity, change(copy.deepcopy(entity.content), params), ask)

    def _finish(self, entity: Entity, content: Content, ask: Ask) -> dict[str, Any]:
        self._entities.finish(entity, content, ask.body)
        return done()


def _json(value: Any, kind: type) -> Any:
    """Parts of a card come as JSON in a string."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if not isinstance(parsed, kind):
        raise FeishuError(10002, "invalid parameter: not the expected json in a string")
    return parsed


def _with_settings(content: Content, settings: Content) -> Content:
    if not settings.keys() <= {"config", "card_link"}:
        raise FeishuError(10002, "settings know config and card_link only")
    content = with_config(content, settings.get("config") or {})
    return {**content, "card_link": settings["card_link"]} if "card_link" in settings else content


def _found(content: Content, element_id: Any, code: int) -> tuple[list[Any], int]:
    place = next(((held, at) for held, at in places(content) if held[at].get("element_id") == element_id), None)
    if place is None or not element_id:
        raise FeishuError(code, f"element {element_id} is not found")
    return place


def _text_of(content: Content, element_id: str) -> Content:
    """The text to stream into: an element, or the text within one."""
    for held, at in places(content):
        for one in (held[at], held[at].get("text")):
            if isinstance(one, dict) and one.get("element_id") == element_id:
                if one.get("tag") not in STREAMABLE:
                    raise FeishuError(300310, "element is no text")
                return one
    raise FeishuError(300313, f"element {element_id} is not found")


def _add(content: Content, params: Any) -> Content:
    elements = params.get("elements")
    elements = _json(elements, list) if isinstance(elements, str) else elements
    target = params.get("target_element_id")
    if not isinstance(elements, list):
        raise FeishuError(300314, "elements is no list")
    match params.get("type"):
        case "append" if not target:
            content["body"]["elements"].extend(elements)
        case "append":
            held, at = _found(content, target, 300314)
            held[at].setdefault("elements", []).extend(elements)
        case "insert_before" | "insert_after" as where:
            held, at = _found(content, target, 300314)
            at += where == "insert_after"
            held[at:at] = elements
        case _:
            raise FeishuError(10002, "type is invalid")
    return content


def _replace(content: Content, params: Any) -> Content:
    held, at = _found(content, params.get("element_id"), 300313)
    held[at] = params.get("element")
    return content


def _patch(content: Content, params: Any) -> Content:
    held, at = _found(content, params.get("element_id"), 300313)
    part = params.get("partial_element") or {}
    if part.get("tag", held[at]["tag"]) != held[at]["tag"]:
        raise FeishuError(300312, "the tag of an element can not change")
    held[at] = {**held[at], **part}
    return content


def _delete(content: Content, params: Any) -> Content:
    for element_id in params.get("element_ids") or []:
        held, at = _found(content, element_id, 300315)
        del held[at]
    return content


ACTIONS: dict[Any, Change] = {
    "partial_update_setting": lambda content, params: _with_settings(content, params.get("settings") or {}),
    "add_elements": _add,
    "delete_elements": _delete,
    "partial_update_element": _patch,
    "update_element": _replace,
}
