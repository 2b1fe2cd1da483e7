"""The organisation: who is in it, and the chats that the bot belongs to."""

import hashlib
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict


class User(BaseModel):
    """`available` off: outside the range that the application was published to, so the bot cannot write to them. `resigned`: has
    left and is still listed."""

    model_config = ConfigDict(frozen=True)

    open_id: str
    name: str
    union_id: str
    user_id: str
    en_name: str = ""
    email: str = ""
    mobile: str = ""
    job_title: str = ""
    admin: bool = False
    available: bool = True
    resigned: bool = False


class Chat(BaseModel):
    """A group, or the chat of one person with the bot (`p2p`). `topics`: every message in it starts a topic."""

    model_config = ConfigDict(frozen=True)

    chat_id: str
    title: str
    members: tuple[str, ...]
    p2p: bool = False
    topics: bool = False
    dissolved: bool = False
    has_bot: bool = True


def digest(text: str, size: int = 32) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:size]


@dataclass(slots=True)
class Directory:
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Chat] = field(default_factory=dict)
    alone: dict[str, Chat] = field(default_factory=dict)
    """Chats with one person, by chat id."""

    def add_user(self, open_id: str, name: str = "", **fields: object) -> User:
        values = {"union_id": f"on_{digest('union' + open_id)}", "user_id": digest("user" + open_id, 8), **fields}
        user = User.model_validate({"open_id": open_id, "name": name or open_id, **values})
        self.users[open_id] = user
        chat = Chat(chat_id=f"oc_{digest('p2p' + open_id)}", title=user.name, members=(open_id,), p2p=True)
        self.alone[chat.chat_id] = chat
        return user

    def remove_user(self, open_id: str) -> User:
        user = self.users.pop(open_id)
        self.alone.pop(self.chat_with(open_id))
        for group in list(self.groups.values()):
            if open_id in group.members:
                left = tuple(member for member in group.members if member != open_id)
                self.groups[group.chat_id] = group.model_copy(update={"members": left})
        return user

    def add_group(self, chat_id: str, title: str, members: list[str], *, topics: bool = False) -> Chat:
        for member in members:
            self.user(member)
        group = Chat(chat_id=chat_id, title=title, members=tuple(members), topics=topics)
        self.groups[chat_id] = group
        return group

    def change_group(self, chat_id: str, **fields: object) -> None:
        self.groups[chat_id] = self.groups[chat_id].model_copy(update=fields)

    def user(self, open_id: str) -> User:
        """LookupError names whom a test forgot to add."""
        if open_id not in self.users:
            raise LookupError(f"no user {open_id!r}; add_user() first")
        return self.users[open_id]

    def by_id(self, value: str, id_type: str) -> User | None:
        """`id_type` as of receive_id_type and user_id_type: open_id, union_id, user_id or email."""
        if id_type == "open_id":
            return self.users.get(value)
        return next((user for user in self.users.values() if value and getattr(user, id_type) == value), None)

    def chat(self, chat_id: str) -> Chat | None:
        return self.groups.get(chat_id) or self.alone.get(chat_id)

    def audience(self, chat_id: str) -> tuple[str, ...]:
        chat = self.chat(chat_id)
        return chat.members if chat else ()

    def chat_with(self, open_id: str) -> str:
        """The id of a person's chat with the bot."""
        return f"oc_{digest('p2p' + open_id)}"
