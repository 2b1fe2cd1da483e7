"""Mutes by labels, in the store. Their SQL lives here."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.alerts import book
from bot.brain.planner import Matcher
from bot.clock import stamp
from bot.store import Row, Store, Transaction

MATCHERS = TypeAdapter(tuple[Matcher, ...])


@dataclass(frozen=True, slots=True)
class MuteEntry:
    """A mute by labels."""

    code: str
    matchers: tuple[Matcher, ...]
    until: datetime
    by_name: str


def _read_mute(row: Row) -> MuteEntry:
    return MuteEntry(
        row["code"], MATCHERS.validate_json(row["matchers"]), datetime.fromisoformat(row["until"]), row["by_name"]
    )


async def in_force(source: Transaction | Store, now: datetime) -> list[MuteEntry]:
    """Those in force, the one that ends first before the others."""
    rows = await source.rows("SELECT * FROM alert_mutes WHERE until > ? ORDER BY until", stamp(now))
    return [_read_mute(row) for row in rows]


async def add(
    tx: Transaction, matchers: tuple[Matcher, ...], until: datetime, by: str, now: datetime, *, said_in: str
) -> tuple[MuteEntry, bool]:
    """The mute that was made of this message, and whether that was just now."""
    row = await tx.row("SELECT * FROM alert_mutes WHERE said_in = ?", said_in)
    if row is not None:
        return _read_mute(row), False
    made = MuteEntry(await book.free_code(tx), matchers, until, by)
    await tx.execute(
        "INSERT INTO alert_mutes (code, said_in, matchers, until, by_name, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        made.code,
        said_in,
        MATCHERS.dump_json(matchers).decode(),
        stamp(until),
        by,
        stamp(now),
    )
    return made, True


async def end(tx: Transaction, code: str, now: datetime) -> MuteEntry | None:
    """None when there is no such mute in force."""
    row = await tx.row("SELECT * FROM alert_mutes WHERE code = ? AND until > ?", code, stamp(now))
    if row is None:
        return None
    await tx.execute("UPDATE alert_mutes SET until = ? WHERE code = ?", stamp(now), code)
    return _read_mute(row)


async def forget(tx: Transaction, now: datetime) -> None:
    """Those that are long over."""
    await tx.execute("DELETE FROM alert_mutes WHERE until <= ?", stamp(now - book.KEEP))
