"""The robot's voice: proactive messages, answers by session webhook, files in and out."""

import uuid
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.dingtalk import api
from sandbox.dingtalk.bot_message import BotMessages
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.directory import Directory, single_conversation
from sandbox.dingtalk.door import Ask, Door
from sandbox.dingtalk.errors import OapiError, OpenApiError, missing
from sandbox.dingtalk.robot_messages import SESSION_REQUIRED, RobotMessage, RobotMessages, msg_params, shown

MOST_USERS = 20


class RobotCalls:
    """`flow_controlled` are user ids whose messages the real API would hold back with a 200."""

    def __init__(
        self,
        credentials: Credentials,
        directory: Directory,
        bot: BotMessages,
        messages: RobotMessages,
        clock: Clock,
    ) -> None:
        self.flow_controlled: set[str] = set()
        self._credentials = credentials
        self._directory = directory
        self._bot = bot
        self._messages = messages
        self._clock = clock

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.GROUP_SEND, self.group_send),
            door.route(api.SINGLE_SEND, self.single_send),
            door.route(api.SEND_BY_SESSION, self.send_by_session),
            door.route(api.FILE_DOWNLOAD, self.file_download),
            door.route(api.MEDIA_UPLOAD, self.media_upload),
            web.get("/files/{code}", self.file),
        ]

    async def group_send(self, ask: Ask) -> dict[str, Any]:
        self._check_robot(ask.body)
        conversation = ask.body.get("openConversationId")
        if not conversation:
            raise OpenApiError(400, "miss.openConversationId", "openConversationId 缺失")
        group = self._directory.groups.get(conversation)
        if group is None:
            raise OpenApiError(400, "invalid.openConversationId", "openConversationId 无效")
        params = msg_params(ask.body.get("msgKey"), ask.body.get("msgParam"))
        self._post("group", group.conversation_id, group.members, ask.body["msgKey"], params)
        return {"processQueryKey": uuid.uuid4().hex}

    async def single_send(self, ask: Ask) -> dict[str, Any]:
        self._check_robot(ask.body)
        users = ask.body.get("userIds")
        if not isinstance(users, list) or not users:
            raise missing("userIds")
        if len(users) > MOST_USERS:
            raise OpenApiError(400, "invalidParameter.userIds.overMax", f"userIds 超过 {MOST_USERS} 个")
        params = msg_params(ask.body.get("msgKey"), ask.body.get("msgParam"))
        invalid = [one for one in users if one not in self._directory.users or self._directory.users[one].outside]
        if len(invalid) == len(users):
            raise OpenApiError(400, "staffId.notExisted", "staffId 不存在")
        held = [one for one in users if one in self.flow_controlled]
        for one in users:
            if one not in invalid and one not in held:
                conversation = single_conversation(self._directory.user(one))
                self._post("single", conversation, (one,), ask.body["msgKey"], params)
        return {
            "processQueryKey": uuid.uuid4().hex,
            "invalidStaffIdList": invalid,
            "flowControlledStaffIdList": held,
        }

    async def send_by_session(self, ask: Ask) -> dict[str, Any]:
        """An unknown session says 300001 (seen); that an expired one says the same is taken for granted."""
        session = self._bot.sessions.get(ask.query.get("session", ""))
        if session is None or self._clock.time() > session.expiry:
            raise OapiError(300001, "session 不存在")
        kind = ask.body.get("msgtype")
        params = ask.body.get(kind) if isinstance(kind, str) else None
        if kind not in SESSION_REQUIRED or (kind != "empty" and not isinstance(params, dict)):
            raise OapiError(400101, "msgtype 与消息体不匹配")
        params = params if isinstance(params, dict) else {}
        for name in SESSION_REQUIRED[kind]:
            if not params.get(name):
                raise OapiError(400105, f"缺少参数 {kind}.{name}")
        group = self._directory.groups.get(session.conversation_id)
        users = group.members if group else (session.user_id,)
        self._post("session", session.conversation_id, users, kind, params, ask.body.get("at"))
        return {"errcode": 0, "errmsg": "ok"}

    async def file_download(self, ask: Ask) -> dict[str, Any]:
        self._check_robot(ask.body)
        code = ask.body.get("downloadCode")
        if not code:
            raise missing("downloadCode")
        if code not in self._bot.files:
            raise OpenApiError(400, "invalidParameter.downloadCode", "downloadCode 无效")
        return {"downloadUrl": f"{self._bot.base}/files/{code}"}

    async def file(self, request: web.Request) -> web.Response:
        content = self._bot.files.get(request.match_info["code"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content)

    async def media_upload(self, ask: Ask) -> dict[str, Any]:
        upload = ask.body.get("media")
        if not isinstance(upload, web.FileField):
            raise OapiError(41005, "缺少多媒体文件数据")
        media_id = f"@{uuid.uuid4().hex}"
        self._bot.files[media_id] = upload.file.read()
        kind = ask.query.get("type") or str(ask.body.get("type", "file"))
        return {
            "errcode": 0,
            "errmsg": "ok",
            "media_id": media_id,
            "type": kind,
            "created_at": self._clock.milliseconds(),
        }

    def _check_robot(self, body: dict[str, Any]) -> None:
        robot = body.get("robotCode")
        if not robot:
            raise OpenApiError(400, "invalidParameter.robotCode.empty", "robotCode 为空")
        if robot != self._credentials.robot_code:
            raise OpenApiError(400, "invalidParameter.robotCode.notExsit", "robot 不存在，请确认 robotCode 是否正确")

    def _post(
        self, via: Any, conversation: str, users: tuple[str, ...], kind: str, params: dict[str, Any], at: Any = None
    ) -> None:
        title, text = shown(params)
        named = at.get("atUserIds", []) if isinstance(at, dict) else []
        self._messages.add(
            RobotMessage(
                via=via,
                conversation_id=conversation,
                users=users,
                kind=kind,
                title=title,
                text=text,
                at=tuple(one for one in named if f"@{one}" in text),
                params=params,
                time=self._clock.time(),
            )
        )
