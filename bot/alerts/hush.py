"""Which alerts fire and are not told. Pure."""

from collections.abc import Collection, Sequence

from bot.alerts.alert import Alert
from bot.alerts.matchers import fits
from bot.alerts.mute_book import MuteEntry


def hushed(alert: Alert, mutes: Sequence[MuteEntry], elsewhere: Collection[tuple[str, str]]) -> Alert:
    """The alert, quiet where a mute fits it, or where it is about one of the workloads (namespace and name) `elsewhere`, which an
    alert of Alertmanager's tells of."""
    if alert.quiet:
        return alert
    mute = next((each for each in mutes if fits(each.matchers, alert)), None)
    if mute is not None:
        return alert.model_copy(update={"quiet": "muted", "mute": mute.code})
    if alert.place.name and (alert.place.namespace, alert.place.name) in elsewhere:
        return alert.model_copy(update={"quiet": "told"})
    return alert
