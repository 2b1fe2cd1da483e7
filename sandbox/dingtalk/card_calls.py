"""The card endpoints: create, deliver, update and stream."""

import asyncio
from typing import Any

from aiohttp import web

from sandbox.dingtalk import api
from sandbox.dingtalk.card_rules import CardRules, by_key, id_type_of, refuse
from sandbox.dingtalk.card_spaces import Spaces, check_space_models, targets
from sandbox.dingtalk.card_view import APPROVAL, MARKDOWN, MARKDOWN_BUTTONS
from sandbox.dingtalk.cards import Card, Cards, Variables
from sandbox.dingtalk.directory import Directory
from sandbox.dingtalk.door import Ask, Door
from sandbox.dingtalk.errors import OpenApiError
from sandbox.dingtalk.records import Violations
from sandbox.dingtalk.template import Template

STREAM_BYTES = 3 * 1024
NOT_STREAMING = {MARKDOWN, MARKDOWN_BUTTONS, APPROVAL}
CALLBACK_TYPES = {None, "", "STREAM", "HTTP"}


class CardCalls:
    """`templates` are those that exist, by id, with the layout of own ones where it is known. Streamed variables are taken to be
    markdown: `isFull` must be true."""

    def __init__(
        self, cards: Cards, rules: CardRules, spaces: Spaces, directory: Directory, violations: Violations
    ) -> None:
        self.templates: dict[str, Template | None] = {}
        self.stream_bytes = STREAM_BYTES
        self._cards = cards
        self._rules = rules
        self._spaces = spaces
        self._directory = directory
        self._violations = violations

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.CREATE_AND_DELIVER, self.create_and_deliver),
            door.route(api.DELIVER, self.deliver),
            door.route(api.ADD_SPACES, self.add_spaces),
            door.route(api.CREATE, self.create),
            door.route(api.UPDATE, self.update),
            door.route(api.STREAMING, self.stream),
            door.route(api.REGISTER_CALLBACK, self.register_callback),
            door.route(api.STANDARD_SEND, self.standard_card),
            door.route(api.STANDARD_UPDATE, self.standard_card),
        ]

    async def create(self, ask: Ask) -> dict[str, Any]:
        card = self._create(ask.body)
        self._cards.add(card)
        return {"success": True, "result": card.out_track_id}

    async def create_and_deliver(self, ask: Ask) -> dict[str, Any]:
        where = targets(ask.body)
        card = self._create(ask.body)
        results = self._spaces.deliver(card, where, card.user_id_type)
        self._cards.add(card)
        return {"success": True, "result": {"outTrackId": card.out_track_id, "deliverResults": results}}

    async def deliver(self, ask: Ask) -> dict[str, Any]:
        card = self._card(ask.body)
        results = self._spaces.deliver(card, targets(ask.body), id_type_of(ask.body))
        self._cards.keep(card, "deliver")
        return {"success": True, "result": results}

    async def add_spaces(self, ask: Ask) -> dict[str, Any]:
        self._card(ask.body)
        check_space_models(ask.body)
        return {"success": True, "result": True}

    async def update(self, ask: Ask) -> dict[str, Any]:
        card = self._card(ask.body)
        await self._note_open_callback(card, "update")
        id_type = id_type_of(ask.body)
        public = self._rules.public(ask.body)
        private = self._rules.private(ask.body, id_type)
        if public is None and not private:
            raise refuse("param.cardDataAndPrivateDataBothEmpty")
        self._note_misuse(card, public)
        public_by_key, private_by_key = by_key(ask.body)
        card.change(public, private, by_key=public_by_key, private_by_key=private_by_key)
        self._cards.keep(card, "update")
        return {"success": True, "result": True}

    async def stream(self, ask: Ask) -> dict[str, Any]:
        body = ask.body
        card = self._cards.get(str(body.get("outTrackId") or ""))
        if card is None:
            raise refuse("param.stream.outTrackId", "card is not exist")
        for name in ("key", "guid", "content"):
            if not isinstance(body.get(name), str) or (not body[name] and name != "content"):
                raise refuse(f"param.stream.{name}Empty")
        key, content, guid = body["key"], body["content"], body["guid"]
        if len(content.encode()) > self.stream_bytes:
            raise refuse("param.stream.content", "content is too large")
        if body.get("isFull") is not True:
            raise refuse("param.stream.isFull", "streaming update the parameter isFull is null")
        self._rules.check_safe(content)
        if card.template_id in NOT_STREAMING or (card.layout is not None and key not in card.layout.streamed):
            self._violations.add("streaming-unmarked-variable", f"{key} of {card.template_id}")
        await self._note_open_callback(card, "streaming")
        if guid in card.stream_ids:
            return {"success": True, "result": True}
        card.stream_ids.add(guid)
        status = "5" if body.get("isError") is True else "3" if body.get("isFinalize") is True else "2"
        card.change({key: content, "flowStatus": status}, None, by_key=True, private_by_key=True)
        self._cards.keep(card, "streaming")
        return {"success": True, "result": True}

    async def register_callback(self, ask: Ask) -> dict[str, Any]:
        if not ask.body.get("callbackUrl"):
            raise refuse("param.invalid", "callbackUrl")
        return {"success": True, "result": {"callbackUrl": ask.body["callbackUrl"]}}

    async def standard_card(self, _: Ask) -> dict[str, Any]:
        """Closed to applications made after 2024-12-31; the real refusal's code is not documented."""
        raise OpenApiError(403, "Forbidden.AccessDenied", "StandardCard 已不再支持新应用接入")

    def _create(self, body: dict[str, Any]) -> Card:
        track, template = body.get("outTrackId"), body.get("cardTemplateId")
        if not template or not isinstance(template, str):
            raise refuse("param.cardTemplateIdEmpty")
        if not track or not isinstance(track, str):
            raise refuse("param.outTrackIdEmpty")
        if track in self._cards:
            raise refuse("param.cardAlreadyExist")
        if template not in self.templates:
            raise refuse("param.templateNotExist")
        callback_type = body.get("callbackType")
        if callback_type not in CALLBACK_TYPES:
            raise refuse("param.invalid", "callbackType")
        check_space_models(body)
        id_type = id_type_of(body)
        public = self._rules.public(body)
        if public is None:
            raise refuse("param.cardPublicDataEmpty")
        private = self._rules.private(body, id_type)
        layout = self.templates[template]
        card = Card(track, template, callback_type or "", id_type, public, private, self._directory, layout)
        self._note_misuse(card, public)
        return card

    def _note_misuse(self, card: Card, public: Variables | None) -> None:
        for rule, detail in card.misused(public):
            self._violations.add(rule, f"{detail} of {card.template_id}")

    def _card(self, body: dict[str, Any]) -> Card:
        track = body.get("outTrackId")
        if not track or not isinstance(track, str):
            raise refuse("param.outTrackIdEmpty")
        if track not in self._cards:
            raise refuse("param.cardNotExist")
        return self._cards[track]

    async def _note_open_callback(self, card: Card, call: str) -> None:
        # An answer sent before this call may be read from its own socket in the same turn of the loop: let it go first.
        for _ in range(3):
            await asyncio.sleep(0)
        if card.callbacks_open:
            self._violations.add("update-during-callback", f"{call} of {card.out_track_id}")
