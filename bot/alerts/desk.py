"""The life of an alert's card: posted once, brought up to date while it fires, closed when it is over, opened again when it flaps.

A card and what the book says of it are written together, so that a crash in between posts nothing twice (I4).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from adapters.types import Conversation, Person
from bot import audit, deliveries
from bot.alerts import book, cards
from bot.alerts.alert import WORST, Alert, Source
from bot.alerts.book import Entry
from bot.alerts.cards import Shape
from bot.alerts.subject import subject_of
from bot.answers import Told
from bot.audit import Entry as Row
from bot.clock import Clock, stamp
from bot.deliveries import stable_id
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words
from cards.model import Card
from executor import triage
from executor.cluster import Reader
from executor.diagnosis import Diagnosis
from executor.errors import ClusterError, Throttled, Unreachable

log = structlog.get_logger()

MOST_CARDS = 12
"""New cards in an hour; a storm is told on one card more."""
HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=5)
"""A card that nobody is in a hurry for is drawn anew so often."""
GRACE = timedelta(seconds=90)
"""An Alertmanager that was restarted knows nothing until Prometheus has told it again, which it does every minute."""
REOPEN = timedelta(minutes=15)
"""What fires again so soon is the same story."""
TRIAGE_SECONDS = 20.0


class Desk:
    """`to` are the ops conversations."""

    def __init__(
        self,
        store: Store,
        cluster: Reader,
        router: NotificationRouter,
        words: Words,
        clock: Clock,
        *,
        to: tuple[Conversation, ...],
        most: int = MOST_CARDS,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._router = router
        self._words = words
        self._clock = clock
        self._to = to
        self._most = most
        self._turn = asyncio.Lock()
        self._dark = False
        """The cluster did not answer in this round: it is not waited for once more."""

    async def settle(self, source: Source, alerts: Sequence[Alert], *, complete: bool = True) -> None:
        """These fire, and of this source nothing else does if that is `complete`."""
        async with self._turn:
            now = self._clock()
            self._dark = False
            known = await book.of_source(self._store, source)
            here = {alert.key for alert in alerts}
            await self._note(alerts, known, now)
            room = self._most - await book.cards_since(self._store, now - HOUR)
            for alert in alerts:
                before = known.get(alert.key)
                entry = before
                if _is_new(before, now):
                    entry = await book.by_key(self._store, alert.key) if room > 0 else None
                if entry is not None:
                    room -= await self._show(alert, before, entry, now, room=room)
            if complete:
                gone = [entry for key, entry in known.items() if key not in here and entry.closed_at is None]
                await self._miss(gone, now)
            await self._tell_overflow(now)
            await self._store.write(lambda tx: book.forget(tx, now))

    async def mute(self, code: str, until: datetime | None, by: Person) -> Entry | None:
        """Keep an alert quiet until then, with None no longer; None when no alert has this code."""
        now = self._clock()
        until = datetime.fromisoformat(stamp(until)) if until else None  # as it is read back: said twice it is the same

        async def noted(tx: Transaction) -> Entry | None:
            entry = await book.by_code(tx, code)
            if entry is None or entry.muted_until == until:
                return entry
            await book.mute(tx, entry.key, until)
            await audit.append(tx, _row(entry, until, by), self._clock)
            card = await deliveries.card_of(tx, entry.card_id) if entry.card_id else None
            if card is not None and entry.closed_at is None and until is not None:
                told = cards.muted(self._words, card, code, until, by.name or by.id)
                await deliveries.put_card(tx, told.card, now, commands=told.commands)
            return entry

        entry = await self._store.write(noted)
        self._router.wake()
        return entry

    async def _note(self, alerts: Sequence[Alert], known: dict[str, Entry], now: datetime) -> None:
        new = [alert for alert in alerts if _is_new(known.get(alert.key), now)]
        old = [alert for alert in alerts if not _is_new(known.get(alert.key), now)]

        async def noted(tx: Transaction) -> None:
            for alert in new:
                await book.begin(tx, alert, now)
            await book.seen(tx, old)

        await self._store.write(noted)

    async def _show(self, alert: Alert, before: Entry | None, entry: Entry, now: datetime, *, room: int) -> int:
        """Bring its card up to date, where that is due; how many new cards were posted."""
        if entry.muted(now) or (not entry.card_id and room <= 0):
            return 0
        worse = before is not None and _rank(alert) < _rank(before.alert)
        if entry.shown_at is not None and now - entry.shown_at < LOOK_AGAIN and not worse:
            return 0
        shape = Shape(entry, alert, await self._look(alert))
        if self._dark and entry.shown_at is not None and not worse:
            return 0  # what was found before is worth more than nothing
        told = _told(shape)
        if told == entry.told and entry.shown_at is not None:
            await self._store.write(lambda tx: book.shown(tx, entry.key, told, now))
            return 0
        card_id = entry.card_id or stable_id("alert", entry.key, stamp(entry.since), stamp(now))
        await self._put(entry, cards.firing(self._words, card_id, shape), told, now)
        log.info("alert.shown", card=card_id, new=not entry.card_id)
        return int(not entry.card_id)

    async def _put(self, entry: Entry, drawn: Told, told: str, now: datetime) -> None:
        async def put(tx: Transaction) -> None:
            current = await book.by_key(tx, entry.key)
            if current is None or current.muted(now):
                return  # muted while the cluster was being looked at
            if entry.card_id:
                await deliveries.put_card(tx, drawn.card, now, commands=drawn.commands, reopens=True)
            else:
                await self._router.send_card(drawn.card, self._to, commands=drawn.commands, within=tx)
                await book.carded(tx, entry.key, drawn.card.id, now)
            await book.shown(tx, entry.key, told, now)

        await self._store.write(put)
        self._router.wake()

    async def _look(self, alert: Alert) -> Diagnosis | None:
        """What the rules say about what it points to; None where that cannot be found or asked."""
        if self._dark:
            return None
        try:
            async with asyncio.timeout(TRIAGE_SECONDS):
                target = await subject_of(self._cluster, alert.place)
                return await triage.diagnose(self._cluster, target) if target else None
        except (Unreachable, Throttled, TimeoutError) as error:
            self._dark = True
            log.info("alert.undiagnosed", key=alert.key, reason=type(error).__name__)
        except ClusterError as error:
            log.info("alert.undiagnosed", key=alert.key, reason=type(error).__name__)
        except Exception:  # our bug with this very object: it would end us again after every start
            log.exception("alert.undiagnosed", key=alert.key)
        return None

    async def _miss(self, gone: Sequence[Entry], now: datetime) -> None:
        """Their source did not name them: noted at first, and believed after a while."""
        if not gone:
            return

        async def noted(tx: Transaction) -> None:
            for entry in gone:
                if entry.missing_since is None:
                    await book.missed(tx, entry.key, now)
                elif now - entry.missing_since >= GRACE:
                    await book.close(tx, entry.key, now)
                    await self._end(tx, entry, entry.missing_since - entry.since, now)

        await self._store.write(noted)
        self._router.wake()

    async def _end(self, tx: Transaction, entry: Entry, lasted: timedelta, now: datetime) -> None:
        card = await deliveries.card_of(tx, entry.card_id) if entry.card_id else None
        if card is not None:
            await deliveries.put_card(tx, cards.resolved(self._words, card, lasted), now, commands={})
            log.info("alert.resolved", card=entry.card_id)

    async def _tell_overflow(self, now: datetime) -> None:
        """One card for all that have none."""
        rest = await book.without_card(self._store, now)
        row = await self._store.row("SELECT card_id, told, shown_at FROM alert_overflow")
        told = ",".join(each.code for each in rest)
        if (row is None and not rest) or (row is not None and row["told"] == told):
            return
        if row is not None and rest and now - datetime.fromisoformat(row["shown_at"]) < LOOK_AGAIN:
            return
        card_id = row["card_id"] if row is not None else stable_id("overflow", stamp(now))
        card: Card = cards.overflow(self._words, card_id, rest, self._most)

        async def put(tx: Transaction) -> None:
            if row is None:
                await self._router.send_card(card, self._to, within=tx)
            else:
                await deliveries.put_card(tx, card, now)
            await tx.execute("DELETE FROM alert_overflow")
            if rest:
                await tx.execute(
                    "INSERT INTO alert_overflow (one, card_id, told, shown_at) VALUES (1, ?, ?, ?)",
                    card_id,
                    told,
                    stamp(now),
                )

        await self._store.write(put)
        self._router.wake()


def _is_new(entry: Entry | None, now: datetime) -> bool:
    return entry is None or (entry.closed_at is not None and now - entry.closed_at > REOPEN)


def _rank(alert: Alert) -> int:
    return WORST.index(alert.severity)


def _told(shape: Shape) -> str:
    """What a reader would notice: not every line of a log that moves on."""
    found = shape.diagnosis.findings if shape.diagnosis else ()
    count = shape.alert.count if shape.alert.source == "alertmanager" else shape.alert.count.bit_length()
    parts = [shape.alert.severity, str(count), shape.alert.summary, shape.alert.detail]
    parts += [f"{each.target} {each.cause.code}" for each in found]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _row(entry: Entry, until: datetime | None, by: Person) -> Row:
    return Row(
        user_id=by.id,
        user_name=by.name,
        action_type="mute" if until else "unmute",
        status="SUCCESS",
        target_resource=f"{entry.alert.name} {entry.alert.place}".strip(),
        platform=by.platform,
        card_id=entry.card_id,
        detail=f"until {stamp(until)}" if until else "",
    )
