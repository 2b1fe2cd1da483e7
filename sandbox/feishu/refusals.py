"""Attempts to connect that are to fail."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Refusals:
    """What the next attempts meet: codes of the endpoint, an HTTP status instead of an answer, and failed handshakes as
    (Handshake-Status, Handshake-Autherrcode, Handshake-Msg). `null_data` answers `data: null`, of which the Node SDK dies."""

    codes: deque[int] = field(default_factory=deque)
    statuses: deque[int] = field(default_factory=deque)
    handshakes: deque[tuple[str, str, str]] = field(default_factory=deque)
    null_data: bool = False

    def heal(self) -> int:
        """Every attempt meets an answer again; how many would have been refused."""
        left = len(self.codes) + len(self.statuses) + len(self.handshakes)
        for planned in (self.codes, self.statuses, self.handshakes):
            planned.clear()
        return left
