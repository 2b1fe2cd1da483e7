"""The bot's reactions to messages: an emoji below, which says "seen" without a message."""

import base64
import secrets
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.feishu import api
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.door import Ask, Door, done
from sandbox.feishu.errors import FeishuError
from sandbox.feishu.messages import Messages


class ReactionCalls:
    """`held` is reaction ids by message, with the emoji of each."""

    def __init__(self, credentials: Credentials, messages: Messages, clock: Clock) -> None:
        self.held: dict[str, dict[str, str]] = {}
        self._credentials = credentials
        self._messages = messages
        self._clock = clock

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [door.route(api.ADD_REACTION, self.add), door.route(api.DELETE_REACTION, self.delete)]

    async def add(self, ask: Ask) -> dict[str, Any]:
        """The same emoji again is the same reaction."""
        message = self._messages.all.get(ask.path["message_id"])
        if message is None or message.deleted:
            raise FeishuError(231003, "The message is not found or has been recalled.")
        kind = ask.body.get("reaction_type")
        emoji = kind.get("emoji_type") if isinstance(kind, dict) else None
        if not isinstance(emoji, str) or not emoji.isidentifier():
            raise FeishuError(231001, "The emoji type is invalid.")
        mine = self.held.setdefault(message.message_id, {})
        found = next((one for one, held in mine.items() if held == emoji), "")
        reaction_id = found or base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()
        mine[reaction_id] = emoji
        return done(self._told(reaction_id, emoji))

    async def delete(self, ask: Ask) -> dict[str, Any]:
        emoji = self.held.get(ask.path["message_id"], {}).pop(ask.path["reaction_id"], None)
        if emoji is None:
            raise FeishuError(231007, "The reaction is not found.")
        return done(self._told(ask.path["reaction_id"], emoji))

    def _told(self, reaction_id: str, emoji: str) -> dict[str, Any]:
        return {
            "reaction_id": reaction_id,
            "operator": {"operator_id": self._credentials.app_id, "operator_type": "app"},
            "action_time": str(self._clock.milliseconds()),
            "reaction_type": {"emoji_type": emoji},
        }
