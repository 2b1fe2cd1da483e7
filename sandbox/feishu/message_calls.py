"""Sending, replying, updating, editing, recalling and reading messages."""

from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.feishu import api
from sandbox.feishu.card_rules import CardRules
from sandbox.feishu.cards import Card, Cards
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.directory import Chat, Directory
from sandbox.feishu.door import Ask, Door, done
from sandbox.feishu.entities import Entities
from sandbox.feishu.errors import FeishuError, card_refused, invalid
from sandbox.feishu.limits import Limits
from sandbox.feishu.message_rules import content_of, uuid_of
from sandbox.feishu.messages import Message, Messages, new_message_id
from sandbox.records import Violations

IDEMPOTENT_FOR = 3600.0
UPDATABLE_FOR = 14 * 86400.0
MOST_EDITS = 20
PREFIXES = {"open_id": "ou_", "union_id": "on_", "chat_id": "oc_", "user_id": "", "email": ""}


class MessageCalls:
    def __init__(
        self,
        credentials: Credentials,
        directory: Directory,
        messages: Messages,
        cards: Cards,
        rules: CardRules,
        entities: Entities,
        limits: Limits,
        clock: Clock,
        violations: Violations,
    ) -> None:
        self._credentials = credentials
        self._directory = directory
        self._messages = messages
        self._cards = cards
        self._rules = rules
        self._entities = entities
        self._limits = limits
        self._clock = clock
        self._violations = violations
        self._sent: dict[str, tuple[float, str]] = {}

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.SEND, self.send),
            door.route(api.REPLY, self.reply),
            door.route(api.PATCH, self.patch),
            door.route(api.EDIT, self.edit),
            door.route(api.RECALL, self.recall),
            door.route(api.GET_MESSAGE, self.get),
        ]

    async def send(self, ask: Ask) -> dict[str, Any]:
        kind = ask.query.get("receive_id_type", "open_id")
        if kind not in PREFIXES:
            raise invalid(f"invalid receive_id_type {kind}")
        target = ask.body.get("receive_id")
        if not isinstance(target, str) or not target:
            raise invalid("receive_id is empty")
        chat = self._target(kind, target)
        message = Message(new_message_id(), chat.chat_id, "", "", self._clock.time())
        return self._post(ask.body, message, chat)

    async def reply(self, ask: Ask) -> dict[str, Any]:
        """In a topic, or in a group of topics, it stays in the topic; `reply_in_thread` starts one."""
        parent = self._messages.all.get(ask.path["message_id"])
        if parent is None:
            raise invalid("message_id")
        if parent.deleted:
            raise _recalled()
        chat = self._directory.chat(parent.chat_id)
        if chat is None:
            raise FeishuError(230002, "Bot/User can NOT be out of the chat.")
        self._check_chat(chat)
        root = self._messages.all[parent.root_id] if parent.root_id else parent
        if ask.body.get("reply_in_thread") is True and not chat.p2p:
            self._messages.start_topic(root)
        message = Message(
            new_message_id(),
            chat.chat_id,
            "",
            "",
            self._clock.time(),
            root_id=root.message_id,
            parent_id=root.message_id if root.thread_id else parent.message_id,
            thread_id=root.thread_id,
        )
        return self._post(ask.body, message, chat)

    def _post(self, body: dict[str, Any], message: Message, chat: Chat) -> dict[str, Any]:
        uuid = uuid_of(body)
        if uuid and (earlier := self._earlier(uuid)):
            return done(self._told(earlier))
        content = content_of(body.get("msg_type"), body.get("content"))
        message.msg_type, message.content = body["msg_type"], body["content"]
        entity = ""
        if message.msg_type == "interactive":
            content, entity = self._card(content)
        if not self._limits.take_message(chat.chat_id):
            raise FeishuError(230020, "This operation triggers the frequency limit.")
        if chat.topics and not message.root_id:
            self._messages.start_topic(message)
        self._messages.add(message)
        if uuid:
            self._sent[uuid] = (self._clock.time(), message.message_id)
        if message.msg_type == "interactive":
            card = Card(message.message_id, chat.chat_id, content, self._directory, entity=entity)
            if entity:
                self._entities.sent(entity, message.message_id)
            self._cards.add(card)
        else:
            self._messages.tell(message, chat.members)
        return done(self._told(message))

    def _earlier(self, uuid: str) -> Message | None:
        """What was sent under this uuid within the hour. That it is answered with the same message is our reading."""
        at, message_id = self._sent.get(uuid, (0.0, ""))
        return self._messages.all[message_id] if message_id and self._clock.time() - at < IDEMPOTENT_FOR else None

    def _card(self, content: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The card, and the entity that was meant by it."""
        if content.get("type") == "card":
            card_id = (content.get("data") or {}).get("card_id", "")
            return self._entities.to_send(card_id), card_id
        if content.get("type") == "template":
            raise card_refused(200380, "template is not found")
        self._rules.check(content)
        return content, ""

    async def patch(self, ask: Ask) -> dict[str, Any]:
        """Cards only. While a click on the card is being answered it is locked."""
        message = self._own(ask.path["message_id"])
        card = self._cards.get(message.message_id)
        if card is None:
            raise invalid("message is not a card")
        content = content_of("interactive", ask.body.get("content"))
        if self._clock.time() - message.created > UPDATABLE_FOR:
            raise FeishuError(230031, "The message is older than 14 days and can not be updated.")
        if not self._limits.take_update(message.message_id):
            self._violations.add("update-too-fast", message.message_id)
            raise FeishuError(230020, "This operation triggers the frequency limit.")
        if card.callbacks_open:
            self._violations.add("update-while-clicked", message.message_id)
            raise card_refused(11310, "card action is lock")
        self._rules.check(content, card.content)
        message.updated = self._clock.time()
        message.content = ask.body["content"]
        self._cards.change(card, content, "patch")
        return done()

    async def edit(self, ask: Ask) -> dict[str, Any]:
        """Texts and posts only, twenty times."""
        message = self._own(ask.path["message_id"])
        kind = ask.body.get("msg_type")
        if message.msg_type == "interactive" or kind not in {"text", "post"}:
            raise invalid("only text and post messages can be edited")
        content_of(kind, ask.body.get("content"))
        if message.edits >= MOST_EDITS:
            raise FeishuError(230072, "The message has reached the number of times it can be edited.")
        message.edits += 1
        message.msg_type, message.content, message.updated = kind, ask.body["content"], self._clock.time()
        self._messages.tell(message, self._directory.audience(message.chat_id))
        return done(self._told(message))

    async def recall(self, ask: Ask) -> dict[str, Any]:
        message = self._own(ask.path["message_id"])
        message.deleted = True
        if card := self._cards.get(message.message_id):
            self._cards.recall(card)
        return done()

    async def get(self, ask: Ask) -> dict[str, Any]:
        message = self._messages.all.get(ask.path["message_id"])
        if message is None:
            raise invalid("message_id")
        if message.deleted:
            raise FeishuError(230110, "Action unavailable as the message has been deleted.")
        return done({"items": [self._told(message)]})

    def _own(self, message_id: str) -> Message:
        message = self._messages.all.get(message_id)
        if message is None:
            raise invalid("message_id")
        if message.sender:
            raise FeishuError(230017, "Operator is not the owner of the resource.")
        if message.deleted:
            raise _recalled()
        chat = self._directory.chat(message.chat_id)
        if chat is None:
            raise FeishuError(230002, "Bot/User can NOT be out of the chat.")
        self._check_chat(chat)
        return message

    def _target(self, kind: str, target: str) -> Chat:
        if not target.startswith(PREFIXES[kind]):
            raise FeishuError(230034, f"The receive_id is invalid, ext=invalid {kind}.")
        if kind == "chat_id":
            chat = self._directory.chat(target)
            if chat is None:
                raise FeishuError(230002, "Bot/User can NOT be out of the chat.")
            self._check_chat(chat)
            return chat
        user = self._directory.by_id(target, kind)
        if user is None or not user.available:
            raise FeishuError(230013, "Bot has NO availability to this user.")
        return self._directory.alone[self._directory.chat_with(user.open_id)]

    def _check_chat(self, chat: Chat) -> None:
        if not self._credentials.bot_enabled:
            raise FeishuError(230006, "Bot ability is not activated.")
        if chat.dissolved:
            raise FeishuError(232009, "Your request specifies a chat which has already been dissolved.")
        if not chat.has_bot:
            raise FeishuError(230002, "Bot/User can NOT be out of the chat.")

    def _told(self, message: Message) -> dict[str, Any]:
        return message.body(self._credentials.app_id, self._credentials.tenant_key)


def _recalled() -> FeishuError:
    return FeishuError(230011, "The message was recalled.")
