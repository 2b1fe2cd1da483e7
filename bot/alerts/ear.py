"""Whether Alertmanager is heard: written by the watch, read by /healthz, the status page and /metrics."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from bot.clock import Clock
from executor.reason import Reason

log = structlog.get_logger()

Condition = Literal["waiting", "up", "down"]


@dataclass(frozen=True, slots=True)
class Heard:
    """`waiting` until the first answer or its absence. `since` is of the state; `groups` is how many alerts the last answer had."""

    state: Condition
    since: datetime
    address: str
    last_heard: datetime | None = None
    groups: int = 0
    complete: bool = True
    reason: Reason | None = None


class Ear:
    """`present` is None while nobody is asked: there is no address, or nobody to tell."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.present: Heard | None = None

    def turn_to(self, address: str) -> None:
        """Another one is asked from now on, "" for none."""
        self.present = Heard("waiting", self._clock(), address) if address else None

    def hear(self, groups: int, *, complete: bool) -> None:
        now, before = self._clock(), self.present
        assert before is not None, "turn to it first"
        if before.state == "down":
            log.info("alertmanager.back")
        since = before.since if before.state == "up" else now
        self.present = replace(
            before, state="up", since=since, last_heard=now, groups=groups, complete=complete, reason=None
        )

    def miss(self, why: Reason) -> datetime:
        """Since when it is missed."""
        before = self.present
        assert before is not None, "turn to it first"
        if before.state != "down" or before.reason is None or before.reason.code != why.code:
            log.warning("alertmanager.away", reason=why.code, **why.values)
        since = before.since if before.state == "down" else self._clock()
        self.present = replace(before, state="down", since=since, reason=why)
        return since
