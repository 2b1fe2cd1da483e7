"""The two stand-ins under one face, for tests that say the same of both platforms. What differs between them ends here."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.clicks import Click as DingTalkClick
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.clicks import Click as FeishuClick
from tests.daemon import ADMIN, FEISHU_ADMIN, FEISHU_GROUP, FEISHU_MEMBER, GROUP, MEMBER, Daemon, daemon_at

_PERSON = re.compile(r"<person id='([^']*)'[^>]*></person>")

Platform = Literal["dingtalk", "feishu"]
PLATFORMS: tuple[Platform, ...] = ("dingtalk", "feishu")


@dataclass(frozen=True)
class Side:
    """One platform's group: an administrator, a member, and the stand-in that holds them."""

    platform: Platform
    gateway: DingTalkStandIn | FeishuStandIn
    admin: str
    member: str
    group: str

    async def say(self, person: str, text: str) -> None:
        await self.gateway.say(person, text, conversation=self.group)

    async def ask(self, text: str, *, containing: str = "待审批", seconds: float = 20) -> str:
        """The member says it; the first card after it that shows `containing`."""
        since = self.gateway.now
        await self.say(self.member, text)
        return await self.next_card(containing, after=since, seconds=seconds)

    async def next_card(self, containing: str, *, after: int, seconds: float = 20) -> str:
        found = await self.gateway.next_card(containing=containing, after=after, seconds=seconds)
        return str(found.id)

    async def shown(self, card: str, text: str, *, seconds: float = 60) -> str:
        """All that the card shows to everybody, once it shows `text`."""
        await self.gateway.shown(card, text, user=self.admin, seconds=seconds)
        return self.text(card)

    async def headed(self, card: str, word: str, *, seconds: float = 60) -> str:
        """As shown(), with the word where the card says its state: in the title, or in a tag beside it."""

        def heading() -> bool:
            view = self.gateway.cards[card].view(self.admin)
            return any(word in part for part in (view.title, *getattr(view, "tags", ())))

        await self.gateway.until(heading, seconds)
        return self.text(card)

    def text(self, card: str, person: str = "") -> str:
        """As it reads: where Feishu's client puts a person's name, it is there."""
        users = self.gateway.directory.users
        return _PERSON.sub(lambda found: users[found[1]].name, self.gateway.cards[card].view(person or self.admin).text)

    def offers(self, card: str) -> list[str]:
        """Texts of the buttons that can be pressed."""
        return [button.text for button in self.gateway.cards[card].view(self.admin).buttons if button.enabled]

    async def press(
        self, person: str, card: str, button: str, *, reason: str = "", stale: bool = False
    ) -> DingTalkClick | FeishuClick:
        """A button by its text. `reason` is filled in beside it, where the platform has a form for that."""
        if isinstance(self.gateway, DingTalkStandIn):
            assert not reason, "the public template has no field"
            return await self.gateway.click(person, card, button, stale=stale)
        form = {"reason": reason} if reason else None
        return await self.gateway.click(person, card, button, form, stale=stale)

    def told(self, click: DingTalkClick | FeishuClick) -> str:
        """What the person who pressed was told; on DingTalk on his own view of the card, on Feishu by a toast."""
        if isinstance(click, FeishuClick):
            return click.toast.content if click.toast else ""
        return click.view.text if click.view else ""


def dingtalk_side(gateway: DingTalkStandIn) -> Side:
    return Side("dingtalk", gateway, ADMIN, MEMBER, GROUP)


def feishu_side(gateway: FeishuStandIn) -> Side:
    return Side("feishu", gateway, FEISHU_ADMIN, FEISHU_MEMBER, FEISHU_GROUP)


@dataclass(frozen=True)
class House:
    """A started daemon and the sides it lives on."""

    daemon: Daemon
    sides: tuple[Side, ...]


@asynccontextmanager
async def house(folder: Path, kubeconfig: Path, *platforms: Platform, **settings: str) -> AsyncIterator[House]:
    """A daemon on these platforms, each a stand-in of its own; every stand-in's people and groups are made."""
    async with AsyncExitStack() as stack:
        dingtalk = await stack.enter_async_context(DingTalkStandIn()) if "dingtalk" in platforms else None
        feishu = await stack.enter_async_context(FeishuStandIn()) if "feishu" in platforms else None
        daemon = await stack.enter_async_context(daemon_at(folder, dingtalk, kubeconfig, feishu=feishu, **settings))
        by_name = {
            "dingtalk": dingtalk_side(dingtalk) if dingtalk else None,
            "feishu": feishu_side(feishu) if feishu else None,
        }
        yield House(daemon, tuple(side for name in platforms if (side := by_name[name])))
