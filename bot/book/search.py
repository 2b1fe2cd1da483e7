"""Finding rows: who, since when, what. One search for chat and for the command line, each read by an index where it can be."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import stamp
from bot.store import Row, Store

MOST_COUNTED = 200
"""Rows beyond a page that are counted one by one: a question costs the same in a full book as in a new one."""
PAGE = 1000
_NEWEST_OF_ALL = (
    "SELECT * FROM audit_logs WHERE timestamp >= ? AND (timestamp, seq) < (?, ?)"
    " ORDER BY timestamp DESC, seq DESC LIMIT ?"
)
_NEWEST_OF_ONE = (
    "SELECT * FROM audit_logs WHERE platform = ? AND user_id = ? AND timestamp >= ? AND (timestamp, seq) < (?, ?)"
    " ORDER BY timestamp DESC, seq DESC LIMIT ?"
)
_ONE_OF = (
    "(user_id = ? OR (platform = ? AND user_id = ?)"
    " OR (platform, user_id) IN (SELECT platform, user_id FROM audit_people WHERE user_name = ?))"
)
_COUNT_ALL = "SELECT count(*) FROM (SELECT 1 FROM audit_logs WHERE timestamp >= ? AND timestamp < ? LIMIT ?)"
_COUNT_ONE = (
    "SELECT count(*) FROM (SELECT 1 FROM audit_logs"
    " WHERE platform = ? AND user_id = ? AND timestamp >= ? AND timestamp < ? LIMIT ?)"
)
_LAST = "9999-12-31"
"""After every time stamp, as text; not a number, which a DATETIME column would take it for."""

Who = tuple[str, str]
"""Platform and id."""
Place = tuple[str, int]
"""Where a row stands in this order: its time stamp and its number."""


@dataclass(frozen=True, slots=True)
class Found:
    """The newest rows first; `count` of all that were asked for, at most MOST_COUNTED more than are shown: then `more` is true."""

    rows: list[Row]
    count: int
    more: bool


async def people(store: Store, text: str) -> tuple[Who, ...]:
    """Who of those in the book is meant by a name, an id or `platform:id`. Several may share a name."""
    platform, colon, user_id = text.partition(":")
    rows = await store.rows(
        "SELECT platform, user_id FROM audit_people WHERE user_name = ? AND user_name <> ''"
        " UNION SELECT platform, user_id FROM audit_people WHERE user_id = ?"
        " UNION SELECT platform, user_id FROM audit_people WHERE ? <> '' AND platform = ? AND user_id = ? ORDER BY 1, 2",
        text,
        text,
        colon,
        platform,
        user_id,
    )
    return tuple((row["platform"], row["user_id"]) for row in rows)


async def newest(
    store: Store,
    who: Sequence[Who] | None,
    since: datetime | None,
    until: datetime | None,
    *,
    limit: int,
    before: Place | None = None,
) -> Found:
    """The newest rows of some people, of everybody with None; of those `before` a row that is known, the next ones."""
    times = (stamp(since) if since else "", stamp(until) if until else _LAST)
    places = (times[0], *(before or (times[1], -1)))
    most = limit + MOST_COUNTED + 1
    if who is None:
        rows = await store.rows(_NEWEST_OF_ALL, *places, limit)
        count = await _count(store, _COUNT_ALL, *times, most)
    else:
        each = [await store.rows(_NEWEST_OF_ONE, *one, *places, limit) for one in who]
        rows = sorted(
            (row for rows in each for row in rows), key=lambda row: (row["timestamp"], row["seq"]), reverse=True
        )
        count = min(sum([await _count(store, _COUNT_ONE, *one, *times, most) for one in who]), most)
    return Found(rows[:limit], min(count, most - 1), count == most)


async def _count(store: Store, sql: str, *values: object) -> int:
    row = await store.row(sql, *values)
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Search:
    """What `steward audit list` and `export` can be asked for; "" and None leave open. `action` may hold `*`; `target` is
    `deployment/nginx` or only `nginx`; `user` a name, an id or `platform:id`."""

    since: datetime | None = None
    until: datetime | None = None
    user: str = ""
    platform: str = ""
    action: str = ""
    status: str = ""
    target: str = ""
    card: str = ""

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """As SQL over audit_logs, and its values."""
        platform, colon, user_id = self.user.partition(":")
        asked: list[tuple[object, str, tuple[object, ...]]] = [
            (self.since, "timestamp >= ?", (self.since and stamp(self.since),)),
            (self.until, "timestamp < ?", (self.until and stamp(self.until),)),
            (
                self.user,
                _ONE_OF,
                (self.user, platform if colon else None, user_id, self.user),
            ),
            (self.platform, "platform = ?", (self.platform,)),
            (self.action, "action_type GLOB ?", (self.action.replace("[", "[[]").replace("?", "[?]"),)),
            (self.status, "status = ?", (self.status.upper(),)),
            (
                self.target,
                "(target_resource = ? OR target_resource GLOB ?)",
                (self.target, f"*/{_literal(self.target)}"),
            ),
            (self.card, "card_id = ?", (self.card,)),
        ]
        parts = [(sql, values) for wanted, sql, values in asked if wanted]
        return " AND ".join(["1", *(sql for sql, _ in parts)]), tuple(value for _, values in parts for value in values)


def _literal(text: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def pages(book: sqlite3.Connection, search: Search, *, upto: int | None = None) -> Iterator[list[sqlite3.Row]]:
    """Everything that fits, oldest first, a page at a time: no more than a page is ever held, and nobody who writes has to wait."""
    condition, values = search.condition()
    sql = f"SELECT * FROM audit_logs WHERE seq > ? AND seq <= ? AND {condition} ORDER BY seq LIMIT {PAGE}"  # noqa: S608
    seq, last = 0, upto if upto is not None else 2**62
    while page := book.execute(sql, (seq, last, *values)).fetchall():
        yield page
        seq = page[-1]["seq"]


def latest(book: sqlite3.Connection, search: Search, limit: int) -> list[sqlite3.Row]:
    """The last rows that fit, oldest of them first."""
    condition, values = search.condition()
    sql = f"SELECT * FROM audit_logs WHERE {condition} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - made above
    return book.execute(sql, (*values, limit)).fetchall()[::-1]
