"""What fires and fired, in the store: which card tells of it, since when, muted until when. SQL of alerts lives here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.actions import new_code
from bot.alerts.alert import Alert, Source
from bot.clock import stamp
from bot.store import Row, Store, Transaction

KEEP = timedelta(days=7)
"""How long the code of something that is over can still be muted."""


ASIDE = "aside "
CHUNK = 100
"""Rows in one transaction: a storm's thousands must not keep a click waiting."""


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    code: str
    alert: Alert
    """As it was seen last."""
    told: str
    card_id: str
    since: datetime
    carded_at: datetime | None
    shown_at: datetime | None
    missing_since: datetime | None
    closed_at: datetime | None
    muted_until: datetime | None
    muted_by: str
    returns: int
    """How often it came back soon after it seemed over."""

    @property
    def aside(self) -> bool:
        """Whether its card shows something else than what fires: that it is quiet, or not known. Then it is drawn as soon as it can
        be."""
        return self.told.startswith(ASIDE)

    def muted(self, now: datetime) -> bool:
        return self.muted_until is not None and now < self.muted_until


def _read(row: Row) -> Entry:
    return Entry(
        key=row["key"],
        code=row["code"],
        alert=Alert.model_validate_json(row["body"], extra="ignore"),
        told=row["told"],
        card_id=row["card_id"],
        since=datetime.fromisoformat(row["since"]),
        carded_at=_time(row["carded_at"]),
        shown_at=_time(row["shown_at"]),
        missing_since=_time(row["missing_since"]),
        closed_at=_time(row["closed_at"]),
        muted_until=_time(row["muted_until"]),
        muted_by=row["muted_by"],
        returns=row["returns"],
    )


def _time(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


async def of_source(store: Store, source: Source) -> dict[str, Entry]:
    """By key, those that are over as well."""
    rows = await store.rows("SELECT * FROM alerts WHERE source = ?", source)
    return await asyncio.to_thread(lambda: {row["key"]: _read(row) for row in rows})  # a storm's are thousands


async def by_code(source: Transaction | Store, code: str) -> Entry | None:
    row = await source.row("SELECT * FROM alerts WHERE code = ?", code)
    return _read(row) if row else None


async def by_key(source: Transaction | Store, key: str) -> Entry | None:
    row = await source.row("SELECT * FROM alerts WHERE key = ?", key)
    return _read(row) if row else None


async def without_card(store: Store, now: datetime) -> list[Entry]:
    """What fires and has no card, although nobody keeps it quiet; the worst first."""
    rows = await store.rows(
        "SELECT * FROM alerts WHERE closed_at IS NULL AND card_id = '' AND coalesce(muted_until, '') <= ?"
        " AND coalesce(json_extract(body, '$.quiet'), '') = ''"
        " ORDER BY CASE json_extract(body, '$.severity') WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, since",
        stamp(now),
    )
    return await asyncio.to_thread(lambda: [_read(row) for row in rows])


async def firing(store: Store) -> list[Entry]:
    """All that fires, quiet or not; the worst first."""
    rows = await store.rows(
        "SELECT * FROM alerts WHERE closed_at IS NULL"
        " ORDER BY CASE json_extract(body, '$.severity') WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, since"
    )
    return await asyncio.to_thread(lambda: [_read(row) for row in rows])


async def muted(store: Store, now: datetime) -> list[Entry]:
    """Those that are muted by their code, the one that ends first before the others."""
    rows = await store.rows("SELECT * FROM alerts WHERE muted_until > ? ORDER BY muted_until", stamp(now))
    return [_read(row) for row in rows]


async def cards_since(store: Store, since: datetime) -> int:
    row = await store.row("SELECT count(*) AS n FROM alerts WHERE carded_at > ?", stamp(since))
    return int(row["n"]) if row else 0


async def places_told(store: Store) -> frozenset[tuple[str, str]]:
    """Namespace and name of each workload of which a card of Alertmanager's tells now."""
    rows = await store.rows(
        "SELECT json_extract(body, '$.place.namespace') AS namespace, json_extract(body, '$.place.name') AS name FROM alerts"
        " WHERE source = 'alertmanager' AND closed_at IS NULL AND card_id <> ''"
    )
    return frozenset((row["namespace"] or "", row["name"]) for row in rows if row["name"])


async def begin(tx: Transaction, alerts: Sequence[Alert], now: datetime) -> None:
    """These fire that did not, or not for long; whoever muted them has muted them still."""
    for alert in alerts:
        await tx.execute(
            "INSERT INTO alerts (key, code, source, body, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
            " body = excluded.body, since = excluded.since, told = '', card_id = '', shown_at = NULL, missing_since = NULL,"
            " closed_at = NULL, returns = 0",
            alert.key,
            await free_code(tx),
            alert.source,
            alert.model_dump_json(),
            stamp(min(alert.since, now)),
        )


async def free_code(tx: Transaction) -> str:
    """Alerts and mutes share theirs: what is typed means one of them."""
    while True:
        code = new_code()
        taken = await tx.row(
            "SELECT 1 FROM alerts WHERE code = ? UNION SELECT 1 FROM alert_mutes WHERE code = ?", code, code
        )
        if taken is None:
            return code


async def seen(tx: Transaction, alerts: Sequence[Alert]) -> None:
    """These fire still."""
    for alert in alerts:
        await tx.execute(
            "UPDATE alerts SET body = ?, missing_since = NULL, returns = returns + (closed_at IS NOT NULL), closed_at = NULL"
            " WHERE key = ?",
            alert.model_dump_json(),
            alert.key,
        )


async def missed(tx: Transaction, keys: Sequence[str], now: datetime) -> None:
    """Their source did not name them."""
    for key in keys:
        await tx.execute("UPDATE alerts SET missing_since = ? WHERE key = ? AND missing_since IS NULL", stamp(now), key)


async def close(tx: Transaction, key: str, now: datetime) -> None:
    """Should it fire again, its card no longer shows that."""
    await tx.execute("UPDATE alerts SET closed_at = ?, shown_at = NULL WHERE key = ?", stamp(now), key)


async def carded(tx: Transaction, key: str, card_id: str, now: datetime) -> None:
    await tx.execute("UPDATE alerts SET card_id = ?, carded_at = ? WHERE key = ?", card_id, stamp(now), key)


async def shown(tx: Transaction, key: str, told: str, now: datetime) -> None:
    await tx.execute("UPDATE alerts SET told = ?, shown_at = ? WHERE key = ?", told, stamp(now), key)


async def mute(tx: Transaction, key: str, until: datetime | None, by: str) -> None:
    await tx.execute(
        "UPDATE alerts SET muted_until = ?, muted_by = ?, shown_at = NULL WHERE key = ?",
        stamp(until) if until else None,
        by,
        key,
    )


async def forget(tx: Transaction, now: datetime) -> None:
    """What is long over and no longer muted."""
    await tx.execute(
        "DELETE FROM alerts WHERE closed_at < ? AND coalesce(muted_until, '') <= ?", stamp(now - KEEP), stamp(now)
    )
