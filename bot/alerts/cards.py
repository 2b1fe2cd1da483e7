"""An alert as a card, and what is one too many as lines of another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import answers
from bot.alerts.alert import Alert
from bot.alerts.book import Entry
from bot.answers import Told
from bot.words import Words
from cards.model import Button, Card, Fact, LogLines, Prose, Section, Tone
from executor.diagnosis import Diagnosis

MOST_ROWS = 20
_TONES = {"critical": Tone.FAILURE, "warning": Tone.WARNING, "info": Tone.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a card is drawn from."""

    entry: Entry
    alert: Alert
    diagnosis: Diagnosis | None


def firing(words: Words, card_id: str, shape: Shape) -> Told:
    """What fires, why as far as rules tell, and what can be done about it. Steps are typed in full: a number would answer the
    question that was asked last, and nobody asked for this card."""
    alert, code = shape.alert, shape.entry.code
    seen = shape.diagnosis if shape.diagnosis and shape.diagnosis.findings else None
    why = answers.diagnosis(words, card_id, seen) if seen else None
    said = [alert.summary or words("alert.no_summary")]
    steps: tuple[Button, ...] = ()
    more: tuple[Section, ...] = ()
    mute = Button(id="mute", text=words("alert.mute"), twin=words("alert.mute_command", code=code))
    footer = [words("alert.typed", command=mute.twin or "")]
    if why is not None:
        said.append(words("alert.cause", cause=why.card.summary))
        steps = tuple(button.model_copy(update={"twin": why.commands[button.id]}) for button in why.card.buttons)
        more = tuple(_folded(each) for each in why.card.sections)
        footer.append(words("answer.by_rules"))
    buttons = (*steps, mute)
    card = Card(
        id=card_id,
        kind="diagnosis",
        language=words.language,
        tone=_TONES[alert.severity],
        title=_title(words, alert),
        tag=words("alert.firing"),
        summary="\n".join(said),
        facts=_facts(words, alert, shape.entry.since),
        sections=(*_sections(words, alert), *more),
        buttons=buttons,
        footer=tuple(footer),
    )
    return Told(card, {button.id: button.twin or "" for button in buttons})


def muted(words: Words, card: Card, code: str, until: datetime, name: str) -> Told:
    """The same card, quiet until then."""
    command = words("alert.unmute_command", code=code)
    changed = {
        "tone": Tone.MUTED,
        "tag": words("alert.muted"),
        "buttons": (Button(id="unmute", text=words("alert.unmute"), twin=command),),
        "footer": (words("alert.muted_until", until=f"{until.astimezone():%m-%d %H:%M}", name=name),),
    }
    return Told(card.model_copy(update=changed), {"unmute": command})


def resolved(words: Words, card: Card, lasted: timedelta) -> Card:
    """What was found stays to be read; there is nothing left to press."""
    changed = {
        "tone": Tone.SUCCESS,
        "tag": words("alert.resolved"),
        "facts": (*card.facts[:3], Fact(label=words("alert.lasted"), value=duration(words, lasted))),
        "sections": tuple(_folded(each) for each in card.sections),
        "buttons": (),
        "footer": (),
        "final": True,
    }
    return card.model_copy(update=changed)


def overflow(words: Words, card_id: str, entries: Sequence[Entry], most: int) -> Card:
    """All that got no card of its own, or that there is nothing such any more."""
    lines = tuple(f"{each.alert.name} · {each.alert.place or '-'} · {each.code}" for each in entries[:MOST_ROWS])
    section = Section(title=words("alert.overflow_list"), body=LogLines(lines=lines))
    more = len(entries) - MOST_ROWS
    return Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.WARNING if entries else Tone.SUCCESS,
        title=words("alert.overflow"),
        tag=words("alert.firing") if entries else words("alert.resolved"),
        summary=words("alert.overflow_text", count=len(entries), most=most)
        if entries
        else words("alert.overflow_over"),
        sections=(section,) if entries else (),
        footer=(words("answer.more", count=more),) if more > 0 else (),
        final=not entries,
    )


def duration(words: Words, lasted: timedelta) -> str:
    minutes = max(1, round(lasted.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return words("alert.days", days=days, hours=hours_left)
    return words("alert.hours", hours=hours, minutes=rest) if hours else words("alert.minutes", minutes=minutes)


def _title(words: Words, alert: Alert) -> str:
    name = words(f"alert.own.{alert.name}") if alert.source == "steward" else alert.name or words("alert.nameless")
    return (
        words("alert.title", name=name, place=str(alert.place))
        if str(alert.place)
        else words("alert.title_bare", name=name)
    )


def _facts(words: Words, alert: Alert, since: datetime) -> tuple[Fact, ...]:
    facts = [
        Fact(
            label=words("alert.severity"),
            value=words(f"alert.severities.{alert.severity}"),
            alarm=alert.severity == "critical",
        ),
        Fact(label=words("alert.source"), value=words(f"alert.sources.{alert.source}")),
        Fact(label=words("alert.since"), value=f"{since.astimezone():%m-%d %H:%M:%S}"),
    ]
    if alert.count > 1:
        facts.append(Fact(label=words("alert.count"), value=str(alert.count)))
    return tuple(facts)


def _sections(words: Words, alert: Alert) -> tuple[Section, ...]:
    found = []
    if alert.detail:
        found.append(Section(title=words("answer.detail"), body=Prose(text=alert.detail), folded=True))
    if alert.lines:
        found.append(Section(title=words("alert.lines"), body=LogLines(lines=alert.lines), folded=True))
    if alert.labels:
        found.append(Section(title=words("alert.labels"), body=LogLines(lines=alert.labels), folded=True))
    return tuple(found)


def _folded(section: Section) -> Section:
    return section.model_copy(update={"folded": True})
