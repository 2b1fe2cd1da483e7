"""Messages in chats, people's and the bot's: what replies, topics, edits and recalls refer to."""

import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.changes import Said

KEPT = 20_000
AT = re.compile(r"""<at (?:user_id|id)=["']?([^"'>]+)["']?\s*>.*?</at>""", re.DOTALL)


@dataclass(slots=True, eq=False)
class Message:
    """`sender` is an open id; the bot's own have none."""

    message_id: str
    chat_id: str
    msg_type: str
    content: str
    created: float
    sender: str = ""
    updated: float = 0.0
    root_id: str = ""
    parent_id: str = ""
    thread_id: str = ""
    deleted: bool = False
    edits: int = 0
    mentions: list[dict[str, Any]] = field(default_factory=list)

    def body(self, app_id: str, tenant_key: str) -> dict[str, Any]:
        """As the API tells it; the times are texts."""
        by = {"id": self.sender, "id_type": "open_id", "sender_type": "user"}
        if not self.sender:
            by = {"id": app_id, "id_type": "app_id", "sender_type": "app"}
        related = {"root_id": self.root_id, "parent_id": self.parent_id, "thread_id": self.thread_id}
        return {
            "message_id": self.message_id,
            **{name: value for name, value in related.items() if value},
            "msg_type": self.msg_type,
            "create_time": str(int(self.created * 1000)),
            "update_time": str(int((self.updated or self.created) * 1000)),
            "deleted": self.deleted,
            "updated": self.edits > 0,
            "chat_id": self.chat_id,
            "sender": {**by, "tenant_key": tenant_key},
            "body": {"content": self.content},
            **({"mentions": self.mentions} if self.mentions else {}),
        }


class BotMessage(Said):
    """A text or post of the bot's. `users` are those who see it, `at` the open ids it mentions (`all` for everyone)."""

    message_id: str
    chat_id: str
    users: tuple[str, ...]
    kind: str
    at: tuple[str, ...]
    root_id: str
    parent_id: str
    thread_id: str
    content: dict[str, Any]
    time: float


class Messages:
    """All of them by id; iterating gives the bot's texts and posts. `posted` hears of those."""

    def __init__(self, posted: Callable[[BotMessage], None]) -> None:
        self.all: dict[str, Message] = {}
        self._posted = posted
        self._said: deque[BotMessage] = deque(maxlen=KEPT)
        self._threads: dict[str, str] = {}

    def __iter__(self) -> Iterator[BotMessage]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)

    def __getitem__(self, index: int) -> BotMessage:
        return self._said[index]

    def add(self, message: Message) -> None:
        self.all[message.message_id] = message

    def tell(self, message: Message, users: tuple[str, ...]) -> None:
        """The bot said this, or said it anew."""
        content = json.loads(message.content)
        title, text, at = shown(message.msg_type, content)
        said = BotMessage(
            message_id=message.message_id,
            chat_id=message.chat_id,
            users=users,
            kind=message.msg_type,
            title=title,
            text=text,
            at=at,
            root_id=message.root_id,
            parent_id=message.parent_id,
            thread_id=message.thread_id,
            content=content,
            time=message.updated or message.created,
        )
        self._said.append(said)
        self._posted(said)

    def start_topic(self, message: Message) -> str:
        """The topic that this message is the root of."""
        if not message.thread_id:
            message.thread_id = f"omt_{secrets.token_hex(8)}"
            self._threads[message.thread_id] = message.message_id
        return message.thread_id

    def root_of(self, thread: str) -> Message:
        """By the topic's id, or the id of any message in it. LookupError when there is none."""
        found = self.all.get(self._threads.get(thread, thread))
        if found is None:
            raise LookupError(f"no topic or message {thread!r}")
        return self.all.get(found.root_id, found) if found.root_id else found


def new_message_id() -> str:
    return f"om_{secrets.token_hex(16)}"


def shown(msg_type: str, content: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """Title, text and who is mentioned, for whoever reads it."""
    if msg_type == "text":
        text = str(content.get("text", ""))
        return "", AT.sub(lambda found: f"@{found[1]}", text), tuple(AT.findall(text))
    post = content if "content" in content else next((one for one in content.values() if isinstance(one, dict)), {})
    lines, at = [], []
    for paragraph in post.get("content") or []:
        line = ""
        for part in paragraph:
            if part.get("tag") == "at":
                at.append(str(part.get("user_id", "")))
                line += f"@{part.get('user_id', '')}"
            else:
                line += str(part.get("text", ""))
                at += AT.findall(str(part.get("text", ""))) if part.get("tag") == "md" else []
        lines.append(line)
    return str(post.get("title", "")), "\n".join(lines), tuple(at)
