"""Clicks: decided and durable first, answered within the platform's budget, carried out after the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from adapters.errors import PlatformError
from adapters.types import Acknowledge, Answer, CardAction, Message
from bot import audit
from bot.approvals import Approvals
from bot.audit import Entry
from bot.clock import Clock
from bot.deliveries import Pressed
from bot.inbox import Note, QueueFull
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words

log = structlog.get_logger()

BUDGET = 1.2
"""Seconds until a click is answered with "working on it"; DingTalk wants an answer in 2 s, Feishu in 3 s."""


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
        as_message: Callable[[Message, Note], Awaitable[None]],
    ) -> None:
        self._store = store
        self._router = router
        self._approvals = approvals
        self._words = words
        self._clock = clock
        self._as_message = as_message

    async def on_action(self, action: CardAction, acknowledge: Acknowledge) -> None:
        """`adapters.types.OnAction`."""
        answered = _Answered(acknowledge)
        async with self._router.answering(action.key), asyncio.TaskGroup() as group:
            late = group.create_task(self._say_busy(action, answered))
            found, answer = await self._settle(
                action
            )  # right here: every task in between is one more turn of a busy loop
            if answered.begun:
                return
            late.cancel()
            if found is not None and found.form:
                answer = answer.model_copy(update={"form": found.form})
            if await answered.told(action, answer) and answer.card is not None and not answer.card.final:
                await self._router.answered(
                    action.key, answer.card.version
                )  # the end is shown by a call of its own as well

    async def _say_busy(self, action: CardAction, answered: "_Answered") -> None:
        await asyncio.sleep(BUDGET)
        await answered.told(action, Answer(toast=self._words("decide.busy")))

    async def _settle(self, action: CardAction) -> tuple[Pressed | None, Answer]:
        """What was clicked, and what to answer."""
        found, decision = await self._approvals.click(
            action.key, action.button, action.operator, digest=action.digest, note=action.reason
        )
        if found is None:
            await self._note(action, None, "UNKNOWN_CARD")
            return None, Answer(toast=self._words("decide.unknown_card"), tone="error")
        if decision is not None:
            return found, self._approvals.answer(decision)
        if found.command is not None:
            return found, await self._choose(action, found, found.command)
        await self._note(action, found, "UNKNOWN_BUTTON")
        return found, Answer(card=found.card, toast=self._words("decide.unknown_card"), tone="error")

    async def _choose(self, action: CardAction, found: Pressed, command: str) -> Answer:
        """What the button stands for, as if the clicker had typed it, on disk together with the row of the press. Pressed twice in
        a minute it is said once."""
        minute = int(action.received_at.timestamp()) // 60
        message = Message(
            id=f"click/{action.key}/{action.button}/{action.operator.id}/{minute}",
            conversation=found.conversation,
            sender=action.operator,
            text=command,
            sent_at=action.received_at,
        )
        try:
            await self._as_message(message, self._row(action, found, "CHOSEN", command))
        except QueueFull:
            await self._note(action, found, "REFUSED", "queue.full")
            return Answer(toast=self._words("decide.queue_full"), tone="warning")
        return Answer(toast=self._words("decide.received"))

    async def _note(self, action: CardAction, found: Pressed | None, status: str, detail: str = "") -> None:
        await self._store.write(self._row(action, found, status, detail))

    def _row(
        self, action: CardAction, found: Pressed | None, status: str, detail: str = ""
    ) -> Callable[[Transaction], Coroutine[Any, Any, None]]:
        row = Entry(
            user_id=action.operator.id,
            user_name=action.operator.name,
            action_type="choose",
            status=status,
            target_resource=action.button,
            platform=action.operator.platform,
            card_id=found.card.id if found else action.key[:64],
            detail=detail,
        )
        return lambda tx: audit.append(tx, row, self._clock)


class _Answered:
    """The answer to one click; `begun` from the moment somebody gives one."""

    def __init__(self, acknowledge: Acknowledge) -> None:
        self._acknowledge = acknowledge
        self.begun = False

    async def told(self, action: CardAction, answer: Answer) -> bool:
        """Whether the platform took it."""
        self.begun = True
        try:
            await self._acknowledge(answer)
        except PlatformError as error:
            log.warning("click.unanswered", key=action.key, reason=str(error))
            return False
        return True
