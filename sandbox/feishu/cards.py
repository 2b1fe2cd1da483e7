"""Cards in chats and their versions. A card 2.0 is shared: everybody who sees it sees the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.feishu.card_view import CardView, render
from sandbox.feishu.directory import Directory

Content = dict[str, Any]


class Version(BaseModel):
    """The card after one change. `cause` is create, patch, ack (a click's answer), delayed (by a click's token), revert
    (a change made too early is taken back) or cardkit."""

    model_config = ConfigDict(frozen=True)

    at: float
    cause: str
    content: Content


class CardSnapshot(BaseModel):
    """A card as another process sees it: `views` holds what each person sees who sees it at all."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    chat_id: str
    entity: str
    recalled: bool
    versions: tuple[Version, ...]
    views: dict[str, CardView]

    def view(self, open_id: str) -> CardView:
        return self.views[open_id]


@dataclass(slots=True, eq=False)
class Card:
    """`callbacks_open` counts clicks whose answer is still awaited: the card is locked for that time. `entity` is the
    CardKit card id that it was sent by. `early` is what to go back to, where a change came before the click's answer."""

    message_id: str
    chat_id: str
    content: Content
    directory: Directory
    entity: str = ""
    recalled: bool = False
    versions: list[Version] = field(default_factory=list)
    callbacks_open: int = 0
    early: Content | None = None

    def visible_to(self, open_id: str) -> bool:
        return not self.recalled and open_id in self.audience()

    def audience(self) -> tuple[str, ...]:
        return self.directory.audience(self.chat_id)

    def view(self, open_id: str) -> CardView:
        """LookupError when this person does not see the card."""
        if not self.visible_to(open_id):
            raise LookupError(f"{open_id} does not see card {self.message_id}")
        return render(self.message_id, self.content)

    def earlier_views(self) -> list[CardView]:
        """Newest first: what was seen before the last change."""
        return [render(self.message_id, version.content) for version in reversed(self.versions[:-1])]

    def snapshot(self) -> CardSnapshot:
        return CardSnapshot(
            message_id=self.message_id,
            chat_id=self.chat_id,
            entity=self.entity,
            recalled=self.recalled,
            versions=tuple(self.versions),
            views={person: self.view(person) for person in self.audience() if self.visible_to(person)},
        )


class Cards(Mapping[str, Card]):
    """By message id, oldest first. `changed` hears of each new version."""

    def __init__(self, now: Callable[[], float], changed: Callable[[Card, str], None]) -> None:
        self._now = now
        self._changed = changed
        self._all: dict[str, Card] = {}

    def __getitem__(self, message_id: str) -> Card:
        return self._all[message_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, card: Card) -> None:
        self._all[card.message_id] = card
        self._keep(card, "create")

    def change(self, card: Card, content: Content, cause: str) -> None:
        card.content = content
        self._keep(card, cause)

    def recall(self, card: Card) -> None:
        card.recalled = True
        self._changed(card, "recall")

    def _keep(self, card: Card, cause: str) -> None:
        card.versions.append(Version(at=self._now(), cause=cause, content=card.content))
        self._changed(card, cause)
