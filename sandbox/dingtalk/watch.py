"""Looking at the chat: waiting for a card, a text or a message to appear."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from sandbox.dingtalk.card_view import CardView
from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.changes import Change
from sandbox.dingtalk.parts import Parts
from sandbox.dingtalk.robot_messages import RobotMessage

T = TypeVar("T")


class Watch(Parts):
    async def connected(self, count: int = 1, seconds: float = 10.0) -> None:
        """Until at least `count` lines are open."""
        await self._pulse.until(lambda: len(self.lines) >= count, seconds)

    async def until(self, condition: Callable[[], T | None], seconds: float = 10.0) -> T:
        """The first truthy answer of `condition`, asked whenever a line, card or message changes."""
        return await self._pulse.until(condition, seconds)

    async def shown(self, out_track_id: str, text: str, *, user: str = "", seconds: float = 10.0) -> CardView:
        """Until the card (as `user` sees it, or anyone) contains `text`."""
        return await self._pulse.until(lambda: self._view_with(out_track_id, text, user), seconds)

    async def next_card(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> Card:
        """The first card made since change number `after` that someone sees with `containing` in it."""

        def found() -> Card | None:
            tracks = [change.out_track_id for change in self._changes.after(after) if change.kind == "card"]
            return next((self.cards[one] for one in tracks if self._view_with(one, containing, "")), None)

        return await self._pulse.until(found, seconds)

    async def next_message(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> RobotMessage:
        """The first message of the robot's since change number `after` that contains the text."""

        def found() -> RobotMessage | None:
            said = [change.message for change in self._changes.after(after) if change.message]
            return next((one for one in said if containing in f"{one.title}\n{one.text}"), None)

        return await self._pulse.until(found, seconds)

    @property
    def now(self) -> int:
        """The number of the latest visible change, to wait for what comes after it."""
        return self._changes.last

    def changes_after(self, number: int) -> list[Change]:
        return self._changes.after(number)

    async def wait_changes(self, number: int, seconds: float) -> list[Change]:
        return await self._changes.wait_after(number, seconds)

    def changes(self, number: int | None = None) -> AsyncIterator[Change]:
        """Every visible change after `number` (default: from now on), as it happens."""
        return self._changes.follow(self.now if number is None else number)

    def _view_with(self, out_track_id: str, text: str, user: str) -> CardView | None:
        card = self.cards.get(out_track_id)
        if card is None:
            return None
        people = [user] if user else sorted({one for space in card.spaces for one in card.audience(space)})
        views = [card.view(one) for one in people if card.visible_to(one)]
        return next((view for view in views if text in view.text), None)
