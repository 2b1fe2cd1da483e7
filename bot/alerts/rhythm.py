"""How fast alerts are followed. One value, so that a demonstration can play an hour in a minute."""

from dataclasses import dataclass
from datetime import timedelta

LONGEST_DOUBLING = 7
"""90 seconds become three hours."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    every: float = 30.0
    """Seconds between two looks at each source."""
    longest_pause: float = 300.0
    """Seconds between two tries while Alertmanager does not answer."""
    look_again: timedelta = timedelta(minutes=5)
    """A card that nobody is in a hurry for is drawn anew so often."""
    grace: timedelta = timedelta(seconds=90)
    """An Alertmanager that was restarted knows nothing until Prometheus has told it again, which it does every minute."""
    reopen: timedelta = timedelta(minutes=15)
    """What fires again so soon after it was closed is the same story."""
    wakes_again: timedelta = timedelta(minutes=30)
    """What worsens after its card was posted so long ago gets a new one: nobody is called by a card that changes."""
    lives: timedelta = timedelta(days=7)
    """Of a card: platforms let nobody touch older messages (Feishu after 14 days), and nobody scrolls up that far."""
    missed_long: timedelta = timedelta(minutes=10)
    """Without answers for so long people are told: silence is not health."""

    def patience(self, returns: int) -> timedelta:
        """How long an alert has to be gone until that is believed: twice as long each time it came back, so that one that flaps
        does not change its card all day."""
        return self.grace * int(2 ** min(returns, LONGEST_DOUBLING))
