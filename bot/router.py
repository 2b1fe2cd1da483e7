"""NotificationRouter: brings every copy of a card up to the version in the store (I11).

There is no queue of messages: a copy that is behind is the work, so the last state always wins, a crash loses nothing, and a
platform that was away is caught up with one call per card. Calls are dear (a free DingTalk organisation has 5000 a month), so
that steps on the way are shown rarely and the final card always.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from adapters.errors import CredentialsRejected, MessageGone, Refused, Throttled, Unreachable
from adapters.types import Adapter, Conversation, Platform
from bot import deliveries
from bot.clock import Clock
from bot.deliveries import Delivery
from bot.store import Store, Transaction
from cards.model import Card

log = structlog.get_logger()

BATCH = 16
SLOWEST_RETRY = 60.0
OLDEST = timedelta(days=14)
"""Platforms refuse to touch older messages (Feishu 230031); retries end there."""
IDLE = 30.0
"""Seconds between looks when nothing is due: only a backstop, changes wake the router."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to wait before the 1st, 2nd, … update of a copy that is not the final one; after the last, only the final one."""

    steps: tuple[float, ...] = (3.0, 30.0)

    def wait(self, copy: Delivery) -> float | None:
        """Seconds after the last call until this copy may be shown; None for "not before the final version"."""
        if copy.card.final or not copy.message_id:
            return 0.0
        if copy.as_text:
            return None
        return self.steps[copy.updates] if copy.updates < len(self.steps) else None


class NotificationRouter:
    """Sends cards to where they belong. `run` must be running for anything to go out."""

    def __init__(
        self, store: Store, adapters: Mapping[Platform, Adapter], clock: Clock, pace: Pace | None = None
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._pace = pace or Pace()
        self._wake = {platform: asyncio.Event() for platform in adapters}
        self._held: Counter[str] = Counter()
        self._busy = 0

    async def send_card(
        self,
        card: Card,
        to: tuple[Conversation, ...],
        *,
        action_id: str | None = None,
        commands: Mapping[str, str] | None = None,
        within: Transaction | None = None,
    ) -> None:
        """Store a card and post it to conversations; the same card id again changes nothing. `within` joins a transaction:
        the caller then calls `wake` after it."""
        if within is not None:
            await deliveries.add_card(within, card, to, self._clock(), action_id=action_id, commands=commands)
            return

        async def added(tx: Transaction) -> None:
            new = await deliveries.add_card(tx, card, to, self._clock(), action_id=action_id, commands=commands)
            for conversation in to if new and commands else ():
                await deliveries.ask(tx, conversation, card.id, self._clock())

        await self._store.write(added)
        self.wake()

    async def asked(self, conversation: Conversation, number: int) -> str | None:
        """What typing this number in a conversation stands for: option `number` of the last card with options."""
        return await deliveries.asked(self._store, conversation, number)

    async def update_card(self, card: Card) -> Card:
        """Store the next version of a card and show it everywhere; coalesced per copy. Returns it with its version."""
        newer = await self._store.write(lambda tx: deliveries.put_card(tx, card, self._clock()))
        self.wake()
        return newer

    def wake(self) -> None:
        """Something may be due."""
        for event in self._wake.values():
            event.set()

    @asynccontextmanager
    async def answering(self, key: str) -> AsyncIterator[None]:
        """While a click on this copy is being answered it must not be updated (DingTalk's rule, facts 4.5 and 5)."""
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
                group.create_task(self._serve(platform, adapter), name=f"router:{platform}")

    async def flush(self, seconds: float) -> None:
        """Wait until nothing that can go out now is left, at most so long: the end of a graceful stop."""
        try:
            async with asyncio.timeout(seconds):
                while self._busy or any([await self._due(platform) for platform in self._adapters]):
                    self.wake()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log.warning("router.flush_cut")

    async def _due(self, platform: Platform) -> list[Delivery]:
        ready = await deliveries.due(self._store, platform, self._clock(), BATCH + len(self._held))
        return [copy for copy in ready if copy.key not in self._held][:BATCH]

    async def _serve(self, platform: Platform, adapter: Adapter) -> None:
        wake = self._wake[platform]
        while True:
            wake.clear()
            ready = await self._due(platform)
            if ready:
                self._busy += 1
                try:
                    async with asyncio.TaskGroup() as group:
                        for copy in ready:
                            group.create_task(self._bring_up(adapter, copy))
                finally:
                    self._busy -= 1
                continue
            upcoming = await deliveries.next_due(self._store, platform)
            wait = IDLE if upcoming is None or self._held else (upcoming - self._clock()).total_seconds()
            try:
                async with asyncio.timeout(min(max(wait, 0.02), IDLE)):
                    await wake.wait()
            except TimeoutError:
                pass

    async def _bring_up(self, adapter: Adapter, copy: Delivery) -> None:
        now = self._clock()
        wait = self._pace.wait(copy)
        since = copy.touched_at or now
        until = now + timedelta(days=1) if wait is None else since + timedelta(seconds=wait)
        if wait != 0.0 and until > now:
            await self._store.write(lambda tx: deliveries.put_off(tx, copy, until))
            return
        try:
            message_id, spent = await self._deliver(adapter, copy)
        except Unreachable as error:
            delay = random.uniform(0.5, 1.0) * min(SLOWEST_RETRY, 2.0**copy.attempts)  # noqa: S311 - jitter, not a secret
            await self._later(copy, now + timedelta(seconds=delay), str(error))
        except Throttled as error:
            await self._later(copy, now + timedelta(seconds=error.retry_after), str(error))
        except CredentialsRejected as error:
            await self._later(copy, now + timedelta(seconds=SLOWEST_RETRY), str(error))
        except MessageGone as error:
            await self._turn(copy, "gone", str(error))
        except Refused as error:
            await self._turn(copy, "gone" if copy.as_text else "text", str(error))
        except Exception as error:  # our bug with this very card, which would end us again after every start
            log.exception("card.failed", card=copy.card.id)
            await self._turn(copy, "gone" if copy.as_text else "text", type(error).__name__)
        else:
            await self._shown(adapter, copy, message_id, spent)

    async def _deliver(self, adapter: Adapter, copy: Delivery) -> tuple[str, int]:
        """What the platform calls the copy if that is news, and the calls spent on updating it."""
        if copy.as_text:
            await adapter.say(copy.conversation, copy.card)
            return copy.key, 0
        if copy.message_id:
            await adapter.update(copy.sent, copy.card)
            return "", 1
        sent = await adapter.send(copy.conversation, copy.card, key=copy.key)
        return sent.message_id, 0

    async def _shown(self, adapter: Adapter, copy: Delivery, message_id: str, spent: int) -> None:
        version = copy.card.version
        await self._store.write(
            lambda tx: deliveries.shown(tx, copy.key, version, self._clock(), message_id=message_id, spent=spent)
        )
        log.info(
            "card.shown",
            card=copy.card.id,
            version=version,
            platform=adapter.platform,
            new=not copy.message_id,
        )

    async def _later(self, copy: Delivery, until: datetime, error: str) -> None:
        if self._clock() - copy.changed_at > OLDEST:
            await self._turn(copy, "gone", f"gave up after {OLDEST.days} days: {error}")
            return
        log.warning("card.delayed", card=copy.card.id, reason=error, attempts=copy.attempts + 1)
        await self._store.write(lambda tx: deliveries.retry(tx, copy.key, until, error))

    async def _turn(self, copy: Delivery, state: Literal["text", "gone"], error: str) -> None:
        log.error("card.refused" if state == "text" else "card.gone", card=copy.card.id, reason=error)
        await self._store.write(lambda tx: deliveries.turn(tx, copy.key, state, error))
