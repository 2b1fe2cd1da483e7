"""Time as the stand-in sees it."""

import asyncio
import time
from datetime import UTC, datetime

MICROSECOND_STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
SECOND_STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Clock:
    """Wall-clock stamps with shortened waits.

    `speed` divides every wait of the controllers and the kubelet: at 10, a pod that is ready "after 5 s" is ready after half
    a second. Stamps on objects are never bent, so that they agree with the `Date` header and with the caller's own clock.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed is a positive factor")
        self.speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def stamp(self) -> str:
        """Now as `metav1.Time`: whole seconds, which is the resolution of conditions and events."""
        return self.now().strftime(SECOND_STAMP)

    def seconds(self) -> float:
        """Cluster seconds since an arbitrary start, for measuring how long something took."""
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)

    def wait(self, seconds: float) -> float:
        """Real seconds that `seconds` of the cluster last."""
        return seconds / self.speed


def stamp_of(moment: datetime) -> str:
    return moment.strftime(SECOND_STAMP)


def moment_of(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
