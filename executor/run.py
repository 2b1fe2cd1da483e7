"""The one door through which a change reaches the cluster (I1)."""

from datetime import datetime
from typing import Protocol

from executor.reason import Frozen, Reason


class Ledger(Protocol):
    """Where approvals are recorded; `run` asks it right before the effect."""

    async def approved(self, action_id: str, digest: str) -> bool:
        """Whether a bound administrator's approval of exactly this digest is durably recorded and not yet used up."""
        ...


class Applied(Frozen):
    """The write as the API server answered it."""

    action_id: str
    at: datetime
    """The server's `Date` header, floored to a second: what conditions and events are compared with."""
    generation: int | None = None
    uid: str = ""
    no_change: bool = False
    """The server accepted the write and the generation did not move."""
    output: str = ""
    """exec only: masked, cut."""
    exit_code: int | None = None
    """exec only; None when the command's end was not seen."""
    baseline: dict[str, int] = {}
    """`pod uid/container` → restart count before the write."""


class NotApproved(Exception):
    """No recorded approval of this digest: our bug or an attack; nothing ran."""


class Drifted(Exception):
    """The object, the cluster or the diff is no longer what was shown; nothing ran. `reason` says what moved."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class NotApplied(Exception):
    """The API server refused the write (quota, admission, permission, conflict); nothing changed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Uncertain(Exception):
    """The answer was lost after the request was sent and a read could not settle whether it took effect."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason
