"""What a conversation was about: what a planner may know besides the message itself."""

from executor.operations import Change, Target
from executor.reason import Frozen


class Turn(Frozen):
    """Somebody asked and was answered. Texts are masked and cut; `targets` are the objects that it turned out to be about, as the
    cluster has them."""

    asked: str
    told: str = ""
    targets: tuple[Target, ...] = ()


class Denied(Frozen):
    """A proposal that a person said no to."""

    verb: str
    target: Target

    def forbids(self, operation: Change) -> bool:
        return operation.verb == self.verb and operation.target == self.target


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
