"""What fires and what is muted, for whoever asks. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.alerts.book import Entry
from bot.alerts.matchers import worded
from bot.alerts.mute_book import MuteEntry
from bot.answers import Told, notice
from bot.words import Words
from cards.model import Button, Section, Table, Tone

MOST_ROWS = 20
MOST_BUTTONS = 5


def alerts_page(words: Words, card_id: str, firing: Sequence[Entry], now: datetime, *, told: bool) -> Told:
    """`firing`: the worst first. Not `told`: nobody watches."""
    if not firing:
        text = words("alert.list_none") if told else words("alert.list_nobody")
        return notice(words, card_id, words("alert.list_title"), text, tone=Tone.SUCCESS if told else Tone.WARNING)
    counts = Counter(entry.alert.severity for entry in firing)
    quiet = sum(bool(entry.alert.quiet) or entry.muted(now) for entry in firing)
    text = words(
        "alert.list_count",
        count=len(firing),
        critical=counts["critical"],
        warning=counts["warning"],
        info=counts["info"],
        quiet=quiet,
    )
    rows = tuple(_row(words, entry, now) for entry in firing[:MOST_ROWS])
    columns = (words("alert.list_alert"), words("alert.list_place"), words("alert.severity"), words("page.code"))
    card = notice(words, card_id, words("alert.list_title"), text, tone=Tone.WARNING).card
    more = len(firing) - MOST_ROWS
    changed = {
        "sections": (Section(title="", body=Table(columns=columns, rows=rows)),),
        "footer": (words("answer.more", count=more),) if more > 0 else (),
    }
    return Told(card.model_copy(update=changed))


def _row(words: Words, entry: Entry, now: datetime) -> tuple[str, ...]:
    alert = entry.alert
    name = words(f"alert.own.{alert.name}") if alert.source == "steward" else alert.name or words("alert.nameless")
    severity = words(f"alert.severities.{alert.severity}")
    if alert.quiet or entry.muted(now):
        why = alert.quiet or "muted"
        severity = f"{severity} · {words(f'alert.quiet_tags.{why}')}"
    return (name, str(alert.place) or "-", severity, entry.code)


def mutes_page(words: Words, card_id: str, by_code: Sequence[Entry], by_labels: Sequence[MuteEntry]) -> Told:
    """A row and a button that ends it for each mute in force."""
    found = [(each.until, each.code, worded(each.matchers), each.by_name) for each in by_labels]
    found += [
        (each.muted_until, each.code, f"{each.alert.name} {each.alert.place}".strip(), each.muted_by)
        for each in by_code
        if each.muted_until is not None
    ]
    if not found:
        return notice(words, card_id, words("alert.mutes_title"), words("alert.mutes_none"))
    found.sort()
    card = notice(words, card_id, words("alert.mutes_title"), words("alert.mutes_count", count=len(found))).card
    rows = tuple((what, f"{until.astimezone():%m-%d %H:%M}", by or "-", code) for until, code, what, by in found)
    columns = (words("alert.mute_what"), words("alert.mute_until"), words("alert.mute_by"), words("page.code"))
    more = len(found) - MOST_ROWS
    buttons = tuple(
        Button(
            id=f"unmute-{number}",
            text=f"{words('alert.unmute')} {code}",
            twin=words("alert.unmute_command", code=code),
        )
        for number, (_, code, _, _) in enumerate(found[:MOST_BUTTONS], start=1)
    )
    changed = {
        "sections": (Section(title="", body=Table(columns=columns, rows=rows[:MOST_ROWS])),),
        "buttons": buttons,
        "footer": (words("answer.more", count=more),) if more > 0 else (),
    }
    return Told(card.model_copy(update=changed), {button.id: button.twin or "" for button in buttons})
