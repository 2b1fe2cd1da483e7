"""Clicks: decided and durable first, answered within the platform's budget, carried out after the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, cast

import structlog

from adapters.errors import PlatformError
from adapters.types import Acknowledge, Answer, CardAction, Message
from bot import audit, deliveries
from bot.approvals import Approvals
from bot.audit import Entry
from bot.clock import Clock
from bot.deliveries import Pressed
from bot.router import NotificationRouter
from bot.store import Store
from bot.words import Words

log = structlog.get_logger()

BUDGET = 1.2
"""Seconds until a click is answered with "working on it"; DingTalk wants an answer in 2 s, Feishu in 3 s."""
DECISIONS = ("approve", "deny", "cancel")


class Clicks:
    """Every click leaves exactly one audit row, whatever it was (I6)."""

    def __init__(
        self,
        store: Store,
        router: NotificationRouter,
        approvals: Approvals,
        words: Words,
        clock: Clock,
        *,
        as_message: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._store = store
        self._router = router
        self._approvals = approvals
        self._words = words
        self._clock = clock
        self._as_message = as_message

    async def on_action(self, action: CardAction, acknowledge: Acknowledge) -> None:
        """`adapters.types.OnAction`."""
        async with self._router.answering(action.key), asyncio.TaskGroup() as group:
            work = group.create_task(self._settle(action))
            await asyncio.wait({work}, timeout=BUDGET)
            answer = work.result() if work.done() else Answer(toast=self._words("decide.busy"))
            try:
                await acknowledge(answer)
            except PlatformError as error:
                log.warning("click.unanswered", key=action.key, reason=str(error))
            else:
                if answer.card is not None:
                    await self._router.answered(action.key, answer.card.version)

    async def _settle(self, action: CardAction) -> Answer:
        found = await deliveries.pressed(self._store, action.key, action.button)
        if found is None:
            await self._note(action, None, "UNKNOWN_CARD")
            return Answer(toast=self._words("decide.unknown_card"), tone="error")
        if action.button in DECISIONS and found.action_id is not None:
            verb = cast("Literal['approve', 'deny', 'cancel']", action.button)
            decision = await self._approvals.decide(
                found.action_id, verb, action.operator, digest=action.digest, note=action.reason
            )
            return self._approvals.answer(decision)
        if found.command is not None:
            await self._as_message(
                Message(
                    id=f"click/{action.key}/{action.button}/{action.operator.id}",
                    conversation=found.conversation,
                    sender=action.operator,
                    text=found.command,
                    sent_at=action.received_at,
                )
            )
            await self._note(action, found, "CHOSEN", found.command)
            return Answer(toast=self._words("decide.received"))
        await self._note(action, found, "UNKNOWN_BUTTON")
        return Answer(card=found.card, toast=self._words("decide.unknown_card"), tone="error")

    async def _note(self, action: CardAction, found: Pressed | None, status: str, detail: str = "") -> None:
        row = Entry(
            user_id=action.operator.id,
            action_type="choose",
            status=status,
            target_resource=action.button,
            platform=action.operator.platform,
            card_id=found.card.id if found else action.key[:64],
            detail=detail,
        )
        await self._store.at_once(lambda tx: audit.append(tx, row, self._clock))
