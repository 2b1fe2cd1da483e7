"""The doctor's look at Alertmanager: asked once, as the daemon asks."""

from bot.alerts.access import access_of
from bot.alerts.alert import grouped
from bot.alerts.away import Away
from bot.alerts.poll import Alertmanager
from bot.look import Look
from bot.settings import Settings
from bot.words import Words
from executor.redact import mask

NAME = "STEWARD_ALERTMANAGER_URL"


async def alertmanager_look(settings: Settings, words: Words) -> Look:
    """Nothing is wrong where there is none: Warning events are watched in any case."""
    access = access_of(settings)
    if not access.url:
        return Look(NAME, well=None, said=words("alertmanager.off"))
    try:
        async with Alertmanager(access) as asked:
            alerts, complete = await asked.firing()
    except Away as away:
        said = words("alertmanager.ill_at", address=access.shown, reason=words.say(away.reason))
        return Look(NAME, well=False, said=mask(said).text)
    if not settings.steward_ops_conversations:
        return Look(NAME, well=False, said=words("alertmanager.nobody"))
    code = "alertmanager.well" if complete else "alertmanager.well_part"
    return Look(NAME, well=True, said=words(code, address=access.shown, count=len(grouped(alerts))))
