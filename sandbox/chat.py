"""A terminal as a DingTalk group: what the bot shows is printed, what is typed is said, buttons are pressed by number."""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.changes import Change
from sandbox.terminal_card import draw, plain

HELP = """输入消息并回车发送给机器人；输入数字按下最近一张卡片的按钮。
  /as 名字    换一个人说话（/who 列出）      /quit  退出"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the group."""

    user_id: str
    name: str
    title: str


class Chat:
    """The group as one member sees it."""

    def __init__(
        self, gateway: DingTalkStandIn, group: str, members: Sequence[Member], out: TextIO = sys.stdout
    ) -> None:
        self._gateway = gateway
        self._group = group
        self._members = {member.name: member for member in members}
        self._out = out
        self.me = members[0]
        self._seen = gateway.now
        self._printed = asyncio.Event()

    def member(self, name: str) -> Member:
        """Raises LookupError with who there is."""
        found = self._members.get(name)
        if found is None:
            raise LookupError(f"群里没有 {name}，只有 {'、'.join(self._members)}")
        return found

    async def say(self, member: Member, text: str) -> None:
        self._write(f"\n💬 {member.name}：@Steward {text}")
        await self._gateway.say(member.user_id, text, conversation=self._group)

    async def press(self, member: Member, button: str) -> None:
        """Press a button of the newest card that has it, by number or text; LookupError when none does."""
        track, text = self._find(member, button)
        self._write(f"\n👆 {member.name} 按下「{text}」")
        click = await self._gateway.click(member.user_id, track, text)
        if not click.ok:
            self._write(f"   （钉钉客户端提示：操作失败 {click.reason}）")

    def _find(self, member: Member, button: str) -> tuple[str, str]:
        for track in reversed(list(self._gateway.cards)):
            card = self._gateway.cards[track]
            if not card.visible_to(member.user_id):
                continue
            buttons = card.view(member.user_id).buttons
            if button.isdigit() and 0 < int(button) <= len(buttons):
                return track, buttons[int(button) - 1].text
            if (match := next((each for each in buttons if button in each.text), None)) and not button.isdigit():
                return track, match.text
        raise LookupError(f"没有可以按的「{button}」按钮")

    async def show(self) -> None:
        """Print what becomes visible, for ever."""
        async for change in self._gateway.changes(self._seen):
            self._seen = change.number
            self._write(self._drawn(change))
            self._printed.set()

    def _drawn(self, change: Change) -> str:
        if change.message is not None:
            return "\n".join(["\n🤖 Steward", *plain(f"{change.message.title}\n{change.message.text}")])
        card = self._gateway.cards[change.out_track_id]
        how = {"card": "发来一张卡片", "update": "更新了卡片"}[change.kind]
        return f"\n🤖 Steward {how}\n{draw(card.view(self.me.user_id))}"

    async def wait(self, text: str, seconds: float, *, after: int) -> None:
        """Until something visible since change `after` contains `text`. Raises TimeoutError."""

        def found() -> bool:
            for change in self._gateway.changes_after(after):
                if change.message is not None and text in f"{change.message.title}\n{change.message.text}":
                    return True
                card = self._gateway.cards.get(change.out_track_id)
                if card is not None and any(text in card.view(each.user_id).text for each in self._members.values()):
                    return True
            return False

        await self._gateway.until(found, seconds)
        while self._seen < self._gateway.now:
            self._printed.clear()
            await self._printed.wait()

    @property
    def now(self) -> int:
        return self._gateway.now

    async def talk(self, lines: asyncio.Queue[str | None]) -> None:
        """Do what is typed until the end of input or /quit."""
        self._write(HELP)
        while True:
            self._write(f"\n{self.me.name}> ", end="")
            line = await lines.get()
            if line is None or line.strip() == "/quit":
                return
            try:
                await self._typed(line.strip())
            except LookupError as error:
                self._write(str(error))

    async def _typed(self, line: str) -> None:
        if line.startswith("/as "):
            self.me = self.member(line[4:].strip())
        elif line == "/who":
            self._write("\n".join(f"  {each.name}  {each.title}" for each in self._members.values()))
        elif line.startswith("/"):
            self._write(HELP)
        elif line.isdigit():
            await self.press(self.me, line)
        elif line:
            await self.say(self.me, line)

    def _write(self, text: str, end: str = "\n") -> None:
        with contextlib.suppress(BrokenPipeError):
            print(text, end=end, file=self._out, flush=True)
