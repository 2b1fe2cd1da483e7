"""A dead endpoint costs one timeout, not one per message."""

import time
from collections.abc import Callable

from bot.brain.claude.away import Away
from bot.brain.claude.patience import Patience
from executor.reason import Reason


class Breaker:
    """After a failure nobody asks for a while (twice as long after each further one); then one request tries, and the others go on
    without the model until it knows. `now` counts seconds, from anywhere."""

    def __init__(self, patience: Patience, now: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._now = now
        self._rest = patience.rest
        self._until = float("-inf")
        self._trying = False
        self.reason: Reason | None = None
        """Why nobody asks; None while the model answers."""

    def enter(self) -> None:
        """Raises Away, with the reason of the last failure, when this is not the moment to ask."""
        if self.reason is None:
            return
        if self._trying or self._now() < self._until:
            raise Away(self.reason)
        self._trying = True

    def answered(self) -> None:
        self._trying = False
        self.reason = None
        self._rest = self._patience.rest

    def gave_up(self) -> None:
        """The trial ended without an answer to the question whether it works, cancelled for instance."""
        self._trying = False

    def failed(self, error: Away) -> None:
        repeated = self.reason is not None
        self._trying = False
        self.reason = error.reason
        self._rest = min(self._rest * 2, self._patience.longest_rest) if repeated else self._patience.rest
        self._until = self._now() + max(self._rest, min(error.retry_after or 0.0, self._patience.longest_rest))
