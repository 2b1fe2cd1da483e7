"""Built-in pages: help and status. Pure. Others are in `bot.book.cards` and `bot.people_pages`."""

from collections.abc import Sequence
from datetime import datetime

from bot.actions import Action
from bot.alerts.ear import Ear, Heard
from bot.answers import Told
from bot.budget import Budget
from bot.lines import LineState
from bot.views import sentence_of
from bot.words import Words
from cards.model import Card, Fact, Prose, Section, Table, Tone
from executor.redact import mask

MOST_ROWS = 20
_WELL = {"up", "retiring"}


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
    lines: Sequence[tuple[str, LineState, datetime | None]],
    cluster: str,
    open_actions: Sequence[Action],
    admins: int,
    budgets: Sequence[Budget] = (),
    ear: Ear | None = None,
    told: bool = True,
    now: datetime,
) -> Told:
    """`lines`: platform, how its line is and when it was last heard; `cluster`: its version, or why it cannot be reached; `told`:
    there is somebody to tell of alerts."""
    facts = [Fact(label=words("page.cluster"), value=cluster), Fact(label=words("page.admins"), value=str(admins))]
    facts += [
        Fact(
            label=words("page.line", platform=words(f"page.platform.{platform}")),
            value=_line(words, state, heard, now),
            alarm=state.state not in _WELL,
        )
        for platform, state, heard in lines
    ]
    facts += [budget_fact(words, budget) for budget in budgets]
    deaf = ear is not None and ear.present is not None and ear.present.state == "down"
    if ear is not None:
        facts.append(
            Fact(label=words("alertmanager.name"), value=_alertmanager(words, ear.present, now, told=told), alarm=deaf)
        )
    rows = tuple(
        (action.code, words(f"card.state.{action.state.lower()}"), words.say(sentence_of(action.order)))
        for action in open_actions[:MOST_ROWS]
    )
    columns = (words("page.code"), words("page.state"), words("page.operation"))
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.NEUTRAL if admins and not deaf and all(line.state in _WELL for _, line, _ in lines) else Tone.WARNING,
        title=words("page.status"),
        summary=words("page.open", count=len(open_actions)) if admins else words("access.no_admin_bound"),
        facts=tuple(facts),
        sections=(Section(title=words("page.open_actions"), body=Table(columns=columns, rows=rows)),) if rows else (),
        final=True,
    )
    return Told(card)


def _line(words: Words, state: LineState, heard: datetime | None, now: datetime) -> str:
    """In words: how it is, since when, when it was last heard, and why it is not well."""
    since = state.since.astimezone().strftime("%m-%d %H:%M:%S")
    seconds = 0 if heard is None else max(int((now - heard).total_seconds()), 0)
    parts = [
        words(f"page.line_state.{state.state}", since=since),
        words("page.never") if heard is None else words("page.seconds_ago", seconds=seconds),
    ]
    if state.reason and state.state not in _WELL:
        parts.append(mask(state.reason).text)
    return words("page.comma").join(parts)


def _alertmanager(words: Words, heard: Heard | None, now: datetime, *, told: bool) -> str:
    if heard is None:
        return words("alertmanager.off") if told else words("alert.list_nobody")
    since = heard.since.astimezone().strftime("%m-%d %H:%M:%S")
    if heard.state == "up":
        seconds = max(int((now - heard.last_heard).total_seconds()), 0) if heard.last_heard else 0
        code = "alertmanager.up" if heard.complete else "alertmanager.cut_list"
        return words(code, since=since, groups=heard.groups, seconds=seconds)
    if heard.reason is None:
        return words("alertmanager.waiting")
    return mask(words("alertmanager.down", since=since, reason=words.say(heard.reason))).text


def budget_fact(words: Words, budget: Budget) -> Fact:
    """How many of the month's calls are used."""
    if not budget.limit:
        return Fact(label=words("page.budget"), value=words("page.budget_unlimited", used=budget.used))
    note = words(f"page.budget_{budget.level}") if budget.level in {"scarce", "spent"} else ""
    value = words("page.budget_used", used=budget.used, limit=budget.limit, note=note)
    return Fact(label=words("page.budget"), value=value)
