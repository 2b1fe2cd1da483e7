"""Built-in pages: help, status, who am I. Pure. The audit book's page is in `bot.book.cards`."""

from collections.abc import Sequence
from datetime import datetime

from adapters.types import Person
from bot.actions import Action
from bot.answers import Told, notice
from bot.views import sentence
from bot.words import Words
from cards.model import Card, Fact, Prose, Section, Table, Tone

MOST_ROWS = 20


def help_page(words: Words, card_id: str) -> Told:
    sections = tuple(
        Section(title=words(f"page.help_{part}"), body=Prose(text=words(f"page.help_{part}_text")))
        for part in ("read", "why", "change", "decide", "more")
    )
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        title=words("page.help"),
        summary=words("page.help_summary"),
        sections=sections,
        final=True,
    )
    return Told(card)


def status_page(
    words: Words,
    card_id: str,
    *,
    lines: Sequence[tuple[str, datetime | None]],
    cluster: str,
    open_actions: Sequence[Action],
    admins: int,
    now: datetime,
) -> Told:
    """`lines`: platform and when it was last heard; `cluster`: its version, or why it cannot be reached."""
    facts = [Fact(label=words("page.cluster"), value=cluster), Fact(label=words("page.admins"), value=str(admins))]
    for platform, heard in lines:
        ago = (
            words("page.never")
            if heard is None
            else words("page.seconds_ago", seconds=int((now - heard).total_seconds()))
        )
        facts.append(Fact(label=words("page.line", platform=words(f"page.platform.{platform}")), value=ago))
    rows = tuple(
        (action.code, words(f"card.state.{action.state.lower()}"), words.say(sentence(action.order.operation)))
        for action in open_actions[:MOST_ROWS]
    )
    columns = (words("page.code"), words("page.state"), words("page.operation"))
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.NEUTRAL if admins else Tone.WARNING,
        title=words("page.status"),
        summary=words("page.open", count=len(open_actions)) if admins else words("access.no_admin_bound"),
        facts=tuple(facts),
        sections=(Section(title=words("page.open_actions"), body=Table(columns=columns, rows=rows)),) if rows else (),
        final=True,
    )
    return Told(card)


def whoami_page(words: Words, card_id: str, person: Person, *, admin: bool) -> Told:
    text = words(
        "page.whoami_admin" if admin else "page.whoami_member", name=person.name, id=f"{person.platform}:{person.id}"
    )
    return notice(words, card_id, words("page.whoami"), text)
