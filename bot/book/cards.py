"""The book on cards: the page that answers a question, and the head of the chain for the ops conversation. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.answers import Told, notice
from bot.book.checks import Standing
from bot.book.search import Found
from bot.store import Row
from bot.words import Words
from cards.model import Card, Code, Fact, Role, Section, Table, Tone

_ACCOUNT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES: tuple[Role, ...] = ("text", "text", "text", "text", "state")


def audit_page(
    words: Words, card_id: str, found: Found, standing: Standing, *, about: Sequence[str] = (), whole: str = ""
) -> Told:
    """The newest rows first. `about` says what was asked for: who, and since when; `whole` is the page that shows all of that."""
    shown = tuple(
        (
            _moment(datetime.fromisoformat(row["timestamp"])),
            who_of(row),
            row["action_type"] or "",
            row["target_resource"] or "",
            row["status"] or "",
        )
        for row in found.rows
    )
    columns = tuple(words(f"page.{name}") for name in ("time", "who", "what", "target", "result"))
    rest = found.count - len(shown)
    more = (words("audit.many_more" if found.more else "answer.more", count=rest),) if rest else ()
    count = words("audit.count_at_least" if found.more else "page.audit_count", count=found.count)
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.WARNING if standing.broken else Tone.NEUTRAL,
        title=words("page.audit"),
        summary=" · ".join((*about, count)),
        sections=(Section(title="", body=Table(columns=columns, rows=shown, roles=ROLES)),) if shown else (),
        footer=(*more, chain_line(words, standing)),
        final=True,
    )
    return Told(card, page=whole)


def chain_line(words: Words, standing: Standing) -> str:
    """What is proven, and what is not: rows from `since` on now, the whole book at some earlier time."""
    if standing.broken:
        return words("page.chain_broken", reason=words.say(standing.broken))
    head, since = standing.head.seq, standing.since + 1
    if standing.whole_at is None:
        part = words("audit.part_holds", since=since, head=head)
        return part if standing.since else words("page.chain_holds", count=head)
    code = "audit.holds_since" if standing.since <= standing.whole_seq else "audit.holds_but_between"
    return words(code, seq=standing.whole_seq, at=_moment(standing.whole_at), since=since, head=head)


def head_notice(words: Words, card_id: str, standing: Standing, now: datetime) -> Told:
    """The end of the chain, for people to keep: with it `steward audit verify --head` finds what was done to older rows, even by
    somebody who made the whole chain anew."""
    if standing.broken:
        text = words("page.chain_broken", reason=words.say(standing.broken))
        return notice(words, card_id, words("audit.head_title"), text, tone=Tone.FAILURE)
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        title=words("audit.head_title"),
        summary=words("audit.head", count=standing.head.seq, at=_moment(now)),
        facts=(Fact(label=words("audit.proof"), value=chain_line(words, standing)),),
        sections=(
            Section(title=words("audit.check_it"), body=Code(text=f"steward audit verify --head {standing.head}")),
        ),
        final=True,
    )
    return Told(card)


def who_of(row: Row) -> str:
    """The name with the id, for several may share a name and anybody can change it. Of an account's id its beginning is enough."""
    name, user_id = row["user_name"] or "", row["user_id"] or ""
    user_id = user_id[:8] if name and _ACCOUNT.fullmatch(user_id) else user_id
    return f"{name} ({user_id})" if name and name != user_id else user_id


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%m-%d %H:%M:%S")
