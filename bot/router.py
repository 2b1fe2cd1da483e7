"""NotificationRouter: brings every copy of a card up to the version in the store (I11).

There is no queue of messages: a copy that is behind is the work, so the last state always wins, a crash loses nothing, and a
platform that was away is caught up with one call per card. A copy waits in the store until its platform may be called; only then
is its newest version read. Steps on the way are shown as often as the platform's pace allows, the final card always.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal

import structlog

from adapters.errors import CredentialsRejected, MessageGone, Refused, Throttled, Unreachable
from adapters.types import Adapter, Conversation, Platform, Sent
from bot import deliveries
from bot.clock import Clock
from bot.deliveries import Delivery, Due
from bot.pace import FRUGAL, Pace
from bot.rates import Rates
from bot.store import Store, Transaction
from cards.model import Card
from cards.phrases import phrases

log = structlog.get_logger()

PARALLEL = 16
"""Calls of one platform at once: one that hangs does not hold the others up."""
LOOK_AHEAD = 500
"""Due copies that are looked at when some of them must wait for their turn."""
SLOWEST_RETRY = 60.0
OLDEST = timedelta(days=14)
"""Platforms refuse to touch older messages (Feishu 230031); retries end there."""
IDLE = 30.0
"""Seconds between looks when nothing is due: only a backstop, changes wake the router."""

OpsConversations = Mapping[Platform, tuple[Conversation, ...]]


class NotificationRouter:
    """Sends cards to where they belong. `run` must be running for anything to go out.

    `ops` are the conversations that see every action besides the one in which it was asked for. `pace` is asked each time, since a
    budget that runs out slows it down.
    """

    def __init__(
        self,
        store: Store,
        adapters: Mapping[Platform, Adapter],
        clock: Clock,
        *,
        ops: OpsConversations | None = None,
        pace: Callable[[Platform], Pace] = lambda _: FRUGAL,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._pace = pace
        self._ops = tuple(each for platform in adapters for each in (ops or {}).get(platform, ()))
        self._wake = {platform: asyncio.Event() for platform in adapters}
        self._watching: set[asyncio.Event] = set()
        self._held: Counter[str] = Counter()
        self._under_way: dict[Platform, set[str]] = {platform: set() for platform in adapters}

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
        nothing. `within` joins a transaction: the caller then calls `wake` after it."""
        where = self._everywhere(to) if action_id else to
        if within is not None:
            await deliveries.add_card(within, card, where, self._clock(), action_id=action_id, commands=commands)
            return

        async def added(tx: Transaction) -> None:
            new = await deliveries.add_card(tx, card, where, self._clock(), action_id=action_id, commands=commands)
            for conversation in where if new and commands else ():
                await deliveries.ask(tx, conversation, card.id, self._clock())

        await self._store.write(added)
        self.wake()

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

    async def watch(self, card_id: str) -> AsyncIterator[Card]:
        """The `web` channel: a card as it is and then each newer version, until the final one. Whoever reads slowly misses versions
        in between and never the last one. Ends at once for a card that is not there."""
        woken = asyncio.Event()
        self._watching.add(woken)
        version = 0
        try:
            while True:
                woken.clear()
                card = await deliveries.card_of(self._store, card_id)
                if card is not None and card.version > version:
                    version = card.version
                    yield card
                if card is None or card.final:
                    return
                await woken.wait()
        finally:
            self._watching.discard(woken)

    def wake(self) -> None:
        """Something may be due."""
        for event in (*self._wake.values(), *self._watching):
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
        """The platform took the answer to a click with this version of the card: no call was spent."""
        await self._store.write(lambda tx: deliveries.shown(tx, key, version, self._clock(), spent=0))

    async def run(self) -> None:
        """Deliver for ever, each platform on its own."""
        async with asyncio.TaskGroup() as group:
            for platform, adapter in self._adapters.items():
                group.create_task(self._serve(platform, adapter, group), name=f"router:{platform}")

    async def flush(self, seconds: float) -> None:
        """Wait until nothing that can go out now is left, at most so long: the end of a graceful stop."""
        try:
            async with asyncio.timeout(seconds):
                while any([await self._due(platform) for platform in self._adapters]) or any(self._under_way.values()):
                    self.wake()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("router.flush_cut")

    async def _due(self, platform: Platform) -> list[Due]:
        ready = await deliveries.due(self._store, platform, self._clock(), LOOK_AHEAD)
        return [copy for copy in ready if copy.key not in self._held and copy.key not in self._under_way[platform]]

    async def _serve(self, platform: Platform, adapter: Adapter, group: asyncio.TaskGroup) -> None:
        wake, under_way = self._wake[platform], self._under_way[platform]
        rates = Rates(adapter.rate, asyncio.get_running_loop().time)

        async def deliver(copy: Due) -> None:
            try:
                await self._bring_up(adapter, copy)
            finally:
                under_way.discard(copy.key)
                wake.set()

        while True:
            wake.clear()
            soonest = IDLE
            for copy in await self._put_off(platform, await self._due(platform)):
                if len(under_way) >= PARALLEL:
                    break
                if (wait := rates.wait(copy)) > 0:
                    soonest = min(soonest, wait)
                    continue
                rates.take(copy)
                under_way.add(copy.key)
                group.create_task(deliver(copy))
            upcoming = await deliveries.next_due(self._store, platform, self._clock())
            if upcoming is not None:
                soonest = min(soonest, (upcoming - self._clock()).total_seconds())
            try:
                async with asyncio.timeout(max(soonest, 0.02)):
                    await wake.wait()
            except TimeoutError:
                pass

    async def _put_off(self, platform: Platform, ready: list[Due]) -> list[Due]:
        """Those whose pace does not say later."""
        now, pace = self._clock(), self._pace(platform)
        later: list[tuple[Due, datetime]] = []
        for copy in ready:
            wait = pace.wait(copy)
            until = now + timedelta(days=1) if wait is None else (copy.touched_at or now) + timedelta(seconds=wait)
            if wait != 0.0 and until > now:
                later.append((copy, until))
        if later:
            await self._store.write(lambda tx: deliveries.put_off(tx, later))
        waiting = {copy.key for copy, _ in later}
        return [copy for copy in ready if copy.key not in waiting]

    async def _bring_up(self, adapter: Adapter, due: Due) -> None:
        """One copy, to the newest version that there is now."""
        copy = await deliveries.behind(self._store, due.key)
        if copy is None or copy.key in self._held:
            return
        try:
            sent, spent = await self._deliver(adapter, copy)
        except Unreachable as error:
            delay = random.uniform(0.5, 1.0) * min(SLOWEST_RETRY, 2.0**copy.attempts)  # noqa: S311 - jitter, not a secret
            await self._later(copy, delay, str(error))
        except Throttled as error:
            await self._later(copy, error.retry_after, str(error))
        except CredentialsRejected as error:
            await self._later(copy, SLOWEST_RETRY, str(error))
        except MessageGone as error:
            await self._turn(copy, "text" if copy.message_id and not copy.as_text else "gone", str(error))
        except Refused as error:
            await self._turn(copy, "gone" if copy.as_text else "text", str(error))
        except Exception as error:  # our bug with this very card, which would end us again after every start
            log.exception("card.failed", card=copy.card.id)
            await self._turn(copy, "gone" if copy.as_text else "text", type(error).__name__)
        else:
            await self._shown(adapter, copy, sent, spent)

    async def _deliver(self, adapter: Adapter, copy: Delivery) -> tuple[Sent | None, int]:
        """Where the copy is if that is news, and the calls spent on updating it."""
        if copy.as_text:
            key = deliveries.stable_id(copy.key, str(copy.card.version))
            await adapter.say(copy.conversation, _in_words(copy), key=key)
            return copy.sent.model_copy(update={"message_id": copy.message_id or copy.key}), 0
        if copy.message_id:
            await adapter.update(copy.sent, copy.card)
            return None, 1
        return await adapter.send(copy.conversation, copy.card, key=copy.key), 0

    async def _shown(self, adapter: Adapter, copy: Delivery, sent: Sent | None, spent: int) -> None:
        version = copy.card.version
        await self._store.write(
            lambda tx: deliveries.shown(tx, copy.key, version, self._clock(), sent=sent, spent=spent)
        )
        log.info(
            "card.shown",
            card=copy.card.id,
            version=version,
            platform=adapter.platform,
            new=not copy.message_id,
        )

    async def _later(self, copy: Delivery, seconds: float, error: str) -> None:
        now = self._clock()
        if now - copy.changed_at > OLDEST:
            await self._turn(copy, "gone", f"gave up after {OLDEST.days} days: {error}")
            return
        log.warning("card.delayed", card=copy.card.id, reason=error, attempts=copy.attempts + 1)
        until = now + timedelta(seconds=seconds)
        await self._store.write(lambda tx: deliveries.retry(tx, copy.key, until, error))

    async def _turn(self, copy: Delivery, state: Literal["text", "gone"], error: str) -> None:
        """The platform will not have this card, or has lost it: words instead, now and at the end; or nothing any more."""
        log.error("card.refused" if state == "text" else "card.gone", card=copy.card.id, reason=error)
        await self._store.write(lambda tx: deliveries.turn(tx, copy.key, state, error))


def _in_words(copy: Delivery) -> Card:
    """The card for a message that is no card, saying why it is none."""
    why = phrases(copy.card).in_words.format(why=copy.error or "?")
    return copy.card.model_copy(update={"footer": (*copy.card.footer, why)})
