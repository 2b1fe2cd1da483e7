"""Misfortunes that are the same on every platform: planned for the next calls, or done at once to the open lines."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandbox.line import Line
from sandbox.records import Named

ANY = "*"


@dataclass(slots=True)
class _Plan:
    """What waits for the next calls of one API (by its name, as `PUT /v1.0/card/instances`, or `*`)."""

    failures: deque[Exception] = field(default_factory=deque)
    delays: deque[float] = field(default_factory=deque)
    lost_replies: int = 0


class Planned:
    def __init__(self, lines: Mapping[str, Line]) -> None:
        self._open_lines = lines
        self._plans: dict[str, _Plan] = {}

    # Calls

    def raise_next(self, api: str, error: Exception, times: int) -> None:
        """The next calls are refused with this before they do anything."""
        self._plan(api).failures.extend([error] * times)

    def delay_next(self, api: str = ANY, seconds: float = 10.0, times: int = 1) -> None:
        """The next calls are answered only after `seconds` of the gateway's time."""
        self._plan(api).delays.extend([seconds] * times)

    def lose_reply_next(self, api: str = ANY, times: int = 1) -> None:
        """The next calls are carried out, but the line breaks before the answer: the caller cannot know."""
        self._plan(api).lost_replies += times

    def heal(self) -> int:
        """Nothing that was planned comes any more; how many misfortunes are called off by that."""
        left = sum(len(plan.failures) + len(plan.delays) + plan.lost_replies for plan in self._plans.values())
        self._plans.clear()
        self.let_go()
        return left

    # Lines; each answers how many lines it hit

    def close(self, connection_id: str = ANY) -> int:
        """A close frame with code 1000."""
        lines = self._lines(connection_id)
        for line in lines:
            line.close()
        return len(lines)

    def abort(self, connection_id: str = ANY) -> int:
        """The TCP line is reset: 1006 at the client."""
        lines = self._lines(connection_id)
        for line in lines:
            line.abort()
        return len(lines)

    def freeze(self, connection_id: str = ANY) -> int:
        """A zombie: the socket stays and pongs, pushes are still routed to it and lost."""
        lines = self._lines(connection_id)
        for line in lines:
            line.freeze()
        return len(lines)

    def linger(self, connection_id: str = ANY) -> int:
        """A client's goodbye is slow to arrive: until `let_go`, pushes still come on the line after it."""
        lines = self._lines(connection_id)
        for line in lines:
            line.linger()
        return len(lines)

    def let_go(self, connection_id: str = ANY) -> int:
        """Lines that linger answer the goodbye now."""
        lines = self._lines(connection_id)
        for line in lines:
            line.let_go()
        return len(lines)

    # What the gateway asks

    def failure(self, api: Named) -> Exception | None:
        return next((plan.failures.popleft() for plan in self._plans_of(api) if plan.failures), None)

    def delay(self, api: Named) -> float:
        return next((plan.delays.popleft() for plan in self._plans_of(api) if plan.delays), 0.0)

    def lose_reply(self, api: Named) -> bool:
        for plan in self._plans_of(api):
            if plan.lost_replies:
                plan.lost_replies -= 1
                return True
        return False

    def _plan(self, api: str) -> _Plan:
        return self._plans.setdefault(api, _Plan())

    def _plans_of(self, api: Named) -> Iterable[_Plan]:
        return (self._plans[name] for name in (api.name, ANY) if name in self._plans)

    def _lines(self, connection_id: str) -> list[Line]:
        return list(self._open_lines.values()) if connection_id == ANY else [self._open_lines[connection_id]]
