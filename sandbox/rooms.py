"""A group of each platform as one person after the other uses it: say, press, look. What differs between platforms ends here."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sandbox.changes import Change
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from sandbox.terminal_card import Face

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in the group on every platform; `ids` by platform."""

    name: str
    title: str
    ids: Mapping[str, str]


class Room(Protocol):
    """`platform` is its word in settings, `name` what people call it."""

    platform: str
    name: str

    @property
    def now(self) -> int: ...

    def changes(self, number: int | None = None) -> AsyncIterator[Change[Any]]: ...

    def changes_after(self, number: int) -> Sequence[Change[Any]]: ...

    async def until(self, condition: Callable[[], T | None], seconds: float = 10.0) -> T: ...

    async def connected(self, count: int = 1, seconds: float = 10.0) -> None: ...

    async def say(self, member: Member, text: str) -> None: ...

    async def press(self, member: Member, card: str, button: str, reason: str) -> str:
        """Press a button by its text; what the client tells its user besides the card, "" for nothing."""
        ...

    def face(self, card: str, member: Member) -> Face | None:
        """What this member sees of a card; None when it is not for him."""
        ...


class _Looking:
    """What both have from their stand-in."""

    def __init__(self, gateway: Any) -> None:
        self._looking = gateway

    @property
    def now(self) -> int:
        return int(self._looking.now)

    def changes(self, number: int | None = None) -> AsyncIterator[Change[Any]]:
        found: AsyncIterator[Change[Any]] = self._looking.changes(number)
        return found

    def changes_after(self, number: int) -> Sequence[Change[Any]]:
        found: Sequence[Change[Any]] = self._looking.changes_after(number)
        return found

    async def connected(self, count: int = 1, seconds: float = 10.0) -> None:
        await self._looking.connected(count, seconds)

    async def until(self, condition: Callable[[], T | None], seconds: float = 10.0) -> T:
        found: T = await self._looking.until(condition, seconds)
        return found


class DingTalkRoom(_Looking):
    platform, name = "dingtalk", "钉钉"

    def __init__(self, gateway: DingTalkStandIn, group: str) -> None:
        super().__init__(gateway)
        self._gateway = gateway
        self._group = group

    async def say(self, member: Member, text: str) -> None:
        await self._gateway.say(member.ids[self.platform], text, conversation=self._group)

    async def press(self, member: Member, card: str, button: str, reason: str) -> str:
        del reason  # the public template has no field for it: it is typed
        click = await self._gateway.click(member.ids[self.platform], card, button)
        return "" if click.ok else f"操作失败 {click.reason}"

    def face(self, card: str, member: Member) -> Face | None:
        held, user = self._gateway.cards[card], member.ids[self.platform]
        return held.view(user) if held.visible_to(user) else None


_CHART = re.compile(r"^\[linearProgress\]\n(?:  .*\n?)*", re.MULTILINE)
"""The same is said in text beside it."""


_PERSON = re.compile(r"<person id='([^']*)'[^>]*></person>")


class FeishuRoom(_Looking):
    platform, name = "feishu", "飞书"

    def __init__(self, gateway: FeishuStandIn, group: str) -> None:
        super().__init__(gateway)
        self._gateway = gateway
        self._group = group

    async def say(self, member: Member, text: str) -> None:
        await self._gateway.say(member.ids[self.platform], text, conversation=self._group)

    async def press(self, member: Member, card: str, button: str, reason: str) -> str:
        form = {"reason": reason} if reason else None
        click = await self._gateway.click(member.ids[self.platform], card, button, form=form)
        if not click.ok:
            return f"操作失败 {click.reason}"
        return click.toast.content if click.toast else ""

    def face(self, card: str, member: Member) -> Face | None:
        held, user = self._gateway.cards[card], member.ids[self.platform]
        if not held.visible_to(user):
            return None
        view = held.view(user)
        title = " · ".join(filter(None, (*view.tags, view.title)))
        body = _PERSON.sub(self._named, _CHART.sub("", view.markdown))
        return view.model_copy(update={"title": title, "markdown": body})

    def _named(self, found: re.Match[str]) -> str:
        user = self._gateway.directory.users.get(found[1])
        return f"@{user.name if user else found[1]}"
