"""The body of a bot message push: what a person wrote to the robot, alone or by @ in a group."""

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.directory import Group, User, scrambled, single_conversation

SESSION_LIFETIME = 5400.0


@dataclass(slots=True)
class Session:
    """A sessionWebhook: where it answers to, and until when."""

    conversation_id: str
    user_id: str
    expiry: float


@dataclass(slots=True)
class BotMessages:
    """Builds push bodies and hands out what they refer to: session webhooks and download codes."""

    credentials: Credentials
    clock: Clock
    base: str = ""
    sessions: dict[str, Session] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def robot_id(self) -> str:
        return f"$:LWCP_v1:${scrambled(self.credentials.client_id)}"

    def group_text(self, user: User, group: Group, text: str, msg_id: str) -> dict[str, Any]:
        """The robot's own @name is cut from the text; the space after it stays."""
        return self.build(user, group, "text", {"text": {"content": f" {text}"}}, msg_id)

    def build(
        self, user: User, group: Group | None, msgtype: str, content: dict[str, Any], msg_id: str
    ) -> dict[str, Any]:
        """`content` is the part that differs by msgtype, e.g. `{"text": {"content": …}}`."""
        now = self.clock.milliseconds()
        conversation = group.conversation_id if group else single_conversation(user)
        body: dict[str, Any] = {
            "senderPlatform": "Mac",
            "conversationId": conversation,
            "chatbotCorpId": self.credentials.corp_id,
            "chatbotUserId": self.robot_id,
            "openThreadId": conversation,
            "msgId": msg_id or f"msg{secrets.token_urlsafe(16)}==",
            "createAt": now,
            "senderNick": user.name,
            "senderUnionId": user.union_id,
            "senderCorpId": f"ding{scrambled(user.user_id)[:12]}" if user.outside else self.credentials.corp_id,
            "senderId": user.dingtalk_id,
            "sessionWebhook": self._session(conversation, user),
            "sessionWebhookExpiredTime": now + int(SESSION_LIFETIME * 1000),
            "robotCode": self.credentials.robot_code,
            "conversationType": "2" if group else "1",
            "msgtype": msgtype,
            **content,
        }
        if group:
            body["conversationTitle"] = group.title
            body["isInAtList"] = True
            body["atUsers"] = [{"dingtalkId": self.robot_id}]
        if self.credentials.published:
            body["isAdmin"] = user.admin
            body["senderStaffId"] = "" if user.outside else user.user_id
        return body

    def over_quota(self, body: dict[str, Any]) -> dict[str, Any]:
        """Past the month's pushes a message still arrives, but without its text."""
        kept = {key: value for key, value in body.items() if key not in {"text", "content"}}
        return {**kept, "errorCode": 20001, "errorMessage": "组织本月的推送次数已用完，无法获取消息内容"}

    def content(self, msgtype: str, text: str) -> dict[str, Any]:
        """Plausible content of a kind of message around `text`."""
        if msgtype == "text":
            return {"text": {"content": text}}
        if msgtype == "richText":
            code = self._file()
            picture = {"type": "picture", "downloadCode": code, "pictureDownloadCode": code}
            return {"content": {"richText": [{"text": f"@{self.credentials.robot_code} {text}"}, picture]}}
        if msgtype == "audio":
            return {"content": {"downloadCode": self._file(), "recognition": text, "duration": 4000}}
        if msgtype in {"picture", "video", "file"}:
            return {"content": {"downloadCode": self._file(), "fileName": text}}
        return {"content": {"unknownMsgType": text}}

    def _session(self, conversation: str, user: User) -> str:
        session = uuid.uuid4().hex
        self.sessions[session] = Session(conversation, user.user_id, self.clock.time() + SESSION_LIFETIME)
        return f"{self.base}/robot/sendBySession?session={session}"

    def _file(self) -> str:
        code = secrets.token_urlsafe(24)
        self.files[code] = b"a file of the stand-in"
        return code
