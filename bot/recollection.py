"""The memory of conversations: bounded, in the store, so that `it` still means something after a restart."""

from datetime import timedelta

from pydantic import TypeAdapter

from adapters.types import Conversation, Message
from bot.brain.memory import Denied, Memory, Turn
from bot.brain.shown import MOST_KEPT
from bot.clock import Clock, stamp
from bot.orders import ORDER
from bot.store import Store, Transaction
from executor.operations import Change, Target
from executor.preview import ChangeOrder
from executor.redact import mask

MOST_TURNS = 12
LIFE = timedelta(hours=24)
LONGEST = 400
"""Characters of a text that are remembered."""

_TARGETS: TypeAdapter[tuple[Target, ...]] = TypeAdapter(tuple[Target, ...])


class Recollection:
    """Nothing of it is older than a day, and of each conversation it has the last twelve turns."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, conversation: Conversation) -> Memory:
        since = stamp(self._clock() - LIFE)
        rows = await self._store.rows(
            "SELECT asked, told, targets, shown FROM turns WHERE platform = ? AND conversation = ? AND at > ?"
            " ORDER BY at DESC, rowid DESC LIMIT ?",
            *(conversation.platform, conversation.id, since, MOST_TURNS),
        )
        turns = tuple(
            Turn(
                asked=row["asked"],
                told=row["told"],
                targets=_TARGETS.validate_json(row["targets"]),
                shown=_TARGETS.validate_json(row["shown"]),
            )
            for row in reversed(rows)
        )
        return Memory(turns=turns, denied=await self._denied(conversation, since))

    async def keep(
        self, message: Message, told: str, targets: tuple[Target, ...], shown: tuple[Target, ...] = ()
    ) -> None:
        """Remember what a message was about. The same message again (after a crash) is remembered once."""
        conversation, now = message.conversation, self._clock()
        asked, told = (mask(text).text[:LONGEST] for text in (message.text, told))

        async def kept(tx: Transaction) -> None:
            await tx.execute(
                "INSERT OR REPLACE INTO turns (message, platform, conversation, asked, told, targets, shown, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(message.id, conversation.platform, conversation.id, asked, told),
                *(_TARGETS.dump_json(each).decode() for each in (targets, shown[-MOST_KEPT:])),
                stamp(now),
            )
            await tx.execute("DELETE FROM turns WHERE at <= ?", stamp(now - LIFE))
            await tx.execute(
                "DELETE FROM turns WHERE platform = ? AND conversation = ? AND message NOT IN (SELECT message FROM turns"
                " WHERE platform = ? AND conversation = ? ORDER BY at DESC, rowid DESC LIMIT ?)",
                *(conversation.platform, conversation.id) * 2,
                MOST_TURNS,
            )

        await self._store.write(kept)

    async def _denied(self, conversation: Conversation, since: str) -> tuple[Denied, ...]:
        """The book of actions knows; whoever denies on a card need not say it again here."""
        rows = await self._store.rows(
            "SELECT change_order FROM actions WHERE state = 'DENIED' AND decided_at > ?"
            " AND json_extract(conversation, '$.platform') = ? AND json_extract(conversation, '$.id') = ?"
            " ORDER BY decided_at DESC LIMIT ?",
            *(since, conversation.platform, conversation.id, MOST_TURNS),
        )
        orders = [ORDER.validate_json(row["change_order"]) for row in rows]
        operations = [order.operation for order in orders if isinstance(order, ChangeOrder)]
        return tuple(Denied(operation=operation) for operation in operations if isinstance(operation, Change))
