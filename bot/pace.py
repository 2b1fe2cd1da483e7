"""How often a card that is still moving is shown: often where calls are free, rarely where they are counted."""

from dataclasses import dataclass

from bot.outbox import Due


@dataclass(frozen=True, slots=True)
class Pace:
    """Each stage is (up to which update of a copy, seconds between two). After the last stage every `then` seconds; None: only the
    final version. New and final copies never wait."""

    stages: tuple[tuple[int, float], ...]
    then: float | None = None

    def wait(self, copy: Due) -> float | None:
        """Seconds after the last call until this copy may be shown; None for "not before the final version"."""
        if copy.final or not copy.on_screen:
            return 0.0
        return None if copy.as_text else self.after(copy.updates)

    def after(self, updates: int) -> float | None:
        """The same for a card on screen that was changed so often and is still moving."""
        return next((seconds for most, seconds in self.stages if updates < most), self.then)


FRUGAL = Pace(stages=((1, 3.0), (2, 30.0), (3, 300.0)))
"""At most three changes on the way: with the final one four calls from approval to the end, however long it takes."""
ONLY_THE_END = Pace(stages=())
LIVE = Pace(stages=((60, 1.0), (240, 3.0)), then=10.0)
"""Feishu bears five changes of a card a second; a job of 25 minutes is shown some 330 times."""
