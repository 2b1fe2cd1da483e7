"""The payloads that are pushed: events in their envelope, messages as the bot hears them."""

import json
import secrets
from typing import Any

from sandbox.clock import Clock
from sandbox.feishu.api import EMPLOYEE_ID
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.directory import Chat, User
from sandbox.feishu.messages import Message


class Events:
    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock

    def envelope(
        self, event_type: str, event: Any, *, event_id: str = "", microseconds: bool = False
    ) -> dict[str, Any]:
        """Schema 2.0. `create_time` is in milliseconds, of card callbacks in microseconds."""
        now = self._clock.milliseconds()
        return {
            "schema": "2.0",
            "header": {
                "event_id": event_id or secrets.token_hex(16),
                "event_type": event_type,
                "create_time": str(now * 1000 if microseconds else now),
                "token": self._credentials.verification_token,
                "app_id": self._credentials.app_id,
                "tenant_key": self._credentials.tenant_key,
            },
            "event": event,
        }

    def person(self, user: User) -> dict[str, str]:
        """`user_id` only where the permission for it was granted."""
        ids = {"union_id": user.union_id, "open_id": user.open_id}
        return {**ids, "user_id": user.user_id} if EMPLOYEE_ID in self._credentials.scopes else ids

    def mention_of_bot(self) -> dict[str, Any]:
        bot = self._credentials
        ids = {"union_id": f"on_{bot.app_id}", "user_id": "", "open_id": bot.bot_open_id}
        return {"id": ids, "name": bot.bot_name, "tenant_key": bot.tenant_key, "mentioned_type": "bot"}

    def mention_of(self, user: User) -> dict[str, Any]:
        named = {"name": user.name, "tenant_key": self._credentials.tenant_key, "mentioned_type": "user"}
        return {"id": self.person(user), **named}

    def message(self, message: Message, user: User, chat: Chat) -> dict[str, Any]:
        """`im.message.receive_v1`'s event."""
        related = {"root_id": message.root_id, "parent_id": message.parent_id, "thread_id": message.thread_id}
        stamp = str(int(message.created * 1000))
        return {
            "sender": {
                "sender_id": self.person(user),
                "sender_type": "user",
                "tenant_key": self._credentials.tenant_key,
            },
            "message": {
                "message_id": message.message_id,
                **{name: value for name, value in related.items() if value},
                "create_time": stamp,
                "update_time": stamp,
                "chat_id": chat.chat_id,
                "chat_type": "p2p" if chat.p2p else "group",
                "message_type": message.msg_type,
                "content": message.content,
                **({"mentions": message.mentions} if message.mentions else {}),
            },
        }


def as_text(text: str) -> str:
    return json.dumps({"text": text}, ensure_ascii=False)
