"""What becomes of an action that waits for somebody's decision: who may, whether it is still time, the swap, the row in the audit
book, the card's next version. Everything here is part of a transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import structlog

from adapters.types import Person
from bot import actions, audit, deliveries, versions
from bot.access import Access
from bot.actions import Action, State
from bot.audit import Entry
from bot.clock import Clock
from bot.identities import Identities
from bot.orders import AccessOrder
from bot.store import Transaction
from bot.views import DIGEST_PREFIX, Views
from cards.model import Card
from executor.reason import Reason, reason

log = structlog.get_logger()

Verb = Literal["approve", "deny", "cancel"]
_DECIDED: dict[Verb, tuple[State, str]] = {
    "approve": (State.EXECUTING, "APPROVED"),
    "deny": (State.DENIED, "DENIED"),
    "cancel": (State.CANCELLED, "CANCELLED"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a click: the card as it now is, what to tell the clicker, and the action if this click approved it."""

    card: Card | None
    toast: Reason
    tone: Literal["info", "success", "warning", "error"]
    approved: Action | None = None


class Decided(NamedTuple):
    action: Action
    decision: Decision


class Decisions:
    """`room`: whether one more approved action may wait for its turn."""

    def __init__(self, identities: Identities, views: Views, clock: Clock, *, room: Callable[[], bool]) -> None:
        self._identities = identities
        self._views = views
        self._clock = clock
        self._room = room

    async def decide(
        self,
        tx: Transaction,
        action_id: str,
        verb: Verb,
        by: Person,
        *,
        digest: str | None,
        note: str,
        seen: int | None,
    ) -> Decided:
        """`note` is masked; `seen` is the version of the card that was clicked, None for a typed answer."""
        action = await actions.get(tx, action_id)
        assert action is not None, action_id
        if seen is not None:
            await versions.clicked(tx, action.card_id, seen)
        return Decided(action, await self._decide(tx, action, verb, by, digest, note, seen))

    async def _decide(
        self, tx: Transaction, action: Action, verb: Verb, by: Person, digest: str | None, note: str, seen: int | None
    ) -> Decision:
        async def book(action: Action, status: str, detail: str) -> None:
            how = versions.decided_on(seen, detail)
            await audit.append(tx, entry(action, by, verb, status, detail=how), self._clock)

        async def as_it_is(toast: Reason, tone: Literal["warning", "error"]) -> Decision:
            return Decision(await deliveries.card_of(tx, action.card_id), toast, tone)

        refusal = _why_not(await self._identities.within(tx), action, verb, by)
        if refusal is not None:
            await book(action, "REFUSED", refusal.code)
            return await as_it_is(refusal, "error")
        if action.state is not State.WAIT_APPROVAL:
            await book(action, "LATE", action.state)
            return await as_it_is(self._views.already(action), "warning")
        if digest is not None and digest != action.order.digest[:DIGEST_PREFIX]:
            await book(action, "REFUSED", "decide.other_digest")
            return await as_it_is(reason("decide.other_digest"), "error")
        now = self._clock()
        if not action.lives(now):
            await book(action, "LATE", State.EXPIRED)
            await self.expire(tx, action)
            return await as_it_is(reason("decide.expired"), "warning")
        if verb == "approve" and not self._room():
            await book(action, "REFUSED", "queue.full")
            return await as_it_is(reason("decide.queue_full"), "warning")
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

    async def claim(self, tx: Transaction, action_id: str, digest: str) -> bool:
        """Use an approval up: true once per action, and only while it is EXECUTING with this digest, was decided by a person who
        still is a bound administrator, and its approval stands in the audit book."""
        action = await actions.get(tx, action_id)
        if action is None or action.decided_by is None:
            return False
        if _why_not(await self._identities.within(tx), action, "approve", action.decided_by) is not None:
            return False
        return await actions.claim(tx, action_id, digest, self._clock())

    async def expire(self, tx: Transaction, action: Action) -> None:
        """Nobody decided in time; the card says so. Nothing happens where somebody did."""
        now = self._clock()
        moved = await actions.move(tx, action.id, State.WAIT_APPROVAL, State.EXPIRED, finished_at=now)
        if moved is None:
            return
        await audit.append(tx, entry(moved, None, "expire", "EXPIRED"), self._clock)
        await deliveries.put_card(tx, self._views.action_card(moved), now)
        tx.afterwards(partial(log.info, "approval.expired", action=action.id))


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
