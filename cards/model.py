"""One schema for every card.

All text is plain text in the reader's language, already masked: no markdown, no HTML, no template. Emphasis is structure
(`Fact`, `Code`, `Section`), so that each renderer escapes everything and decides how its platform shows it.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Tone(StrEnum):
    """What the colour of a card says."""

    NEUTRAL = "neutral"
    WAITING = "waiting"
    RUNNING = "running"
    VERIFYING = "verifying"
    """Applied; whether it worked is being watched."""
    SUCCESS = "success"
    FAILURE = "failure"
    WARNING = "warning"
    """Not known, blocked, or drifted: neither success nor failure."""
    MUTED = "muted"
    """Over without effect: denied, expired, cancelled."""


class Named(Frozen):
    """A person. Where `platform` is the one that draws the card and `id` is known to it, it may show its own idea of that person
    (picture, card on click); everywhere else the name is shown."""

    platform: str
    id: str
    name: str


class Fact(Frozen):
    """A short labelled value: `发起人` – `李雷 · 03:12`; `person`, where there is one, stands before `value`."""

    label: str
    value: str
    person: Named | None = None
    alarm: bool = False
    """To be seen before anything else is pressed: a severe risk."""

    @property
    def text(self) -> str:
        return self.value if self.person is None else " · ".join(filter(None, (self.person.name, self.value)))


class Prose(Frozen):
    type: Literal["prose"] = "prose"
    text: str


class Code(Frozen):
    """Shown in a fixed-width font: a command, JSON."""

    type: Literal["code"] = "code"
    text: str


class LogLines(Frozen):
    type: Literal["log"] = "log"
    lines: tuple[str, ...]


class DiffLine(Frozen):
    path: str
    before: str | None
    after: str | None


class Diff(Frozen):
    type: Literal["diff"] = "diff"
    lines: tuple[DiffLine, ...]


Role = Literal["name", "state", "ready", "detail", "text"]
"""What a column is for. `state`: one of the cluster's own words (`Running`); `ready`: so many of so many (`1/3`); `detail`: what a
narrow card leaves out."""


class Table(Frozen):
    """Every row has as many cells as there are columns. With `roles`, one for each column, states are coloured and stand right
    behind the name; without, nothing is read into the cells."""

    type: Literal["table"] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    roles: tuple[Role, ...] = ()


Body = Annotated[Prose | Code | LogLines | Diff | Table, Field(discriminator="type")]


class Section(Frozen):
    """A titled part; `folded` ones start closed where the platform can fold, and are shortened where it cannot."""

    title: str
    body: Body
    folded: bool = False


class Progress(Frozen):
    """`percent` is None while nothing can be counted."""

    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    step: str


class Input(Frozen):
    """A text field that goes with a button, where the platform has inputs."""

    name: str
    label: str
    required: bool = False


class Button(Frozen):
    """`id` comes back in the click, with the card's platform message id and nothing else that is trusted.

    `twin` is what can be typed instead (`批准 7F3K`). `url` makes it a link that sends no click. A `disabled` one only shows what
    was decided: it is drawn small, and left out where a platform has no small ones.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    text: str
    style: Literal["default", "primary", "danger"] = "default"
    twin: str | None = None
    url: str | None = None
    confirm: str | None = None
    input: Input | None = None
    disabled: bool = False


class Card(Frozen):
    """`version` grows with every change; a platform copy is right when it shows the newest version."""

    id: str
    kind: Literal["approval", "diagnosis", "status", "notice"]
    version: Annotated[int, Field(ge=1)] = 1
    digest: str = ""
    """The start of the digest that an approval binds; a click brings it back, so that a stale card can be told from a fresh one."""
    language: Literal["zh", "en"] = "zh"
    tone: Tone = Tone.NEUTRAL
    title: str
    tag: str | None = None
    """The state as a word: `待审批`, `执行中`."""
    summary: str
    """The one sentence that is read first; also the preview in the chat list."""
    facts: tuple[Fact, ...] = ()
    progress: Progress | None = None
    sections: tuple[Section, ...] = ()
    log: tuple[str, ...] = ()
    """The newest log lines, live, oldest first."""
    buttons: tuple[Button, ...] = ()
    footer: tuple[str, ...] = ()
    """Small print: the short code, how to answer by typing, what was masked or cut."""
    link: str | None = None
    """The deep link to the whole card."""
    final: bool = False
    """No later version is expected: its delivery must not be skipped for a budget's sake."""

    @property
    def choices(self) -> tuple[Button, ...]:
        """The buttons that do something."""
        return tuple(button for button in self.buttons if not button.disabled)
