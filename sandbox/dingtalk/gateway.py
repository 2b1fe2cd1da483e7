"""The stand-in as a whole: a listener that unmodified clients of DingTalk can use, and a hand to play the people."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.delivery import Delivery
from sandbox.dingtalk.api import BOT_MESSAGE
from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.directory import Group, User
from sandbox.dingtalk.template import Template
from sandbox.dingtalk.watch import Watch
from sandbox.line import Line
from sandbox.listener import Listener


class DingTalkStandIn(Listener, Watch):
    """Gateway, Open API and OAPI behind one address (`url`), plus who is in the organisation and what they do.

    Settings are those of Parts, and `host`, `port` and `tls` (https and wss instead of http and ws).
    """

    name = "dingtalk"

    def _named(self, url: str) -> None:
        self.stream.base = self.bot.base = url

    def _all_lines(self) -> Mapping[str, Line]:
        return self.deliveries.lines

    # The organisation

    def add_user(self, user_id: str, name: str = "", **fields: Any) -> User:
        """`fields` as of Directory.add_user: mobile, title, admin, outside."""
        return self.directory.add_user(user_id, name, **fields)

    def add_group(self, conversation_id: str, title: str, members: Sequence[str]) -> Group:
        return self.directory.add_group(conversation_id, title, list(members))

    def add_template(self, template_id: str, layout: Template | None = None) -> None:
        """An own template of the organisation. Without a layout (`read_template` of its export) nothing is known of it but that
        its ButtonGroup variables become the card's buttons."""
        self._card_calls.templates[template_id] = layout

    async def remove_user(self, user_id: str) -> None:
        """The person leaves the organisation; the contact event says so to whoever subscribed to events."""
        self.directory.remove_user(user_id)
        await self.event("user_leave_org", {"userId": [user_id], "eventId": uuid.uuid4().hex})

    # What people do

    async def say(
        self,
        user_id: str,
        text: str = "",
        *,
        conversation: str = "",
        msgtype: str = "text",
        content: dict[str, Any] | None = None,
        msg_id: str = "",
        mention: bool = True,
        extra: dict[str, Any] | None = None,
    ) -> Delivery:
        """A message to the robot: in the group `conversation` by @ (without `mention` the robot does not hear it), or
        alone. `content` replaces what would be made from text and msgtype; `extra` adds or overrides body fields."""
        user = self.directory.user(user_id)
        group = self.directory.groups[conversation] if conversation else None
        if group and user_id not in group.members:
            raise LookupError(f"{user_id} is not in {group.title}")
        if content is None:
            content = self.bot.content(msgtype, f" {text}" if group and msgtype == "text" else text)
        body = self.bot.build(user, group, msgtype, content, msg_id)
        if group and not mention:
            return self.deliveries.unheard(BOT_MESSAGE, body)
        if not self.limits.take_push():
            body = self.bot.over_quota(body)
        if extra:
            body.update(extra)
        return self.deliveries.push(BOT_MESSAGE, body, msg_id=body["msgId"])

    async def click(self, user_id: str, out_track_id: str, button: str, *, stale: bool = False) -> Click:
        """Press a button, by action id or text, and wait for what the person sees (see Clicks.click)."""
        return await self._clicks.click(user_id, out_track_id, button, stale=stale)

    async def fill(self, user_id: str, out_track_id: str, text: str) -> Click:
        """Send a text from the card's text field (see Clicks.fill)."""
        return await self._clicks.fill(user_id, out_track_id, text)

    async def press(
        self,
        user_id: str,
        out_track_id: str,
        action_ids: Sequence[str] = (),
        params: dict[str, Any] | None = None,
        *,
        conversation: str = "",
    ) -> Click:
        """A click callback with any content, also of a card nobody made."""
        return await self._clicks.press(user_id, out_track_id, list(action_ids), params or {}, conversation)

    async def event(self, event_type: str, data: Any, *, event_id: str = "") -> Delivery:
        """An EVENT frame; contact events are exempt from the month's pushes. LATER brings it again."""
        now = self.clock.milliseconds()
        headers = (
            f'"eventId":"{event_id or uuid.uuid4().hex}","eventType":"{event_type}",'
            f'"eventBornTime":"{now}","eventCorpId":"{self.credentials.corp_id}","eventUnifiedAppId":"{self.client_id}"'
        )
        return self.deliveries.push("*", data, kind="EVENT", headers=headers)

    async def push(self, topic: str, data: Any) -> Delivery:
        """A CALLBACK frame of any topic with any data; a str goes in as it is, well-formed or not."""
        return self.deliveries.push(topic, data)

    async def inject(self, frame: str | bytes) -> int:
        """Raw text (or a binary frame) on every open line, as it is. How many lines got it."""
        lines = self.lines
        for line in lines:
            line.send(frame)
        return len(lines)
