"""A terminal as a DingTalk group: what the bot shows is printed, what is typed is said, buttons are pressed by number."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.changes import Change
from sandbox.console import Console
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.card_view import CardView
from sandbox.dingtalk.robot_messages import RobotMessage
from sandbox.terminal_card import draw, plain

HELP = """直接输入消息，就是在群里 @Steward；输入数字，按下最近一张卡片上的按钮。
  试试：帮助 · 看下 shop 的 pod · 为什么 cart 起不来 · 帮我重启下 nginx
  /as 王伟  换成管理员（/who 列出群成员）    /quit  退出"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the group."""

    user_id: str
    name: str
    title: str


def to_terminal(text: str) -> None:
    """A reader that went away (`| head`) does not stop the tour."""
    with contextlib.suppress(BrokenPipeError):
        print(text, flush=True)


class Chat:
    """The group as one member sees it: `me`, who spoke or pressed last."""

    def __init__(
        self,
        gateway: DingTalkStandIn,
        group: str,
        members: Sequence[Member],
        write: Callable[[str], None] = to_terminal,
    ) -> None:
        self._gateway = gateway
        self._group = group
        self._members = {member.name: member for member in members}
        self._write = write
        self.me = members[0]
        self._seen = gateway.now
        self._printed = asyncio.Event()
        self._on_screen: dict[str, None] = {}
        """Cards, the one that was drawn last at the end."""

    def member(self, name: str) -> Member:
        """Raises LookupError with who there is."""
        found = self._members.get(name)
        if found is None:
            raise LookupError(f"群里没有“{name}”，只有：{'、'.join(self._members)}")
        return found

    async def say(self, text: str) -> None:
        await self._gateway.say(self.me.user_id, text, conversation=self._group)

    async def press(self, button: str) -> None:
        """Press a button: by its number on the card that was drawn last, or by its text on the last card that has it.
        LookupError when there is none."""
        track, text = self._numbered(int(button)) if button.isdecimal() else self._named(button)
        self._write(f"\n👆 {self.me.name} 按下「{text}」")
        click = await self._gateway.click(self.me.user_id, track, text)
        if not click.ok:
            self._write(f"   （钉钉提示：操作失败 {click.reason}）")

    def _numbered(self, number: int) -> tuple[str, str]:
        for track, view in self._views():
            if 0 < number <= len(view.buttons):
                return track, view.buttons[number - 1].text
            if view.buttons:
                raise LookupError(f"最近的卡片只有 {len(view.buttons)} 个按钮")
        raise LookupError("还没有带按钮的卡片")

    def _named(self, button: str) -> tuple[str, str]:
        for track, view in self._views():
            for each in view.buttons:
                if button in each.text:
                    return track, each.text
        raise LookupError(f"没有可以按的「{button}」按钮")

    def _views(self) -> list[tuple[str, CardView]]:
        """What this member sees, last drawn first."""
        cards = [self._gateway.cards[track] for track in reversed(self._on_screen)]
        return [(each.out_track_id, each.view(self.me.user_id)) for each in cards if each.visible_to(self.me.user_id)]

    async def show(self) -> None:
        """Print what becomes visible, for ever."""
        async for change in self._gateway.changes(self._seen):
            self._write(self._drawn(change))
            self._seen = change.number
            self._printed.set()

    def _drawn(self, change: Change[RobotMessage]) -> str:
        if change.message is not None:
            return "\n".join(["\n🤖 Steward", *plain(f"{change.message.title}\n{change.message.text}")])
        self._on_screen.pop(change.card, None)
        self._on_screen[change.card] = None
        how = {"card": "发来一张卡片", "update": "更新了卡片"}[change.kind]
        return f"\n🤖 Steward {how}\n{draw(self._gateway.cards[change.card].view(self.me.user_id))}"

    async def wait(self, text: str, seconds: float, *, after: int) -> None:
        """Until something visible since change `after` contains `text`, and has been printed. Raises TimeoutError."""

        def found() -> bool:
            for change in self._gateway.changes_after(after):
                if change.message is not None and text in f"{change.message.title}\n{change.message.text}":
                    return True
                card = self._gateway.cards.get(change.card)
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

    async def talk(self, console: Console) -> None:
        """Do what is typed until the end of input or /quit."""
        self._write(f"\n你是{self.me.title} {self.me.name}。{HELP}\n")
        while True:
            line = await console.ask(f"{self.me.name}> ")
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
        elif line.isdecimal():
            await self.press(line)
        elif line:
            await self.say(line)
