"""Actions that wait for an approval: proposed, put before somebody, decided once, expired.

A click is one transaction: who, whether, the swap, the audit row and the card's next version become durable together, and what it
returns answers the platform. Approvals are also the executor's `Ledger`: an approval is used up by a swap of its own.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from adapters.types import Answer, Conversation, Person
from bot import actions, audit, deliveries
from bot.actions import Action, State
from bot.clock import Clock
from bot.decisions import Decided, Decision, Decisions, Verb, entry
from bot.deliveries import Pressed
from bot.identities import Identities
from bot.orders import Order
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.views import Views
from executor.redact import mask

log = structlog.get_logger()

_BUTTONS: dict[str, Verb] = {"approve": "approve", "deny": "deny", "cancel": "cancel"}
IDLE = 30.0
MOST_APPROVED = 1000
"""Approved actions that may wait for their turn to be carried out. Further approvals are not taken: a click that is not spent can
be made again."""


def _unheeded(_: Person) -> None:
    """For whoever does not care who decides."""


class Approvals:
    """Proposes, decides, expires. `on_decided` hears who decided, and returns at once."""

    def __init__(
        self,
        store: Store,
        router: NotificationRouter,
        identities: Identities,
        views: Views,
        clock: Clock,
        *,
        lifetime: timedelta = timedelta(minutes=15),
        on_decided: Callable[[Person], None] = _unheeded,
    ) -> None:
        self._store = store
        self._router = router
        self._decisions = Decisions(identities, views, clock, room=self._has_room)
        self._views = views
        self._clock = clock
        self._lifetime = lifetime
        self._on_decided = on_decided
        self._proposed = asyncio.Event()
        self.approved_ids: asyncio.Queue[str] = asyncio.Queue()
        """Actions that were just approved, for `bot.execution`. About MOST_APPROVED at most: its end is in the decision, since what
        was decided has to be carried out."""

    def _has_room(self) -> bool:
        return self.approved_ids.qsize() < MOST_APPROVED

    async def propose(
        self, order: Order, requester: Person, conversation: Conversation, *, intent: str, request: str
    ) -> Action:
        """Store an action as WAIT_APPROVAL and post its card. The same `request` id again gives the action that is there."""
        asked = partial(self.proposed, order=order, requester=requester, conversation=conversation)
        return await self._store.write(partial(asked, intent=intent, request=request))

    async def proposed(
        self, tx: Transaction, order: Order, requester: Person, conversation: Conversation, *, intent: str, request: str
    ) -> Action:
        """The same within a transaction."""
        action_id, now = deliveries.stable_id("action", request), self._clock()
        known = await actions.get(tx, action_id)
        if known is not None:
            return known
        action = Action(
            id=action_id,
            code=await actions.free_code(tx, now),
            state=State.WAIT_APPROVAL,
            order=order,
            requester=requester,
            conversation=conversation,
            intent=intent,
            card_id=deliveries.stable_id("card", request),
            created_at=now,
            expires_at=now + self._lifetime,
        )
        await actions.insert(tx, action)
        await self._router.send_card(self._views.action_card(action), (conversation,), action_id=action.id, within=tx)
        await audit.append(tx, entry(action, requester, "propose", "PENDING"), self._clock)
        tx.afterwards(partial(self._asked, action))
        return action

    def _asked(self, action: Action) -> None:
        self._proposed.set()
        log.info("approval.asked", action=action.id, code=action.code, verb=action.verb, target=action.target)

    async def by_code(self, code: str) -> Action | None:
        """The action that people mean by `7F3K`."""
        return await actions.by_code(self._store, code)

    async def decide(
        self, action_id: str, verb: Verb, by: Person, *, digest: str | None = None, note: str = ""
    ) -> Decision:
        """Decide an action once. Whoever comes late or may not decide changes nothing and is told so; each call leaves one
        audit row. `digest` is the prefix that the clicked card carried (None for a typed answer, which names the action)."""

        decided = partial(self._decisions.decide, action_id=action_id, verb=verb, by=by)
        body = partial(decided, digest=digest, note=mask(note).text, seen=None)
        return self._announced(verb, by, await self._store.write(body))

    async def click(
        self, key: str, button: str, by: Person, *, digest: str, note: str = ""
    ) -> tuple[Pressed | None, Decision | None]:
        """What a click was about and, when its button decides an action, the decision, looked up and made in one transaction."""
        verb = _BUTTONS.get(button)

        async def clicked(tx: Transaction) -> tuple[Pressed | None, Decided | None]:
            found = await deliveries.pressed(tx, key, button)
            if found is None or found.action_id is None or verb is None:
                return found, None
            return found, await self._decisions.decide(
                tx, found.action_id, verb, by, digest=digest, note=mask(note).text, seen=found.seen
            )

        found, decided = await self._store.write(clicked)
        return found, self._announced(verb, by, decided) if verb and decided else None

    def _announced(self, verb: Verb, by: Person, decided: Decided) -> Decision:
        action, decision = decided
        self._router.wake()
        if decision.approved is not None:
            self.approved_ids.put_nowait(action.id)
        if decision.tone == "success" and verb != "cancel":
            self._on_decided(by)
        log.info(
            "approval.decided" if decision.approved else "approval.clicked",
            action=action.id,
            verb=verb,
            by=by.id,
            outcome=decision.toast.code,
        )
        return decision

    async def approved(self, action_id: str, digest: str) -> bool:
        """`executor.run.Ledger`."""
        return await self._store.write(partial(self.claim, action_id=action_id, digest=digest))

    async def claim(self, tx: Transaction, action_id: str, digest: str) -> bool:
        """The same within a transaction: for effects that are rows themselves and become durable with the claim."""
        return await self._decisions.claim(tx, action_id, digest)

    async def run(self) -> None:
        """Expire what nobody decided, for ever; the card says so."""
        while True:
            self._proposed.clear()
            now = self._clock()
            for action in await actions.overdue(self._store, now):
                await self._store.write(partial(self._decisions.expire, action=action))
                self._router.wake()
            upcoming = await actions.next_expiry(self._store)
            wait = IDLE if upcoming is None else min((upcoming - now).total_seconds(), IDLE)
            try:
                async with asyncio.timeout(max(wait, 0.0) + 0.01):
                    await self._proposed.wait()
            except TimeoutError:
                pass

    def answer(self, decision: Decision) -> Answer:
        """A decision in the words of the platform wall."""
        return Answer(card=decision.card, toast=self._views.words.say(decision.toast), tone=decision.tone)
