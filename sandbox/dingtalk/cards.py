"""Cards and their versions: an update overwrites unless it says by key, private data lies over public data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from sandbox.dingtalk.card_view import CardView, render
from sandbox.dingtalk.directory import Directory, User
from sandbox.dingtalk.template import Template

Variables = dict[str, str]


class Space(BaseModel):
    """Where a card lies: a group, or a person's conversation with the robot (then `id` is the user id). `recipients`
    narrows a group to those few; empty is everybody in it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    conversation: str
    recipients: tuple[str, ...] = ()


class Version(BaseModel):
    """The card after one change. `cause` is create, update, streaming or ack (a click's answer)."""

    model_config = ConfigDict(frozen=True)

    at: float
    cause: str
    public: Variables
    private: dict[str, Variables]


class CardSnapshot(BaseModel):
    """A card as another process sees it: `views` holds what each person sees who sees it at all."""

    model_config = ConfigDict(frozen=True)

    out_track_id: str
    template_id: str
    callback_type: str
    spaces: tuple[Space, ...]
    versions: tuple[Version, ...]
    views: dict[str, CardView]

    def view(self, user_id: str) -> CardView:
        return self.views[user_id]


@dataclass(slots=True, eq=False)
class Card:
    """`callbacks_open` counts clicks whose answer is still awaited: no update call may come in that time. `layout` is
    what is known of an own template."""

    out_track_id: str
    template_id: str
    callback_type: str
    user_id_type: int
    public: Variables
    private: dict[str, Variables]
    directory: Directory
    layout: Template | None = None
    spaces: list[Space] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    stream_ids: set[str] = field(default_factory=set)
    callbacks_open: int = 0

    def id_of(self, user: User) -> str:
        return user.union_id if self.user_id_type == 2 else user.user_id

    def visible_to(self, user_id: str) -> bool:
        return any(user_id in self.audience(space) for space in self.spaces)

    def audience(self, space: Space) -> tuple[str, ...]:
        if space.kind == "IM_ROBOT":
            return (space.id,) if space.id in self.directory.users else ()
        group = self.directory.groups.get(space.id)
        members = group.members if group else ()
        return tuple(member for member in members if not space.recipients or member in space.recipients)

    def view(self, user_id: str) -> CardView:
        """LookupError when this person does not see the card."""
        if not self.visible_to(user_id):
            raise LookupError(f"{user_id} does not see card {self.out_track_id}")
        return self.rendered(user_id, self.public, self.private)

    def earlier_views(self, user_id: str) -> list[CardView]:
        """Newest first: what the person saw before the last change."""
        return [self.rendered(user_id, version.public, version.private) for version in reversed(self.versions[:-1])]

    def rendered(self, user_id: str, public: Variables, private: Mapping[str, Variables]) -> CardView:
        user = self.directory.user(user_id)
        variables = {**public, **private.get(self.id_of(user), {})}
        if self.layout is not None:
            return self.layout.draw(self.out_track_id, self.template_id, variables)
        return render(self.out_track_id, self.template_id, variables)

    def misused(self, public: Variables | None) -> list[tuple[str, str]]:
        """Rules of its own template that writing these would break."""
        return list(self.layout.misused(public or {})) if self.layout is not None else []

    def change(
        self, public: Variables | None, private: dict[str, Variables] | None, *, by_key: bool, private_by_key: bool
    ) -> None:
        if public is not None:
            self.public = {**self.public, **public} if by_key else dict(public)
        for person, variables in (private or {}).items():
            before = self.private.get(person, {}) if private_by_key else {}
            self.private = {**self.private, person: {**before, **variables}}

    def snapshot(self) -> CardSnapshot:
        seeing = sorted({user for space in self.spaces for user in self.audience(space)})
        return CardSnapshot(
            out_track_id=self.out_track_id,
            template_id=self.template_id,
            callback_type=self.callback_type,
            spaces=tuple(self.spaces),
            versions=tuple(self.versions),
            views={user: self.view(user) for user in seeing},
        )


class Cards(Mapping[str, Card]):
    """By outTrackId, oldest first. `changed` hears of each new version."""

    def __init__(self, now: Callable[[], float], changed: Callable[[Card, str], None]) -> None:
        self._now = now
        self._changed = changed
        self._all: dict[str, Card] = {}

    def __getitem__(self, out_track_id: str) -> Card:
        return self._all[out_track_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, card: Card) -> None:
        self._all[card.out_track_id] = card
        self.keep(card, "create")

    def keep(self, card: Card, cause: str) -> None:
        """Record the card's present variables as its newest version."""
        card.versions.append(Version(at=self._now(), cause=cause, public=card.public, private=card.private))
        self._changed(card, cause)
