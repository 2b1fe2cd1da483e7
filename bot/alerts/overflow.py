"""One card for all alerts that have none of their own."""

from datetime import datetime

from adapters.types import Conversation
from bot import deliveries
from bot.alerts import book, cards
from bot.alerts.rhythm import Rhythm
from bot.clock import stamp
from bot.deliveries import stable_id
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words


class Overflow:
    def __init__(
        self,
        store: Store,
        router: NotificationRouter,
        words: Words,
        rhythm: Rhythm,
        *,
        to: tuple[Conversation, ...],
    ) -> None:
        self._store = store
        self._router = router
        self._words = words
        self._rhythm = rhythm
        self._to = to

    async def tell(self, now: datetime, most: int) -> None:
        """`most` is how many get a card of their own in an hour."""
        rest = await book.without_card(self._store, now)
        row = await self._store.row("SELECT card_id, told, shown_at FROM alert_overflow")
        told = ",".join(each.code for each in rest)
        if (row is None and not rest) or (row is not None and row["told"] == told):
            return
        if row is not None and rest and now - datetime.fromisoformat(row["shown_at"]) < self._rhythm.look_again:
            return
        card_id = row["card_id"] if row is not None else stable_id("overflow", stamp(now))
        card = cards.overflow(self._words, card_id, rest, most)

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
