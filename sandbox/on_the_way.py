"""Frames between the gateway and its client, where they may be held back and overtake each other."""

from collections.abc import Sequence

from sandbox.line import Line

Held = tuple[Line, Sequence[str | bytes]]


class OnTheWay:
    def __init__(self) -> None:
        self._held: list[Held] = []
        self._until = 0

    def hold(self, count: int) -> None:
        """The next `count` pushes wait for each other and then go out in the opposite order."""
        self.let_go()
        self._until = count

    def out(self, line: Line, frames: Sequence[str | bytes]) -> None:
        """One push, in as many frames as it takes."""
        self._held.append((line, frames))
        if len(self._held) >= self._until:
            self.let_go()

    def let_go(self) -> int:
        """Whatever is held back goes out now; how many pushes were still to come."""
        held, self._held = self._held, []
        missing, self._until = max(0, self._until - len(held)), 0
        for line, frames in reversed(held):
            for frame in frames:
                line.send(frame)
        return missing
