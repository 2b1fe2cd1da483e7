"""NotificationRouter: brings every copy of a card up to the version in the store (I11).

There is no queue of messages: a copy that is behind is the work, so the last state always wins, a crash loses nothing, and a
platform that was away is caught up with one call per card. Each platform has its carrier and waits for no other.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import structlog

from adapters.types import Adapter, Conversation, Platform
from bot import deliveries, outbox
from bot.carrier import Carrier
from bot.clock import Clock
from bot.pace import FRUGAL, Pace
from bot.store import Store, Transaction
from cards.model import Card

log = structlog.get_logger()

BREATH = 0.2
"""Seconds between two looks of somebody who watches."""
PROGRESS_SECONDS = 0.3
"""Steps on the way are kept together so often; nobody's screen shows more of them."""

OpsConversations = Mapping[Platform, tuple[Conversation, ...]]


class NotificationRouter:
    """Sends cards to where they belong. `run` must be running for anything to go out.

    `ops` are the conversations that see every action besides the one in which it was asked for; `pace` says how often a platform
    shows what is moving; below `public_url` each card has its page, "" where there are none.
    """

    def __init__(
        self,
        store: Store,
        adapters: Mapping[Platform, Adapter],
        clock: Clock,
        *,
        ops: OpsConversations | None = None,
        pace: Callable[[Platform], Pace] = lambda _: FRUGAL,
        watching: set[asyncio.Event] | None = None,
        public_url: str = "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._ops = tuple(each for platform in adapters for each in (ops or {}).get(platform, ()))
        self._watching = set[asyncio.Event]() if watching is None else watching
        self._moving: dict[str, Card] = {}
        self._moved = asyncio.Event()
        self._held: Counter[str] = Counter()
        self._carriers = [
            Carrier(store, adapter, clock, partial(pace, platform), self._held)
            for platform, adapter in adapters.items()
        ]

    async def send_card(
        self,
        card: Card,
        to: tuple[Conversation, ...],
        *,
        action_id: str | None = None,
        commands: Mapping[str, str] | None = None,
        within: Transaction | None = None,
    ) -> None:
        """Store a card and post it to conversations, an action's to the ops conversations as well; the same card id again changes
        nothing. `within` joins a transaction, in which nothing is asked: its options cannot be typed as numbers."""
        if within is not None:
            await self._post(within, card, to, action_id, commands)
        else:
            await self._store.write(partial(self.answer, card=card, to=to, commands=commands, action_id=action_id))

    async def answer(
        self,
        tx: Transaction,
        card: Card,
        to: tuple[Conversation, ...],
        commands: Mapping[str, str] | None = None,
        *,
        action_id: str | None = None,
        page: str = "",
    ) -> None:
        """Post a card in a transaction; where it has options, it is the question that a typed number answers. `page` is a path of
        ours that its link leads to instead of the card's own page."""
        new = await self._post(tx, card, to, action_id, commands, page)
        for conversation in to if new and commands else ():
            await deliveries.ask(tx, conversation, card.id, self._clock())

    async def _post(
        self,
        tx: Transaction,
        card: Card,
        to: tuple[Conversation, ...],
        action_id: str | None,
        commands: Mapping[str, str] | None,
        page: str = "",
    ) -> bool:
        where = self._everywhere(to) if action_id else to
        if self._public_url:
            card = card.model_copy(update={"link": f"{self._public_url}{page or f'/chat?card_id={card.id}'}"})
        tx.afterwards(self.wake)
        return await deliveries.add_card(tx, card, where, self._clock(), action_id=action_id, commands=commands)

    def _everywhere(self, to: tuple[Conversation, ...]) -> tuple[Conversation, ...]:
        places = {(each.platform, each.id): each for each in self._ops}
        return tuple((places | {(each.platform, each.id): each for each in to}).values())

    async def asked(self, conversation: Conversation, number: int) -> str | None:
        """What typing this number in a conversation stands for: option `number` of the last card with options."""
        return await deliveries.asked(self._store, conversation, number)

    async def update_card(self, card: Card) -> Card:
        """Store the next version of a card and show it everywhere; coalesced per copy. Returns it with its version."""
        newer = await self._store.write(lambda tx: deliveries.put_card(tx, card, self._clock()))
        self.wake()
        return newer

    def show_progress(self, card: Card) -> None:
        """Show a step on the way soon, unless a newer one comes first: a hundred cards that move are one transaction now and then,
        not one for each step. Lost in a crash, as the next step is."""
        self._moving[card.id] = card
        self._moved.set()

    async def _keep_progress(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            moving, self._moving = list(self._moving.values()), {}

            async def kept(tx: Transaction, cards: list[Card] = moving) -> None:
                for card in cards:
                    await deliveries.put_card(tx, card, self._clock())

            await self._store.write(kept, patient=True)
            self.wake()
            await asyncio.sleep(PROGRESS_SECONDS)

    async def watch(self, card_id: str) -> AsyncIterator[Card]:
        """The `web` channel: a card as it is and then each newer version, until the final one. Whoever reads slowly misses versions
        in between and never the last one. Ends at once for a card that is not there."""
        woken = asyncio.Event()
        self._watching.add(woken)
        version = 0
        try:
            while True:
                woken.clear()
                newest = await deliveries.version_of(self._store, card_id)
                if newest is None:
                    return
                if newest > version:
                    card = await deliveries.card_of(self._store, card_id)
                    assert card is not None, "cards stay"
                    version = card.version
                    yield card
                    if card.final:
                        return
                else:
                    await asyncio.sleep(
                        BREATH
                    )  # somebody else's card, most likely: a busy hour must not be looked up by each
                await woken.wait()
        finally:
            self._watching.discard(woken)

    def wake(self) -> None:
        """Something may be due."""
        for event in (*(carrier.wake for carrier in self._carriers), *self._watching):
            event.set()

    @asynccontextmanager
    async def answering(self, key: str) -> AsyncIterator[None]:
        """While a click on this copy is being answered it must not be updated (DingTalk facts 4.5 and 5, Feishu facts 6)."""
        self._held[key] += 1
        try:
            yield
        finally:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]
            self.wake()

    async def answered(self, key: str, version: int) -> None:
        """An answer to a click went out with this version of the card, for no call. Whether it was taken nobody says: the line may
        have been dead, or the clicker's client have given up. So this is for versions after which others come."""
        await self._store.write(lambda tx: outbox.shown(tx, key, version, self._clock(), spent=0), patient=True)

    async def run(self) -> None:
        """Deliver for ever, each platform on its own."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_progress())
            for carrier in self._carriers:
                group.create_task(carrier.run())

    async def flush(self, seconds: float) -> None:
        """Wait until nothing that can go out now is left, at most so long: the end of a graceful stop."""
        try:
            async with asyncio.timeout(seconds):
                while not all([await carrier.idle() for carrier in self._carriers]):
                    self.wake()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("router.flush_cut")
