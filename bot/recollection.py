"""The memory of conversations: bounded, in the store, so that `it` still means something after a restart."""

from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from adapters.types import Conversation, Message
from bot.alerts.alert import Alert
from bot.brain.memory import Denied, Memory, Turn
from bot.brain.shown import MOST_KEPT
from bot.clock import Clock, stamp
from bot.orders import ORDER
from bot.store import Store, Transaction
from executor.kinds import kind_of
from executor.names import valid_name, valid_namespace
from executor.operations import Change, Target, target_of
from executor.preview import ChangeOrder
from executor.redact import mask

MOST_TURNS = 12
LIFE = timedelta(hours=24)
LONGEST = 400
"""Characters of a text that are remembered."""

_NONE = "[]"
_TARGETS: TypeAdapter[tuple[Target, ...]] = TypeAdapter(tuple[Target, ...])


class Recollection:
    """Nothing of it is older than a day, and of each conversation it has the last twelve turns."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, conversation: Conversation) -> Memory:
        return await self._store.read(partial(self.within, conversation=conversation))

    async def within(self, tx: Transaction, conversation: Conversation) -> Memory:
        """The same, as this transaction sees it."""
        since = stamp(self._clock() - LIFE)
        rows = await tx.rows(
            "SELECT asked, told, targets, shown, at FROM turns WHERE platform = ? AND conversation = ? AND at > ?"
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
        spoken = next((row["at"] for row in rows if row["targets"] != _NONE), since)
        card = await _on_card(tx, conversation, spoken)
        return Memory(turns=turns, denied=await _denied(tx, conversation, since), card=card)

    async def keep(
        self, message: Message, told: str, targets: tuple[Target, ...], shown: tuple[Target, ...] = ()
    ) -> None:
        """Remember what a message was about. The same message again (after a crash) is remembered once."""
        await self._store.write(partial(self.kept, message=message, told=told, targets=targets, shown=shown))

    async def kept(
        self,
        tx: Transaction,
        message: Message,
        told: str,
        targets: tuple[Target, ...],
        shown: tuple[Target, ...] = (),
    ) -> None:
        """The same within a transaction."""
        conversation, now = message.conversation, self._clock()
        asked, told = (mask(text).text[:LONGEST] for text in (message.text, told))
        await tx.execute(
            "INSERT OR REPLACE INTO turns (message, platform, conversation, asked, told, targets, shown, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(message.id, conversation.platform, conversation.id, asked, told),
            *(_TARGETS.dump_json(each).decode() for each in (targets, shown[-MOST_KEPT:])),
            stamp(now),
        )
        await tx.execute(
            "DELETE FROM turns WHERE at <= ? OR rowid IN (SELECT rowid FROM turns WHERE platform = ? AND conversation = ?"
            " ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)",
            *(stamp(now - LIFE), conversation.platform, conversation.id, MOST_TURNS),
        )


async def _on_card(tx: Transaction, conversation: Conversation, since: str) -> tuple[Target, ...]:
    """What was approved or refused by a click or a code, and what an alert's card tells of, has no words of anybody here."""
    decided = await tx.row(
        "SELECT change_order AS body, decided_at AS at FROM actions WHERE decided_at > ?"
        " AND json_extract(conversation, '$.platform') = ? AND json_extract(conversation, '$.id') = ?"
        " ORDER BY decided_at DESC LIMIT 1",
        *(since, conversation.platform, conversation.id),
    )
    alarmed = await tx.row(
        "SELECT alerts.body AS body, carded_at AS at FROM alerts JOIN deliveries USING (card_id) WHERE carded_at > ?"
        " AND deliveries.platform = ? AND json_extract(deliveries.conversation, '$.id') = ? ORDER BY carded_at DESC LIMIT 1",
        *(since, conversation.platform, conversation.id),
    )
    found = [
        (row["at"], about(row["body"])) for row, about in ((decided, _ordered), (alarmed, _alarmed)) if row is not None
    ]
    return max(found, key=lambda each: each[0], default=("", ()))[1]


async def _denied(tx: Transaction, conversation: Conversation, since: str) -> tuple[Denied, ...]:
    """The book of actions knows; whoever denies on a card need not say it again here."""
    rows = await tx.rows(
        "SELECT change_order FROM actions WHERE state = 'DENIED' AND decided_at > ?"
        " AND json_extract(conversation, '$.platform') = ? AND json_extract(conversation, '$.id') = ?"
        " ORDER BY decided_at DESC LIMIT ?",
        *(since, conversation.platform, conversation.id, MOST_TURNS),
    )
    orders = [ORDER.validate_json(row["change_order"]) for row in rows]
    operations = [order.operation for order in orders if isinstance(order, ChangeOrder)]
    return tuple(Denied(operation=operation) for operation in operations if isinstance(operation, Change))


def _ordered(body: str) -> tuple[Target, ...]:
    order = ORDER.validate_json(body)
    target = target_of(order.operation) if isinstance(order, ChangeOrder) else None
    return (target,) if target is not None else ()


def _alarmed(body: str) -> tuple[Target, ...]:
    """As its labels name it: what the cluster has is found when somebody asks for it."""
    place = Alert.model_validate_json(body, extra="ignore").place
    known = not place.kind or kind_of(place.kind) is not None
    if not known or not valid_name(place.name) or not valid_namespace(place.namespace or "default"):
        return ()
    return (Target(kind=place.kind, name=place.name, namespace=place.namespace or None),)
