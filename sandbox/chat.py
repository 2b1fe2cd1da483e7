"""A terminal as the team's groups: what the bot shows is printed, what is typed is said, buttons are pressed by number."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sandbox.changes import Change
from sandbox.console import Console
from sandbox.rooms import Member, Room
from sandbox.terminal_card import Face, draw, plain

HELP = """直接输入消息，就是在群里 @Steward；输入数字，按下最近一张卡片上的按钮（后面可以跟原因：2 今天封网）。
  试试：帮助 · 看下 shop 的 pod · 为什么 cart 起不来 · 帮我重启下 nginx
  /as 王伟  换成管理员（/who 列出群成员）    /quit  退出
  /alert  让演示里的 Alertmanager 报一条告警，再来一次就恢复"""
HELP_ROOMS = "  /to 飞书  换到另一个群：同一张操作卡片在两边都有"

Marks = Mapping[str, int]
"""By platform: the number of a change, to look at what came after it."""


def to_terminal(text: str) -> None:
    """A reader that went away (`| head`) does not stop the tour."""
    with contextlib.suppress(BrokenPipeError):
        print(text, flush=True)


class Chat:
    """The groups as one member sees them: `me`, who spoke or pressed last, and `here`, where."""

    def __init__(
        self,
        rooms: Sequence[Room],
        members: Sequence[Member],
        write: Callable[[str], None] = to_terminal,
        levers: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    ) -> None:
        """`levers` move the world outside: by what is typed, what is done and said."""
        self._levers = levers
        self._rooms = {room.name: room for room in rooms}
        self._members = {member.name: member for member in members}
        self._write = write
        self.me = members[0]
        self.here = rooms[0]
        self._told = ""
        """What the client told whoever pressed last, besides the card."""
        self._seen = dict(self.now)
        self._printed = asyncio.Event()
        self._on_screen: dict[str, dict[str, None]] = {room.platform: {} for room in rooms}
        """Cards of each room, the one that changed last at the end."""

    def member(self, name: str) -> Member:
        """Raises LookupError with who there is."""
        found = self._members.get(name)
        if found is None:
            raise LookupError(f"群里没有“{name}”，只有：{'、'.join(self._members)}")
        return found

    def room(self, name: str) -> Room:
        """Raises LookupError with what there is."""
        found = self._rooms.get(name)
        if found is None:
            raise LookupError(f"没有“{name}”群，只有：{'、'.join(self._rooms)}")
        return found

    def enter(self, name: str) -> None:
        """Go to a room if there is one of that name: a script for both platforms can be played on one."""
        self.here = self._rooms.get(name, self.here)

    @property
    def now(self) -> Marks:
        return {room.platform: room.now for room in self._rooms.values()}

    async def say(self, text: str) -> None:
        self._told = ""
        await self.here.say(self.me, text)

    async def press(self, button: str, reason: str = "") -> None:
        """Press a button here: by its number on the card that was drawn last, or by its text on the last card that has it.
        LookupError when there is none."""
        card, text = self._numbered(int(button)) if button.isdecimal() else self._named(button)
        self._write(f"\n👆 {self.me.name} {self.where}按下「{text}」")
        self._told = await self.here.press(self.me, card, text, reason)
        if self._told:
            self._write(f"   （{self.here.name}提示：{self._told}）")

    @property
    def where(self) -> str:
        """Said only where there is a choice."""
        return f"在{self.here.name}" if len(self._rooms) > 1 else ""

    def _numbered(self, number: int) -> tuple[str, str]:
        for card, face in self._faces():
            buttons = [button for button in face.buttons if button.enabled]
            if 0 < number <= len(buttons):
                return card, buttons[number - 1].text
            if buttons:
                raise LookupError(f"最近的卡片只有 {len(buttons)} 个按钮")
        raise LookupError("还没有带按钮的卡片")

    def _named(self, button: str) -> tuple[str, str]:
        for card, face in self._faces():
            for each in face.buttons:
                if each.enabled and button in each.text:
                    return card, each.text
        raise LookupError(f"没有可以按的「{button}」按钮")

    def _faces(self) -> list[tuple[str, Face]]:
        """What this member sees here, last changed first."""
        cards = reversed(self._on_screen[self.here.platform])
        return [(card, face) for card in cards if (face := self.here.face(card, self.me)) is not None]

    async def show(self) -> None:
        """Print what becomes visible, for ever."""
        async with asyncio.TaskGroup() as group:
            for room in self._rooms.values():
                group.create_task(self._follow(room))

    async def _follow(self, room: Room) -> None:
        async for change in room.changes(self._seen[room.platform]):
            if said := self._drawn(room, change):
                self._write(said)
            self._seen[room.platform] = change.number
            self._printed.set()

    def _drawn(self, room: Room, change: Change[Any]) -> str:
        where = f"在{room.name}" if len(self._rooms) > 1 else ""
        if change.message is not None:
            return "\n".join(
                [f"\n🤖 Steward {where}".rstrip(), *plain(f"{change.message.title}\n{change.message.text}")]
            )
        shown = self._on_screen[room.platform]
        shown.pop(change.card, None)
        shown[change.card] = None
        face = room.face(change.card, self.me)
        if face is None:
            return ""
        how = {"card": "发来一张卡片", "update": "更新了卡片"}[change.kind]
        if room is not self.here:
            return f"\n🤖 Steward {where}{how}：{' '.join(face.title.split())}"
        return f"\n🤖 Steward {where}{how}\n{draw(face)}"

    async def wait(self, text: str, seconds: float, *, after: Marks) -> None:
        """Until something visible here since `after` contains `text`, and has been printed. What the client told whoever pressed
        last counts. Raises TimeoutError."""
        room = self.here

        def found() -> bool:
            if text in self._told:
                return True
            for change in room.changes_after(after[room.platform]):
                if change.message is not None and text in f"{change.message.title}\n{change.message.text}":
                    return True
                faces = (room.face(change.card, each) for each in self._members.values() if change.card)
                if any(face is not None and text in f"{face.title}\n{face.text}" for face in faces):
                    return True
            return False

        await room.until(found, seconds)
        while self._seen[room.platform] < room.now:
            self._printed.clear()
            await self._printed.wait()

    async def talk(self, console: Console) -> None:
        """Do what is typed until the end of input or /quit."""
        more = f"\n{HELP_ROOMS}" if len(self._rooms) > 1 else ""
        self._write(f"\n你是{self.me.title} {self.me.name}{f'，{self.where}群里' if more else ''}。{HELP}{more}\n")
        while True:
            line = await console.ask(f"{self.me.name}{f'@{self.here.name}' if more else ''}> ")
            if line is None or line.strip() == "/quit":
                return
            try:
                await self._typed(line.strip())
            except LookupError as error:
                self._write(str(error))

    async def _typed(self, line: str) -> None:
        number, _, reason = line.partition(" ")
        if line.startswith("/as "):
            self.me = self.member(line[4:].strip())
        elif line.startswith("/to "):
            self.here = self.room(line[4:].strip())
        elif line == "/who":
            self._write("\n".join(f"  {each.name}  {each.title}" for each in self._members.values()))
        elif line in self._levers:
            self._write(f"\n{self._levers[line]()}")
        elif line.startswith("/"):
            self._write(HELP)
        elif number.isdecimal():
            await self.press(number, reason.strip())
        elif line:
            await self.say(line)
