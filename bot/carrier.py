"""Brings the copies of one platform up to the version in the store, for ever.

A copy waits in the store until the platform may be called; only then is its newest version read, so that the last state always
wins. Steps on the way are shown as often as the platform's pace allows, the final version always.
"""

import asyncio
import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from adapters.errors import CredentialsRejected, MessageGone, NotPermitted, Refused, Throttled, Unreachable
from adapters.recent import Recent
from adapters.types import Adapter, Sent
from bot import outbox
from bot.clock import Clock
from bot.deliveries import stable_id
from bot.outbox import Delivery, Due, Look
from bot.pace import Pace
from bot.rates import Rates
from bot.store import Store, Transaction
from cards.model import Card
from cards.phrases import phrases

log = structlog.get_logger()

PARALLEL = 16
"""Calls at once: one that hangs does not hold the others up."""
LOOK_AHEAD = 500
"""Due copies that are looked at when some of them must wait for their turn."""
SLOWEST_RETRY = 60.0
OLDEST = timedelta(days=14)
"""Platforms refuse to touch older messages (Feishu 230031); retries end there."""
IN_DOUBT = timedelta(seconds=60)
"""A call that was given up may still be carried out, for so long: after what was said later."""
MOST_DOUBTS = 10_000
IDLE = 30.0
"""Seconds between looks when nothing is due: only a backstop, changes wake the carrier."""
LEAST_REST = 0.02
"""Between two looks, however many changes come."""


class Carrier:
    """`held` are the copies on which a click is being answered: they must not be updated meanwhile. `pace` is asked each time, as a
    budget that runs out slows it down."""

    def __init__(
        self, store: Store, adapter: Adapter, clock: Clock, pace: Callable[[], Pace], held: Collection[str]
    ) -> None:
        self.wake = asyncio.Event()
        self._store = store
        self._adapter = adapter
        self._clock = clock
        self._pace = pace
        self._held = held
        self._under_way: set[str] = set()
        self._crowded = False
        """The first of those that are due all wait for their turn: others may be behind them."""
        self._doubts: Recent[str, datetime] = Recent(MOST_DOUBTS)
        """By copy: when a call was last given up without an answer."""

    async def idle(self) -> bool:
        """Whether nothing is left that could go out now."""
        return not (await self._look()).due and not self._under_way

    async def run(self) -> None:
        rates = Rates(self._adapter.rate, asyncio.get_running_loop().time)
        async with asyncio.TaskGroup() as group:
            while True:
                self.wake.clear()
                wait = await self._start(rates, group)
                try:
                    async with asyncio.timeout(max(wait, LEAST_REST)):
                        await self.wake.wait()
                    await asyncio.sleep(LEAST_REST)
                except TimeoutError:
                    pass

    async def _start(self, rates: Rates, group: asyncio.TaskGroup) -> float:
        """Start what may go out now; the seconds until more may. Copies that cannot go are not even looked at: while a platform is
        at its limit every change of a card would be one more look at all that wait."""
        sends, updates = rates.sends, rates.updates
        waits = [wait for wait in (sends, updates) if wait > 0]
        if len(self._under_way) >= PARALLEL or (sends > 0 and updates > 0):
            return min((*waits, IDLE))
        most = LOOK_AHEAD if self._crowded else PARALLEL
        look = await self._look(most, sends=sends <= 0, updates=updates <= 0)
        later = await self._put_off(look.due)
        started = 0
        for copy in [each for each in look.due if each.key not in later]:
            if len(self._under_way) >= PARALLEL:
                break
            if (wait := rates.wait(copy)) > 0:
                waits.append(wait)
                continue
            rates.promise(copy)
            self._under_way.add(copy.key)
            group.create_task(self._carry(copy, rates))
            started += 1
        self._crowded = not started and len(look.due) - len(later) >= most
        if self._crowded and most < LOOK_AHEAD:
            return 0.0
        moments = [*later.values(), *([look.upcoming] if look.upcoming else [])]
        waits += [(moment - self._clock()).total_seconds() for moment in moments]
        return min((*waits, IDLE))

    async def _look(self, most: int = PARALLEL, *, sends: bool = True, updates: bool = True) -> Look:
        limit = most + len(self._under_way) + len(self._held)
        seen = partial(outbox.look, platform=self._adapter.platform, now=self._clock(), limit=limit)
        look = await self._store.read(partial(seen, sends=sends, updates=updates))
        return look._replace(
            due=[copy for copy in look.due if copy.key not in self._held and copy.key not in self._under_way]
        )

    async def _put_off(self, ready: list[Due]) -> dict[str, datetime]:
        """Those whose pace says later, and when."""
        now, pace = self._clock(), self._pace()
        later: list[tuple[Due, datetime]] = []
        for copy in ready:
            wait = pace.wait(copy)
            until = now + timedelta(days=1) if wait is None else (copy.touched_at or now) + timedelta(seconds=wait)
            if wait != 0.0 and until > now:
                later.append((copy, until))
        if later:
            await self._store.write(lambda tx: outbox.put_off(tx, later), patient=True)
        return {copy.key: until for copy, until in later}

    async def _carry(self, due: Due, rates: Rates) -> None:
        try:
            copy = await outbox.behind(self._store, due.key)
            if copy is None or copy.key in self._held:
                rates.pass_on(due)
                return
            rates.use(due)
            await self._bring_up(copy)
        finally:
            self._under_way.discard(due.key)
            self.wake.set()

    async def _bring_up(self, copy: Delivery) -> None:
        try:
            sent, spent = await self._deliver(copy)
        except Unreachable as error:
            self._doubts[copy.key] = self._clock()
            delay = random.uniform(0.5, 1.0) * min(SLOWEST_RETRY, 2.0**copy.attempts)  # noqa: S311 - jitter, not a secret
            await self._later(copy, delay, str(error))
        except Throttled as error:
            await self._later(copy, error.retry_after, str(error))
        except CredentialsRejected as error:
            await self._later(copy, SLOWEST_RETRY, str(error))
        except MessageGone as error:
            await self._turn(copy, "text" if copy.message_id and not copy.as_text else "gone", str(error))
        except Refused as error:
            if copy.as_text and isinstance(
                error, NotPermitted
            ):  # words are the last resort, and a permission can be granted
                await self._later(copy, SLOWEST_RETRY, str(error))
            else:
                await self._turn(copy, "gone" if copy.as_text else "text", str(error))
        except Exception as error:  # our bug with this very card, which would end us again after every start
            log.exception("card.failed", card=copy.card.id)
            await self._turn(copy, "gone" if copy.as_text else "text", type(error).__name__)
        else:
            await self._shown(copy, sent, spent)

    async def _deliver(self, copy: Delivery) -> tuple[Sent | None, int]:
        """Where the copy is if that is news, and the calls spent on updating it."""
        if copy.as_text:
            key = stable_id(copy.key, str(copy.card.version))
            await self._adapter.say(copy.conversation, _in_words(copy), key=key)
            return copy.sent.model_copy(update={"message_id": copy.message_id or copy.key}), 0
        if copy.message_id:
            await self._adapter.update(copy.sent, copy.card)
            return None, 1
        return await self._adapter.send(copy.conversation, copy.card, key=copy.key), 0

    async def _shown(self, copy: Delivery, sent: Sent | None, spent: int) -> None:
        version, now = copy.card.version, self._clock()
        wait = None if copy.as_text else self._pace().after(copy.updates + spent)
        next_step = now + (timedelta(days=1) if wait is None else timedelta(seconds=wait))
        given_up = self._doubts.get(copy.key)

        async def shown(tx: Transaction) -> None:
            await outbox.shown(tx, copy.key, version, now, sent=sent, spent=spent, again=next_step)
            if given_up is not None and now < given_up + IN_DOUBT:
                await outbox.again(tx, copy.key, given_up + IN_DOUBT)

        await self._store.write(shown, patient=True)
        log.info(
            "card.shown",
            card=copy.card.id,
            version=version,
            platform=self._adapter.platform,
            new=not copy.message_id,
        )

    async def _later(self, copy: Delivery, seconds: float, error: str) -> None:
        now = self._clock()
        if now - copy.changed_at > OLDEST:
            await self._turn(copy, "gone", f"gave up after {OLDEST.days} days: {error}")
            return
        log.warning("card.delayed", card=copy.card.id, reason=error, attempts=copy.attempts + 1)
        until = now + timedelta(seconds=seconds)
        await self._store.write(lambda tx: outbox.retry(tx, copy.key, until, error), patient=True)

    async def _turn(self, copy: Delivery, state: Literal["text", "gone"], error: str) -> None:
        """The platform will not have this card, or has lost it: words instead, now and at the end; or nothing any more."""
        log.error("card.refused" if state == "text" else "card.gone", card=copy.card.id, reason=error)
        await self._store.write(lambda tx: outbox.turn(tx, copy.key, state, error))


def _in_words(copy: Delivery) -> Card:
    """The card for a message that is no card, saying why it is none."""
    why = phrases(copy.card).in_words.format(why=copy.error or "?")
    return copy.card.model_copy(update={"footer": (*copy.card.footer, why)})
