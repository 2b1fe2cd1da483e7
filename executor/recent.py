"""The newest lines about an operation under way: events, and what the new pods say."""

from collections import deque
from collections.abc import Iterable

from executor.fields import Raw, text, uid_of
from executor.happenings import event_count, event_line, event_time, is_warning
from executor.redact import mask_lines

SHOWN = 5
_KEPT = 60
_LONGEST = 240
_TELLING = frozenset({"ScalingReplicaSet", "SuccessfulRescale", "TriggeredScaleUp", "Pulling", "Killing"})


class RecentLines:
    """Lines in the order in which they came. They are masked together, since a key may span several."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self._told: set[tuple[str, int]] = set()
        self._shown: tuple[str, ...] | None = ()

    def events(self, events: Iterable[Raw]) -> None:
        for event in sorted(events, key=event_time):
            key = (uid_of(event), event_count(event))
            if key not in self._told and (is_warning(event) or text(event, "reason") in _TELLING):
                self._told.add(key)
                self._add(event_line(event))

    def log(self, pod: str, line: str) -> None:
        if line.strip():
            self._add(f"{pod} | {line}")

    def _add(self, line: str) -> None:
        self._lines.append(line[: _LONGEST * 4])
        self._shown = None

    def newest(self) -> tuple[str, ...]:
        if self._shown is None:
            masked = mask_lines(self._lines)[-SHOWN:]
            self._shown = tuple(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in masked)
        return self._shown
