"""The state machine of an action from its proposal to the click that decides it.

`decide` is one transaction: who, whether, the swap, the audit row and the card's next version become durable together, and what
it returns answers the platform. Approvals are also the executor's `Ledger`: an approval is used up by a swap of its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, NamedTuple

import structlog

from adapters.types import Answer, Conversation, Person
from bot import actions, audit, deliveries, versions
from bot.access import Access
from bot.actions import Action, State
from bot.audit import Entry
from bot.clock import Clock
from bot.deliveries import Pressed
from bot.identities import Identities
from bot.orders import AccessOrder, Order
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.views import DIGEST_PREFIX, Views
from cards.model import Card
from executor.reason import Reason, reason
from executor.redact import mask

log = structlog.get_logger()

Verb = Literal["approve", "deny", "cancel"]
_DECIDED: dict[Verb, tuple[State, str]] = {
    "approve": (State.EXECUTING, "APPROVED"),
    "deny": (State.DENIED, "DENIED"),
    "cancel": (State.CANCELLED, "CANCELLED"),
}
_BUTTONS: dict[str, Verb] = {"approve": "approve", "deny": "deny", "cancel": "cancel"}
IDLE = 30.0
MOST_APPROVED = 1000
"""Approved actions that may wait for their turn to be carried out. Further approvals are not taken: a click that is not spent can
be made again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a click: the card as it now is, what to tell the clicker, and the action if this click approved it."""

    card: Card | None
    toast: Reason
    tone: Literal["info", "success", "warning", "error"]
    approved: Action | None = None


class _Decided(NamedTuple):
    action: Action
    decision: Decision


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
        self._identities = identities
        self._views = views
        self._clock = clock
        self._lifetime = lifetime
        self._on_decided = on_decided
        self._proposed = asyncio.Event()
        self.approved_ids: asyncio.Queue[str] = asyncio.Queue()
        """Actions that were just approved, for `bot.execution`. About MOST_APPROVED at most: its end is in the decision, since what
        was decided has to be carried out."""

    async def propose(
        self, order: Order, requester: Person, conversation: Conversation, *, intent: str, request: str
    ) -> Action:
        """Store an action as WAIT_APPROVAL and post its card. The same `request` id again gives the action that is there."""
        action_id = deliveries.stable_id("action", request)
        now = self._clock()

        async def proposed(tx: Transaction) -> tuple[Action, bool]:
            known = await actions.get(tx, action_id)
            if known is not None:
                return known, False
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
            card = self._views.action_card(action)
            await self._router.send_card(card, (conversation,), action_id=action.id, within=tx)
            await audit.append(tx, entry(action, requester, "propose", "PENDING"), self._clock)
            return action, True

        action, new = await self._store.write(proposed)
        if new:
            self._router.wake()
            self._proposed.set()
            log.info("approval.asked", action=action.id, code=action.code, verb=action.verb, target=action.target)
        return action

    async def by_code(self, code: str) -> Action | None:
        """The action that people mean by `7F3K`."""
        return await actions.by_code(self._store, code)

    async def decide(
        self, action_id: str, verb: Verb, by: Person, *, digest: str | None = None, note: str = ""
    ) -> Decision:
        """Decide an action once. Whoever comes late or may not decide changes nothing and is told so; each call leaves one
        audit row. `digest` is the prefix that the clicked card carried (None for a typed answer, which names the action)."""

        async def decided(tx: Transaction) -> _Decided:
            return await self._decided(tx, action_id, verb, by, digest, mask(note).text, seen=None)

        return self._announced(verb, by, await self._store.write(decided))

    async def click(
        self, key: str, button: str, by: Person, *, digest: str, note: str = ""
    ) -> tuple[Pressed | None, Decision | None]:
        """What a click was about and, when its button decides an action, the decision, looked up and made in one transaction."""
        verb = _BUTTONS.get(button)

        async def clicked(tx: Transaction) -> tuple[Pressed | None, _Decided | None]:
            found = await deliveries.pressed(tx, key, button)
            if found is None or found.action_id is None or verb is None:
                return found, None
            return found, await self._decided(tx, found.action_id, verb, by, digest, mask(note).text, seen=found.seen)

        found, decided = await self._store.write(clicked)
        return found, self._announced(verb, by, decided) if verb and decided else None

    async def _decided(
        self,
        tx: Transaction,
        action_id: str,
        verb: Verb,
        by: Person,
        digest: str | None,
        note: str,
        *,
        seen: int | None,
    ) -> _Decided:
        action = await actions.get(tx, action_id)
        assert action is not None, action_id
        if seen is not None:
            await versions.clicked(tx, action.card_id, seen)
        return _Decided(action, await self._decide(tx, action, verb, by, digest, note, seen))

    def _announced(self, verb: Verb, by: Person, decided: _Decided) -> Decision:
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

    async def _decide(
        self, tx: Transaction, action: Action, verb: Verb, by: Person, digest: str | None, note: str, seen: int | None
    ) -> Decision:
        card = await deliveries.card_of(tx, action.card_id)

        async def book(action: Action, status: str, detail: str) -> None:
            how = versions.decided_on(seen, detail)
            await audit.append(tx, entry(action, by, verb, status, detail=how), self._clock)

        refusal = _why_not(await self._identities.within(tx), action, verb, by)
        if refusal is not None:
            await book(action, "REFUSED", refusal.code)
            return Decision(card, refusal, "error")
        if action.state is not State.WAIT_APPROVAL:
            await book(action, "LATE", action.state)
            return Decision(card, self._views.already(action), "warning")
        if digest is not None and digest != action.order.digest[:DIGEST_PREFIX]:
            await book(action, "REFUSED", "decide.other_digest")
            return Decision(card, reason("decide.other_digest"), "error")
        now = self._clock()
        if not action.lives(now):
            await book(action, "LATE", State.EXPIRED)
            expired = await self._expire(tx, action)
            return Decision(expired, reason("decide.expired"), "warning")
        if verb == "approve" and self.approved_ids.qsize() >= MOST_APPROVED:
            await book(action, "REFUSED", "queue.full")
            return Decision(card, reason("decide.queue_full"), "warning")
        state, status = _DECIDED[verb]
        moved = await actions.move(
            tx,
            action.id,
            State.WAIT_APPROVAL,
            state,
            decided_by=by,
            decided_at=now,
            note=note,
            **({"finished_at": now} if state.terminal else {}),
        )
        assert moved is not None, "the write lock was held since the state was read"
        await book(moved, status, note)
        newer = await deliveries.put_card(tx, self._views.action_card(moved), now)
        return Decision(newer, reason(f"decide.{verb}"), "success", moved if verb == "approve" else None)

    async def approved(self, action_id: str, digest: str) -> bool:
        """`executor.run.Ledger`: true once per action, and only while it is EXECUTING with this digest, was decided by a person
        who still is a bound administrator, and its approval stands in the audit book."""
        return await self._store.write(partial(self.claim, action_id=action_id, digest=digest))

    async def claim(self, tx: Transaction, action_id: str, digest: str) -> bool:
        """The same within a transaction: for effects that are rows themselves and become durable with the claim."""
        action = await actions.get(tx, action_id)
        if action is None or action.decided_by is None:
            return False
        if _why_not(await self._identities.within(tx), action, "approve", action.decided_by) is not None:
            return False
        return await actions.claim(tx, action_id, digest, self._clock())

    async def run(self) -> None:
        """Expire what nobody decided, for ever; the card says so."""
        while True:
            self._proposed.clear()
            now = self._clock()
            for action in await actions.overdue(self._store, now):
                await self._store.write(partial(self._expire, action=action))
                self._router.wake()
            upcoming = await actions.next_expiry(self._store)
            wait = IDLE if upcoming is None else min((upcoming - now).total_seconds(), IDLE)
            try:
                async with asyncio.timeout(max(wait, 0.0) + 0.01):
                    await self._proposed.wait()
            except TimeoutError:
                pass

    async def _expire(self, tx: Transaction, action: Action) -> Card | None:
        now = self._clock()
        moved = await actions.move(tx, action.id, State.WAIT_APPROVAL, State.EXPIRED, finished_at=now)
        if moved is None:
            return await deliveries.card_of(tx, action.card_id)
        await audit.append(tx, entry(moved, None, "expire", "EXPIRED"), self._clock)
        log.info("approval.expired", action=action.id)
        return await deliveries.put_card(tx, self._views.action_card(moved), now)

    def answer(self, decision: Decision) -> Answer:
        """A decision in the words of the platform wall."""
        return Answer(card=decision.card, toast=self._views.words.say(decision.toast), tone=decision.tone)


def _why_not(access: Access, action: Action, verb: Verb, by: Person) -> Reason | None:
    """None when this person may decide this action so; nobody decides what they may do themselves."""
    if verb == "cancel" and (by.platform, by.id) == (action.requester.platform, action.requester.id) and by.id:
        return None
    refusal = access.why_not_approve(by)
    if refusal is None and isinstance(action.order, AccessOrder) and access.same(by, action.order.person):
        return reason("grant.own", name=by.name or by.id)
    return refusal


def entry(action: Action, by: Person | None, verb: str, status: str, *, detail: str = "") -> Entry:
    """The audit row of something that happened to an action; `by` is None for Steward itself."""
    who = by or action.requester
    return Entry(
        user_id=by.id if by else "steward",
        user_name=by.name if by else "",
        action_type=f"{verb}_{action.verb}".replace("-", "_"),
        target_resource=action.target,
        command_snapshot=action.order.command,
        status=status,
        platform=who.platform,
        intent=action.intent,
        card_id=action.card_id,
        detail=detail,
    )
