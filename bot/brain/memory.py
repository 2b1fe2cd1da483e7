"""What a conversation was about: what a planner may know besides the message itself."""

from typing import Annotated

from pydantic import Field

from bot.brain.aims import aims
from executor.operations import Change, Target
from executor.reason import Frozen


class Turn(Frozen):
    """Somebody asked and was answered. Texts are masked and cut; `targets` are the objects that it turned out to be about, as the
    cluster has them; `shown` those that it showed besides."""

    asked: str
    told: str = ""
    targets: tuple[Target, ...] = ()
    shown: tuple[Target, ...] = ()


class Denied(Frozen):
    """A proposal that a person said no to."""

    operation: Annotated[Change, Field(discriminator="verb")]

    def forbids(self, operation: Change) -> bool:
        """Whether that is the same wish, perhaps in another verb or with another number."""
        return bool(aims(self.operation) & aims(operation))


class Memory(Frozen):
    """The newest turns of one conversation, oldest first, what was denied in it, and what it has before its eyes."""

    turns: tuple[Turn, ...] = ()
    denied: tuple[Denied, ...] = ()
    card: tuple[Target, ...] = ()
    """What a card is about that came, or was decided, after the newest turn about anything: an alert, an approval."""

    @property
    def latest(self) -> tuple[Target, ...]:
        """What `it` means: the objects of that card, else of the newest turn that was about any."""
        return self.card or next((turn.targets for turn in reversed(self.turns) if turn.targets), ())


NOTHING = Memory()
