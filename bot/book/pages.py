"""The book for the web page: the rows that a card has no room for, with the same filters as in chat. Implements setup_server's
`AuditBook`; reads only."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from bot.book.cards import chain_line, who_of
from bot.book.checks import Checks
from bot.book.periods import span
from bot.book.search import Place, Who, newest, people
from bot.clock import Clock
from bot.store import Row, Store
from bot.words import Words
from setup_server.accounts import Account, Role
from setup_server.audit_book import Asked, Entry, Page
from setup_server.site import Language

ROWS = 50
_CURSOR = re.compile(r"([0-9T:.+-]{10,40})~([0-9]{1,15})")


def page_path(period: str, who: Sequence[Who] | None) -> str:
    """Where all the rows are that a card shows some of."""
    query = [*([("period", period)] if period else []), *(("who", ":".join(one)) for one in who or ())]
    return "/audit" + (f"?{urlencode(query)}" if query else "")


class BookPages:
    def __init__(self, store: Store, words: Mapping[Language, Words], clock: Clock) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._checks = Checks(store, clock)

    async def page(self, asked: Asked, reader: Account, language: Language) -> Page:
        who: list[Who] | None = None
        if asked.who:
            found_people = [await people(self._store, word) for word in asked.who]
            who = sorted({one for several in found_people for one in several})
        times = span(asked.period, self._clock())
        found = await newest(self._store, who, *times, limit=ROWS + 1, before=_place(asked.after))
        rows = found.rows[:ROWS]
        standing = await self._checks.recent()
        return Page(
            entries=tuple(_entry(row, whole=reader.role is Role.ADMINISTRATOR) for row in rows),
            count=found.count,
            more=found.more,
            further=f"{rows[-1]['timestamp']}~{rows[-1]['seq']}" if len(found.rows) > ROWS else "",
            chain=chain_line(self._words[language], standing),
            holds=standing.broken is None,
        )


def _place(after: str) -> Place | None:
    """What is no place begins at the newest."""
    found = _CURSOR.fullmatch(after)
    return (found[1], int(found[2])) if found else None


def _entry(row: Row, *, whole: bool) -> Entry:
    return Entry(
        at=datetime.fromisoformat(row["timestamp"]),
        who=who_of(row),
        action=row["action_type"] or "",
        target=row["target_resource"] or "",
        status=row["status"] or "",
        card_id=row["card_id"] or "",
        command=(row["command_snapshot"] or "") if whole else "",
        detail=(row["detail"] or "") if whole else "",
        origin=" · ".join(filter(None, (row["platform"], row["client_ip"]))) if whole else row["platform"] or "",
    )
