"""The life of an alert's card: posted once, brought up to date while it fires, closed when it is over, opened again when it flaps.

A card and what the book says of it are written together, so that a crash in between posts nothing twice (I4).
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from adapters.types import Conversation
from bot import deliveries
from bot.alerts import book, cards, mute_book
from bot.alerts.alert import Alert, Source, grouped
from bot.alerts.book import ASIDE, CHUNK, Entry
from bot.alerts.cards import Shape
from bot.alerts.hush import hushed
from bot.alerts.inspection import Inspection
from bot.alerts.overflow import Overflow
from bot.alerts.rhythm import Rhythm
from bot.alerts.sorting import Sorted, sort_out, worsened
from bot.answers import Told
from bot.clock import Clock, stamp
from bot.deliveries import stable_id
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words
from executor.cluster import Reader
from executor.diagnosis import Diagnosis

log = structlog.get_logger()

MOST_CARDS = 12
"""New cards in an hour; a storm is told on one card more."""
FEW_CARDS = 3
"""The same while a platform's calls of this month are scarce: what people ask for has to be answered until its end."""
HOUR = timedelta(hours=1)
T = TypeVar("T")


class Desk:
    """`to` are the ops conversations. `thinks`: there is a model that could be asked. `scarce`: calls of a platform are."""

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
        scarce: Callable[[], bool] = lambda: False,
        rhythm: Rhythm | None = None,
        thinks: bool = False,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._router = router
        self._words = words
        self._clock = clock
        self._to = to
        self._cards_an_hour = most
        self._scarce = scarce
        self._rhythm = rhythm or Rhythm()
        self._thinks = thinks
        self._overflow = Overflow(store, router, words, self._rhythm, to=to)
        self._turn = asyncio.Lock()
        self._round = Inspection(cluster)

    async def settle(self, source: Source, alerts: Sequence[Alert], *, complete: bool = True) -> int:
        """These fire, and of this source nothing else does if that is `complete`. How many groups they are."""
        async with self._turn:
            now = self._clock()
            self._round = Inspection(self._cluster)
            known = await book.of_source(self._store, source)
            groups = await self._groups(source, alerts, now)
            found = await asyncio.to_thread(sort_out, groups, known, now, self._rhythm)
            await self._by_parts(found.new, lambda tx, part: book.begin(tx, part, now))
            await self._by_parts(found.changed, book.seen)
            await self._tell(found, now)
            if complete:
                await self._miss(source, found.gone, now)
            await self._overflow.tell(now, self._most())
            await self._store.write(lambda tx: _forget(tx, now))
            return len(groups)

    def _most(self) -> int:
        return min(self._cards_an_hour, FEW_CARDS) if self._scarce() else self._cards_an_hour

    async def doubt(self, source: Source, since: datetime) -> None:
        """Nobody has answered since then who could say what of this source still fires: nothing is closed, and its cards say so."""
        async with self._turn:
            for entry in (await book.of_source(self._store, source)).values():
                if entry.closed_at is None and not entry.aside:
                    await self._set_aside(entry, "unknown", since)

    async def _groups(self, source: Source, alerts: Sequence[Alert], now: datetime) -> tuple[Alert, ...]:
        mutes = await mute_book.in_force(self._store, now)
        elsewhere = await book.places_told(self._store) if source == "events" else frozenset()
        return await asyncio.to_thread(lambda: grouped(hushed(each, mutes, elsewhere) for each in alerts))

    async def _tell(self, found: Sorted, now: datetime) -> None:
        """The new ones first, as many as there is room for."""
        for alert, entry in found.quiet:
            await self._set_aside(entry, alert.quiet, now, alert)
        room = self._most() - await book.cards_since(self._store, now - HOUR)
        for alert in found.new:
            if room <= 0:
                break
            begun = await book.by_key(self._store, alert.key)
            if begun is not None:
                room -= await self._show(alert, begun, now, room=room)
        for alert, before in found.due:
            if before.muted(now) or (not before.card_id and room <= 0):
                continue
            back = await book.by_key(self._store, alert.key) if before.closed_at else None
            room -= await self._show(alert, back or before, now, room=room, worse=worsened(alert, before))

    async def _show(self, alert: Alert, entry: Entry, now: datetime, *, room: int = 0, worse: bool = False) -> int:
        """Bring its card up to date; how many new cards were posted."""
        waits = entry.shown_at is not None and not worse and not entry.aside
        if entry.muted(now) or (waits and self._round.spent):
            return 0
        diagnosis = await self._round.of(alert)
        if self._round.dark and waits:
            return 0  # what was found before is worth more than nothing
        told = _told(alert, entry, diagnosis)
        moves = entry.carded_at is not None and room > 0 and self._moves(now - entry.carded_at, worse=worse)
        if told == entry.told and entry.shown_at is not None and not moves:
            await self._store.write(lambda tx: book.shown(tx, entry.key, told, now))
            return 0
        new = moves or not entry.card_id
        card_id = stable_id("alert", entry.key, stamp(entry.since), stamp(now)) if new else entry.card_id
        shape = Shape(entry, alert, diagnosis, self._thinks)
        drawn = cards.firing(self._words, card_id, shape, self._rhythm.patience(entry.returns))
        await self._put(entry, drawn, told, now)
        log.info("alert.shown", card=card_id, new=new)
        return int(new)

    def _moves(self, age: timedelta, *, worse: bool) -> bool:
        """Whether a card of that age is to be left for a new one."""
        return age >= self._rhythm.lives or (worse and age >= self._rhythm.wakes_again)

    async def _put(self, entry: Entry, drawn: Told, told: str, now: datetime) -> None:
        async def put(tx: Transaction) -> None:
            current = await book.by_key(tx, entry.key)
            if current is None or current.muted(now):
                return  # muted while the cluster was being looked at
            if entry.card_id == drawn.card.id:
                await deliveries.put_card(tx, drawn.card, now, commands=drawn.commands, reopens=True)
            else:
                if left := await deliveries.card_of(tx, entry.card_id):
                    await deliveries.put_card(tx, cards.left(self._words, left), now, commands={})
                await self._router.send_card(drawn.card, self._to, commands=drawn.commands, within=tx)
                await book.carded(tx, entry.key, drawn.card.id, now)
            await book.shown(tx, entry.key, told, now)

        await self._store.write(put)
        self._router.wake()

    async def _set_aside(self, entry: Entry, why: str, since: datetime, alert: Alert | None = None) -> None:
        """Its card says that it is quiet or not known, until it can say more. Said once."""
        told = f"{ASIDE}{why} {alert.mute if alert else ''}"
        if not entry.card_id or entry.told == told or entry.muted(self._clock()):
            return

        async def put(tx: Transaction) -> None:
            current = await book.by_key(tx, entry.key)
            card = await deliveries.card_of(tx, entry.card_id)
            if card is None or current is None or current.muted(self._clock()):
                return
            if alert is None:
                card = cards.unknown(self._words, card, entry.alert.source, since)
                await deliveries.put_card(tx, card, self._clock())
            else:
                drawn = cards.quiet(self._words, card, alert)
                await deliveries.put_card(tx, drawn.card, self._clock(), commands=drawn.commands)
            await book.shown(tx, entry.key, told, self._clock())

        await self._store.write(put)
        self._router.wake()
        log.info("alert.set_aside", card=entry.card_id, why=why)

    async def _miss(self, source: Source, gone: Sequence[Entry], now: datetime) -> None:
        """Their source did not name them: noted at first, and believed after a while; of an event only when nothing is found wrong,
        as recorders fall silent about what goes on."""
        missed = [entry.key for entry in gone if entry.missing_since is None]
        over: list[tuple[Entry, bool]] = []
        for entry in gone:
            if entry.missing_since is None or now - entry.missing_since < self._rhythm.patience(entry.returns):
                continue
            if source == "events" and entry.card_id and not await self._is_well(entry, now):
                continue
            ill = source == "alertmanager" and bool(entry.card_id) and await self._is_ill(entry)
            over.append((entry, ill))
        await self._by_parts(missed, lambda tx, part: book.missed(tx, part, now))
        await self._by_parts(over, lambda tx, part: self._close(tx, part, now))
        if over:
            self._router.wake()

    async def _is_ill(self, entry: Entry) -> bool:
        """Whether its object is seen to be ill although nobody reports it any more: what measures it may have failed itself."""
        return not self._round.spent and await self._round.is_ill(entry.alert) and not self._round.dark

    async def _is_well(self, entry: Entry, now: datetime) -> bool:
        """Asked as rarely as a card is drawn."""
        if entry.shown_at is not None and now - entry.shown_at < self._rhythm.look_again:
            return False
        if not self._round.spent and not await self._round.is_ill(entry.alert):
            return True
        if self._round.dark:
            await self._set_aside(entry, "unknown", entry.missing_since or now)
        elif entry.aside:
            await self._show(entry.alert, entry, now)
        else:
            await self._store.write(lambda tx: book.shown(tx, entry.key, entry.told, now))
        return False

    async def _close(self, tx: Transaction, over: Sequence[tuple[Entry, bool]], now: datetime) -> None:
        for entry, ill in over:
            await book.close(tx, entry.key, now)
            card = await deliveries.card_of(tx, entry.card_id) if entry.card_id else None
            if card is not None:
                lasted = (entry.missing_since or now) - entry.since
                card = cards.resolved(self._words, card, lasted, entry.alert.source, ill=ill)
                await deliveries.put_card(tx, card, now, commands={})
                log.info("alert.resolved", card=entry.card_id)

    async def _by_parts(
        self, many: Sequence[T], body: Callable[[Transaction, Sequence[T]], Coroutine[Any, Any, None]]
    ) -> None:
        """A storm's thousands in several transactions: others write in between."""
        for start in range(0, len(many), CHUNK):

            async def written(tx: Transaction, part: Sequence[T] = many[start : start + CHUNK]) -> None:
                await body(tx, part)

            await self._store.write(written)


def _told(alert: Alert, entry: Entry, diagnosis: Diagnosis | None) -> str:
    """What a reader would notice: not every line of a log that moves on."""
    found = diagnosis.findings if diagnosis else ()
    count = alert.count if alert.source == "alertmanager" else alert.count.bit_length()
    parts = [alert.name, alert.severity, str(count), str(entry.returns), alert.summary, alert.detail, *alert.labels]
    parts += [each.url for each in alert.links]
    parts += [f"{each.target} {each.cause.code}" for each in found]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def _forget(tx: Transaction, now: datetime) -> None:
    await book.forget(tx, now)
    await mute_book.forget(tx, now)
