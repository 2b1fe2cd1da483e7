"""Looking at the chat: waiting for a card, a text or a message to appear."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Generic, TypeVar

from sandbox.changes import Change, Changes, Said
from sandbox.pulse import Pulse

T = TypeVar("T")
C = TypeVar("C")
V = TypeVar("V")
M = TypeVar("M", bound=Said)


class Watching(ABC, Generic[C, V, M]):
    """Over whatever holds cards `C`, seen as `V`, and messages `M`; a stand-in says what it holds."""

    _pulse: Pulse
    _changes: Changes[M]

    @property
    @abstractmethod
    def lines(self) -> Sequence[Any]: ...

    @abstractmethod
    def held(self, card: str) -> C: ...

    @abstractmethod
    def view_with(self, card: str, text: str, user: str) -> V | None:
        """The card as `user`, or as anyone, sees it, when that contains `text`."""

    async def connected(self, count: int = 1, seconds: float = 10.0) -> None:
        """Until at least `count` lines are open."""
        await self._pulse.until(lambda: len(self.lines) >= count, seconds)

    async def until(self, condition: Callable[[], T | None], seconds: float = 10.0) -> T:
        """The first truthy answer of `condition`, asked whenever a line, card or message changes."""
        return await self._pulse.until(condition, seconds)

    async def shown(self, card: str, text: str, *, user: str = "", seconds: float = 10.0) -> V:
        """Until the card (as `user` sees it, or anyone) contains `text`."""
        return await self._pulse.until(lambda: self.view_with(card, text, user), seconds)

    async def next_card(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> C:
        """The first card made since change number `after` that someone sees with `containing` in it."""

        def found() -> C | None:
            made = [change.card for change in self._changes.after(after) if change.kind == "card"]
            return next((self.held(one) for one in made if self.view_with(one, containing, "")), None)

        return await self._pulse.until(found, seconds)

    async def next_message(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> M:
        """The first message of the bot's since change number `after` that contains the text."""

        def found() -> M | None:
            said = [change.message for change in self._changes.after(after) if change.message]
            return next((one for one in said if containing in f"{one.title}\n{one.text}"), None)

        return await self._pulse.until(found, seconds)

    @property
    def now(self) -> int:
        """The number of the latest visible change, to wait for what comes after it."""
        return self._changes.last

    def changes_after(self, number: int) -> list[Change[M]]:
        return self._changes.after(number)

    async def wait_changes(self, number: int, seconds: float) -> list[Change[M]]:
        return await self._changes.wait_after(number, seconds)

    def changes(self, number: int | None = None) -> AsyncIterator[Change[M]]:
        """Every visible change after `number` (default: from now on), as it happens."""
        return self._changes.follow(self.now if number is None else number)
