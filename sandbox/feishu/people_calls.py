"""Looking up people and chats."""

from typing import Any

from aiohttp import web

from sandbox.feishu import api
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.directory import Directory, User
from sandbox.feishu.door import Ask, Door, done
from sandbox.feishu.errors import FeishuError

MOST_AT_ONCE = 50
ID_TYPES = ("open_id", "union_id", "user_id")


class PeopleCalls:
    def __init__(self, credentials: Credentials, directory: Directory) -> None:
        self._credentials = credentials
        self._directory = directory

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.USERS_BATCH, self.batch),
            door.route(api.USER_GET, self.get),
            door.route(api.CHAT_GET, self.chat),
        ]

    async def batch(self, ask: Ask) -> dict[str, Any]:
        """Unknown people are left out."""
        wanted = ask.many("user_ids")
        if not 0 < len(wanted) <= MOST_AT_ONCE:
            raise FeishuError(99992402, "field validation failed", field_violations=[{"field": "user_ids"}])
        found = [self._directory.by_id(one, _id_type(ask)) for one in wanted]
        return done({"items": [self._told(user) for user in found if user is not None]})

    async def get(self, ask: Ask) -> dict[str, Any]:
        user = self._directory.by_id(ask.path["user_id"], _id_type(ask))
        if user is None:
            raise FeishuError(99992351, f"invalid {_id_type(ask)}, the id does not exist")
        if not user.available:
            raise FeishuError(41050, "no user authority error")
        return done({"user": self._told(user)})

    async def chat(self, ask: Ask) -> dict[str, Any]:
        chat = self._directory.chat(ask.path["chat_id"])
        if chat is None:
            raise FeishuError(232001, "Your request contains an invalid request parameter, ext=chat_id.")
        if chat.dissolved:
            raise FeishuError(232009, "Your request specifies a chat which has already been dissolved.")
        if not chat.has_bot:
            raise FeishuError(232011, "Operator can NOT be out of the chat.")
        mode = "p2p" if chat.p2p else "topic" if chat.topics else "group"
        told = {
            "name": "" if chat.p2p else chat.title,
            "chat_mode": mode,
            "chat_type": "private",
            "group_message_type": "thread" if chat.topics else "chat",
            "external": False,
            "tenant_key": self._credentials.tenant_key,
            "user_count": str(len(chat.members)),
            "bot_count": "1",
            "chat_status": "normal",
        }
        return done(told)

    def _told(self, user: User) -> dict[str, Any]:
        told: dict[str, Any] = {
            "open_id": user.open_id,
            "union_id": user.union_id,
            "name": user.name,
            "en_name": user.en_name,
            "avatar": {"avatar_72": "", "avatar_240": ""},
            "is_tenant_manager": user.admin,
            "job_title": user.job_title,
            "status": {"is_activated": True, "is_frozen": False, "is_resigned": user.resigned},
        }
        granted = self._credentials.scopes
        if api.EMPLOYEE_ID in granted:
            told["user_id"] = user.user_id
        if "contact:user.email:readonly" in granted:
            told["email"] = user.email
        if "contact:user.phone:readonly" in granted:
            told["mobile"] = user.mobile
        return told


def _id_type(ask: Ask) -> str:
    kind = ask.query.get("user_id_type", "open_id")
    if kind not in ID_TYPES:
        raise FeishuError(99992402, "field validation failed", field_violations=[{"field": "user_id_type"}])
    return kind
