"""Updating a card by the token of a click on it: twice, within half an hour, after the click was answered."""

from typing import Any

from aiohttp import web

from sandbox.feishu import api
from sandbox.feishu.card_rules import CardRules
from sandbox.feishu.cards import Cards
from sandbox.feishu.click_tokens import ClickTokens
from sandbox.feishu.door import Ask, Door
from sandbox.feishu.errors import FeishuError
from sandbox.records import Violations


class DelayedCalls:
    def __init__(self, cards: Cards, rules: CardRules, tokens: ClickTokens, violations: Violations) -> None:
        self._cards = cards
        self._rules = rules
        self._tokens = tokens
        self._violations = violations

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [door.route(api.CARD_UPDATE, self.update)]

    async def update(self, ask: Ask) -> dict[str, Any]:
        """Too early it is shown, and taken back when the click is answered."""
        content = ask.body.get("card")
        if not isinstance(content, dict):
            raise FeishuError(11311, "card is no object")
        message_id, answered = self._tokens.use(ask.body.get("token"))
        card = self._cards.get(message_id)
        if card is None or card.recalled:
            raise FeishuError(200000, "the card's message was recalled")
        if content.get("schema") != "2.0" and "open_ids" not in content:
            raise FeishuError(300090, "open_ids is required")
        try:
            self._rules.check(content, card.content)
        except FeishuError as error:
            raise FeishuError(11311, error.msg) from error
        if not answered:
            self._violations.add("update-while-clicked", message_id)
            card.early = card.early or card.content
        self._cards.change(card, content, "delayed")
        return {"code": 0, "msg": "ok"}
