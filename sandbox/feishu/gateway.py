"""The stand-in as a whole: a listener that unmodified clients of Feishu can use, and a hand to play the people."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.delivery import Delivery
from sandbox.feishu.api import HEAR_ALONE, HEAR_EVERYTHING, HEAR_MENTIONS, MESSAGE_EVENT
from sandbox.feishu.clicks import Click
from sandbox.feishu.directory import Chat, User
from sandbox.feishu.events import as_text
from sandbox.feishu.messages import Message, new_message_id
from sandbox.feishu.watch import Watch
from sandbox.line import Line
from sandbox.listener import Listener

MENTION = re.compile(r"@(ou_[A-Za-z0-9]+)")


class FeishuStandIn(Listener, Watch):
    """Long connection and Open API behind one address (`url`, for FEISHU_DOMAIN), plus who is in the organisation and
    what they do. Settings are those of Parts, and `host`, `port` and `tls` (https and wss instead of http and ws)."""

    name = "feishu"

    def _named(self, url: str) -> None:
        self.opening.base = url

    def _all_lines(self) -> Mapping[str, Line]:
        return self.deliveries.lines

    # The organisation

    def add_user(self, open_id: str, name: str = "", **fields: Any) -> User:
        """`fields` as of User: en_name, email, mobile, job_title, admin, available."""
        return self.directory.add_user(open_id, name, **fields)

    def add_group(self, chat_id: str, title: str, members: Sequence[str], *, topics: bool = False) -> Chat:
        """`topics`: a group where every message starts a topic."""
        return self.directory.add_group(chat_id, title, list(members), topics=topics)

    async def dissolve_group(self, chat_id: str) -> None:
        """Calls about it are refused with 232009; the event goes out if it is subscribed."""
        self.directory.change_group(chat_id, dissolved=True)
        await self._notice("im.chat.disbanded_v1", {"chat_id": chat_id})

    async def remove_bot(self, chat_id: str) -> None:
        """The bot leaves the group: 230002 from now on."""
        self.directory.change_group(chat_id, has_bot=False)
        await self._notice("im.chat.member.bot.deleted_v1", {"chat_id": chat_id})

    async def remove_user(self, open_id: str) -> None:
        """The person leaves the organisation; the contact event says so if it is subscribed."""
        user = self.directory.remove_user(open_id)
        await self._notice("contact.user.deleted_v3", {"object": self.events.person(user)})

    async def recall(self, message_id: str) -> None:
        """Somebody takes a message back, one of the bot's too (an administrator may): 230011 from now on."""
        self.messages.all[message_id].deleted = True
        if card := self.cards.get(message_id):
            self.cards.recall(card)

    # What people do

    async def say(
        self,
        open_id: str,
        text: str = "",
        *,
        conversation: str = "",
        mention: bool = True,
        thread: str = "",
        reply_to: str = "",
        msg_type: str = "text",
        content: dict[str, Any] | str | None = None,
        message_id: str = "",
        extra: dict[str, Any] | None = None,
    ) -> Delivery:
        """A message to the bot: in the group `conversation`, by @ unless `mention` is off (then it is heard only with the
        permission for that), or alone. `thread` is a topic, or any message in one; `reply_to` a message that is answered.
        `@ou_…` in the text mentions a person. `content` replaces what would be made of the text, `extra` adds to or
        overrides the message of the event. A `message_id` given twice is the same message pushed under a new event."""
        user = self.directory.user(open_id)
        chat = (
            self.directory.groups[conversation]
            if conversation
            else self.directory.alone[self.directory.chat_with(open_id)]
        )
        if open_id not in chat.members:
            raise LookupError(f"{open_id} is not in {chat.title}")
        mentions = [self.events.mention_of_bot()] if mention and not chat.p2p else []
        words = "@_user_1 " if mentions else ""

        def placeholder(found: re.Match[str]) -> str:
            mentions.append(self.events.mention_of(self.directory.user(found[1])))
            return f"@_user_{len(mentions)}"

        words += MENTION.sub(placeholder, text)
        for number, one in enumerate(mentions, start=1):
            one["key"] = f"@_user_{number}"
        said = content if isinstance(content, str) else as_text(words)
        if isinstance(content, dict):
            said = json.dumps(content, ensure_ascii=False)
        message = Message(
            message_id or new_message_id(), chat.chat_id, msg_type, said, self.clock.time(), open_id, mentions=mentions
        )
        self._place(message, chat, thread, reply_to)
        self.messages.add(message)
        told = self.events.message(message, user, chat)
        told["message"].update(extra or {})
        payload = self.events.envelope(MESSAGE_EVENT, told)
        if not self._is_heard(chat, mentioned=bool(mention)):
            return self.deliveries.unheard(MESSAGE_EVENT, payload)
        return self.deliveries.push(MESSAGE_EVENT, payload, msg_id=message.message_id)

    def _place(self, message: Message, chat: Chat, thread: str, reply_to: str) -> None:
        """Within a topic, as the answer to something, or neither."""
        if thread:
            root = self.messages.root_of(thread)
            self.messages.start_topic(root)
            message.root_id = message.parent_id = root.message_id
            message.thread_id = root.thread_id
        elif reply_to:
            parent = self.messages.all[reply_to]
            message.parent_id = reply_to
            message.root_id = parent.root_id or reply_to
            message.thread_id = parent.thread_id
        elif chat.topics:
            self.messages.start_topic(message)

    def _is_heard(self, chat: Chat, *, mentioned: bool) -> bool:
        if not self.credentials.hears_events(MESSAGE_EVENT) or not chat.has_bot:
            return False
        scopes = self.credentials.scopes
        if chat.p2p:
            return HEAR_ALONE in scopes
        return HEAR_EVERYTHING in scopes or (mentioned and HEAR_MENTIONS in scopes)

    async def click(
        self, open_id: str, message_id: str, button: str, form: dict[str, Any] | None = None, *, stale: bool = False
    ) -> Click:
        """Press a button, by name or text, and wait for what the person sees (see Clicks.click)."""
        return await self._clicks.click(open_id, message_id, button, form, stale=stale)

    async def press(
        self,
        open_id: str,
        message_id: str,
        action: dict[str, Any] | None = None,
        *,
        conversation: str = "",
        event: dict[str, Any] | None = None,
    ) -> Click:
        """A card callback with any content, also of a card nobody sent; `event` replaces parts of the event."""
        whole = action if action is not None else {"value": {}, "tag": "button"}
        return await self._clicks.press(open_id, message_id, whole, conversation, **(event or {}))

    async def event(self, event_type: str, data: Any, *, event_id: str = "") -> Delivery:
        """An event of any type in its envelope, subscribed or not; `data` becomes its `event`."""
        return self.deliveries.push(event_type, self.events.envelope(event_type, data, event_id=event_id))

    async def push(self, event_type: str, data: Any) -> Delivery:
        """A frame with any payload; a str goes in as it is, well-formed or not."""
        return self.deliveries.push(event_type, data)

    async def inject(self, frame: bytes | str) -> int:
        """Raw bytes (or a text frame, which the protocol does not have) on every open line. How many lines got it."""
        lines = self.lines
        for line in lines:
            line.send(frame)
        return len(lines)

    async def _notice(self, event_type: str, data: Any) -> None:
        if self.credentials.hears_events(event_type):
            await self.event(event_type, data)
