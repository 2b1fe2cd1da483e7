"""What a round of answers means for each alert, compared with the book. Pure, and done in a thread: a storm is thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.alerts.alert import WORST, Alert
from bot.alerts.book import Entry
from bot.alerts.rhythm import Rhythm

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sorted:
    """`new` begin a story, the worst first; `changed` are to be written down; the card of `quiet` ones steps aside; those that are
    `due` may be drawn, whose card was not looked at for longest first; `gone` were not named."""

    new: tuple[Alert, ...]
    changed: tuple[Alert, ...]
    quiet: tuple[tuple[Alert, Entry], ...]
    due: tuple[tuple[Alert, Entry], ...]
    gone: tuple[Entry, ...]


def sort_out(groups: Sequence[Alert], known: Mapping[str, Entry], now: datetime, rhythm: Rhythm) -> Sorted:
    """What nobody is to hear of begins no story."""
    new: list[Alert] = []
    changed: list[Alert] = []
    quiet: list[tuple[Alert, Entry]] = []
    due: list[tuple[Alert, Entry]] = []
    for alert in groups:
        entry = known.get(alert.key)
        if entry is None or (entry.closed_at is not None and now - entry.closed_at > rhythm.reopen):
            new += [] if alert.quiet else [alert]
            continue
        if entry.closed_at is not None and alert.quiet:
            continue
        if entry.alert != alert or entry.missing_since is not None or entry.closed_at is not None:
            changed.append(alert)
        if alert.quiet:
            quiet.append((alert, entry))
        elif is_due(alert, entry, now, rhythm):
            due.append((alert, entry))
    here = {alert.key for alert in groups}
    return Sorted(
        new=tuple(new),
        changed=tuple(changed),
        quiet=tuple(quiet),
        due=tuple(sorted(due, key=lambda one: one[1].shown_at or _NEVER)),
        gone=tuple(entry for key, entry in known.items() if key not in here and entry.closed_at is None),
    )


def is_due(alert: Alert, entry: Entry, now: datetime, rhythm: Rhythm) -> bool:
    if entry.shown_at is None or entry.closed_at is not None or entry.aside or worsened(alert, entry):
        return True
    return now - entry.shown_at >= rhythm.look_again


def worsened(alert: Alert, entry: Entry) -> bool:
    return WORST.index(alert.severity) < WORST.index(entry.alert.severity)
