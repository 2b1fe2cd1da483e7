"""The organisation: who is in it, and the group conversations that the robot belongs to."""

import base64
import hashlib
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict


class User(BaseModel):
    """`outside` is a person of another organisation in one of our groups: messages of theirs carry no staff id."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    name: str
    union_id: str
    dingtalk_id: str
    mobile: str = ""
    title: str = ""
    admin: bool = False
    outside: bool = False


class Group(BaseModel):
    model_config = ConfigDict(frozen=True)

    conversation_id: str
    title: str
    members: tuple[str, ...]


def scrambled(text: str, size: int = 16) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:size]).decode()


@dataclass(slots=True)
class Directory:
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def add_user(
        self,
        user_id: str,
        name: str = "",
        *,
        mobile: str = "",
        title: str = "",
        admin: bool = False,
        outside: bool = False,
    ) -> User:
        user = User(
            user_id=user_id,
            name=name or user_id,
            union_id=f"{scrambled('union' + user_id)[:-2]}iEiE",
            dingtalk_id=f"$:LWCP_v1:${scrambled(user_id)}",
            mobile=mobile,
            title=title,
            admin=admin,
            outside=outside,
        )
        self.users[user_id] = user
        return user

    def remove_user(self, user_id: str) -> None:
        del self.users[user_id]
        for group in list(self.groups.values()):
            if user_id in group.members:
                left = tuple(member for member in group.members if member != user_id)
                self.groups[group.conversation_id] = group.model_copy(update={"members": left})

    def add_group(self, conversation_id: str, title: str, members: list[str] | tuple[str, ...]) -> Group:
        for member in members:
            self.user(member)
        group = Group(conversation_id=conversation_id, title=title, members=tuple(members))
        self.groups[conversation_id] = group
        return group

    def user(self, user_id: str) -> User:
        """LookupError names whom a test forgot to add."""
        if user_id not in self.users:
            raise LookupError(f"no user {user_id!r}; add_user() first")
        return self.users[user_id]

    def by_id(self, value: str, id_type: int) -> User | None:
        """`id_type` as in `userIdType`: 1 is the user id, 2 the union id."""
        if id_type == 2:
            return next((user for user in self.users.values() if user.union_id == value), None)
        return self.users.get(value)

    def by_mobile(self, mobile: str) -> User | None:
        return next((user for user in self.users.values() if mobile and user.mobile == mobile), None)


def single_conversation(user: User) -> str:
    """The id of the one-to-one conversation of a person with the robot."""
    return f"cid{scrambled('single' + user.user_id)}"
