"""An alert as a card, and what is one too many as lines of another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot import answers, asking
from bot.alerts.alert import Alert, Source
from bot.alerts.book import Entry
from bot.alerts.subject import askable
from bot.answers import Told
from bot.words import Words
from cards.model import Button, Card, Fact, LogLines, Prose, Section, Tone
from executor.diagnosis import Diagnosis

MOST_ROWS = 20
_TONES = {"critical": Tone.FAILURE, "warning": Tone.WARNING, "info": Tone.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a card is drawn from. `thinks`: there is a model, which has not been asked about it."""

    entry: Entry
    alert: Alert
    diagnosis: Diagnosis | None
    thinks: bool = False


def firing(words: Words, card_id: str, shape: Shape, patience: timedelta) -> Told:
    """What fires, why as far as rules tell, and what can be done about it. Steps are typed in full: a number would answer the
    question that was asked last, and nobody asked for this card. `patience`: how long it has to be gone."""
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
        if not shape.thinks:
            footer.append(words("answer.by_rules"))
    elif shape.diagnosis is not None and shape.diagnosis.ready:
        said.append(words("alert.looks_well", target=str(shape.diagnosis.target)))
    if shape.entry.returns:
        span = duration(words, patience)
        footer.append(words("alert.returns", count=shape.entry.returns, span=span))
    again = _again(words, shape)
    if again and shape.thinks:
        footer.append(words("alert.no_model"))
    card = Card(
        id=card_id,
        kind="diagnosis",
        language=words.language,
        tone=_TONES[alert.severity],
        title=_title(words, alert),
        tag=words("alert.firing"),
        summary="\n".join(said),
        facts=_facts(words, alert, shape.entry.since, shape.entry.returns),
        sections=(*_sections(words, alert), *more),
        buttons=(*steps, *again, mute, *_links(words, alert)),
        footer=tuple(footer),
    )
    return Told(card, {button.id: button.twin for button in card.buttons if button.twin})


def _again(words: Words, shape: Shape) -> tuple[Button, ...]:
    """To have it diagnosed as it is now, by whoever is asked then: a model, where there is one."""
    target = shape.diagnosis.target if shape.diagnosis else askable(shape.alert.place)
    if target is None:
        return ()
    return (Button(id="again", text=words("alert.again"), twin=words("flow.why_command", target=asking.path(target))),)


def _links(words: Words, alert: Alert) -> tuple[Button, ...]:
    """Marked as the alert's own, with the host that they lead to: whoever writes alerts wrote them."""
    return tuple(
        Button(id=each.kind, text=words(f"alert.link_{each.kind}", host=urlsplit(each.url).netloc), url=each.url)
        for each in alert.links
    )


def muted(words: Words, card: Card, code: str, until: datetime, name: str) -> Told:
    """The same card, quiet until then."""
    note = words("alert.muted_until", until=f"{until.astimezone():%m-%d %H:%M}", name=name)
    return _aside(words, card, tag=words("alert.muted"), note=note, unmute=code)


def quiet(words: Words, card: Card, alert: Alert) -> Told:
    """The same card, while something else than a click keeps it quiet."""
    tag, note = words(f"alert.quiet_tags.{alert.quiet}"), words(f"alert.quiet.{alert.quiet}", code=alert.mute)
    return _aside(words, card, tag=tag, note=note, unmute=alert.mute)


def _aside(words: Words, card: Card, *, tag: str, note: str, unmute: str) -> Told:
    command = words("alert.unmute_command", code=unmute)
    buttons = (Button(id="unmute", text=words("alert.unmute"), twin=command),) if unmute else ()
    changed = {"tone": Tone.MUTED, "tag": tag, "buttons": buttons, "footer": (note,)}
    return Told(card.model_copy(update=changed), {"unmute": command} if unmute else {})


def unknown(words: Words, card: Card, source: Source, since: datetime) -> Card:
    """Nobody answers who could say whether it still fires. What can be done about it stays."""
    note = words(f"alert.unknown_{source}", since=f"{since.astimezone():%m-%d %H:%M}")
    kept = card.footer if card.tag == words("alert.firing") else ()
    return card.model_copy(update={"tone": Tone.WARNING, "tag": words("alert.unknown"), "footer": (note, *kept)})


def left(words: Words, card: Card) -> Card:
    """The same alert goes on, on another card further down."""
    changed = {
        "tone": Tone.MUTED,
        "tag": words("alert.left"),
        "buttons": (),
        "footer": (words("alert.left_for"),),
        "final": True,
    }
    return card.model_copy(update=changed)


def resolved(words: Words, card: Card, lasted: timedelta, source: Source, *, ill: bool = False) -> Card:
    """What was found stays to be read; there is nothing left to press. With why it counts as over, and that its object is `ill`
    all the same: an alert also ends when what measures it fails, or when somebody says so."""
    why = "ill" if ill else source
    changed = {
        "tone": Tone.WARNING if ill else Tone.SUCCESS,
        "tag": words("alert.resolved_ill" if ill else "alert.resolved"),
        "facts": (*card.facts[:3], Fact(label=words("alert.lasted"), value=duration(words, lasted))),
        "sections": tuple(_folded(each) for each in card.sections),
        "buttons": (),
        "footer": (words(f"alert.over.{why}"),),
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
        footer=(words("alert.overflow_more", count=more),) if more > 0 else (),
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


def _facts(words: Words, alert: Alert, since: datetime, returns: int) -> tuple[Fact, ...]:
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
    if returns:
        facts.append(Fact(label=words("alert.returned"), value=words("alert.times", count=returns)))
    return tuple(facts)


def _sections(words: Words, alert: Alert) -> tuple[Section, ...]:
    found = []
    if alert.detail:
        found.append(Section(title=words("answer.detail"), body=Prose(text=alert.detail), folded=True))
    if alert.lines:
        found.append(Section(title=words("alert.lines"), body=LogLines(lines=alert.lines), folded=True))
    if alert.links:
        lines = tuple(words(f"alert.url_{each.kind}", url=each.url) for each in alert.links)
        found.append(Section(title=words("alert.links"), body=LogLines(lines=lines), folded=True))
    if alert.labels:
        found.append(Section(title=words("alert.labels"), body=LogLines(lines=alert.labels), folded=True))
    return tuple(found)


def _folded(section: Section) -> Section:
    return section.model_copy(update={"folded": True})
