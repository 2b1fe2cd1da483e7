"""The outbox: copies of cards that show less than they should, what was told to each, and when its turn is (I11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from adapters.types import Conversation, Platform, Sent
from bot.clock import stamp
from bot.store import Row, Store, Transaction
from cards.model import Card


@dataclass(frozen=True, slots=True)
class Delivery:
    """A copy of a card: where it is, what it shows, what was spent on it."""

    key: str
    card: Card
    conversation: Conversation
    message_id: str
    shown_version: int
    updates: int
    attempts: int
    touched_at: datetime | None
    as_text: bool
    """The platform refuses the card: this copy is told in words, once when it begins and once when it ends."""
    changed_at: datetime
    form: str = ""
    """`adapters.types.Sent.form`."""
    error: str = ""
    """Why it is told in words, or what went wrong last."""

    @property
    def sent(self) -> Sent:
        return Sent(
            platform=self.conversation.platform,
            conversation=self.conversation,
            message_id=self.message_id,
            key=self.key,
            form=self.form,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A copy that is behind, as little of it as is needed to say when its turn is."""

    key: str
    conversation_id: str
    on_screen: bool
    as_text: bool
    final: bool
    version: int
    """Of its card."""
    updates: int
    touched_at: datetime | None


class Look(NamedTuple):
    """What may go out now, and when the first of the others may."""

    due: list[Due]
    upcoming: datetime | None


def _parsed(row: Row) -> Delivery:
    return Delivery(
        key=row["key"],
        card=Card.model_validate_json(row["body"]),
        conversation=Conversation.model_validate_json(row["conversation"]),
        message_id=row["message_id"],
        shown_version=row["shown_version"],
        updates=row["updates"],
        attempts=row["attempts"],
        touched_at=datetime.fromisoformat(row["touched_at"]) if row["touched_at"] else None,
        as_text=row["state"] == "text",
        changed_at=datetime.fromisoformat(row["updated_at"]),
        form=row["form"],
        error=row["error"],
    )


async def look(
    tx: Transaction, platform: Platform, now: datetime, limit: int, *, sends: bool = True, updates: bool = True
) -> Look:
    """Copies to bring up to date, final ones first; only those to post, or only those to change, where the others may not go."""
    at = stamp(now)
    found: list[Row] = []
    for final in (1, 0):
        rows: list[Row] = []
        for on_screen in [kind for kind, may in ((0, sends), (1, updates)) if may]:
            rows += await tx.rows(_DUE, platform, final, on_screen, at, limit)
        found += sorted(rows, key=lambda row: str(row["due_at"]))
        if len(found) >= limit:
            break
    upcoming = await tx.row(_NEXT, *(platform, at) * 4)
    at_last = upcoming["at"] if upcoming else None
    return Look([_due(row) for row in found[:limit]], datetime.fromisoformat(at_last) if at_last else None)


_DUE = (
    "SELECT d.key, d.message_id, d.state, d.updates, d.touched_at, d.due_at, d.final, c.version,"
    " json_extract(d.conversation, '$.id') AS place FROM deliveries d JOIN cards c ON c.id = d.card_id"
    " WHERE d.platform = ? AND d.state <> 'gone' AND d.behind = 1 AND d.final = ? AND (d.message_id <> '') = ?"
    " AND d.due_at <= ? ORDER BY d.due_at LIMIT ?"
)
_LATER = (
    "SELECT min(due_at) AS at FROM deliveries WHERE platform = ? AND state <> 'gone' AND behind = 1"
    " AND final = {final} AND (message_id <> '') = {on_screen} AND due_at > ?"
)
_NEXT = "SELECT min(at) AS at FROM ({})".format(  # noqa: S608 - our own numbers; each part is one step in the index
    " UNION ALL ".join(_LATER.format(final=final, on_screen=on_screen) for final in (0, 1) for on_screen in (0, 1))
)


def _due(row: Row) -> Due:
    return Due(
        key=row["key"],
        conversation_id=row["place"],
        on_screen=bool(row["message_id"]),
        as_text=row["state"] == "text",
        final=bool(row["final"]),
        version=row["version"],
        updates=row["updates"],
        touched_at=datetime.fromisoformat(row["touched_at"]) if row["touched_at"] else None,
    )


async def behind(store: Store, key: str) -> Delivery | None:
    """The copy with its card as it is now; None when there is nothing to bring up to date any more."""
    row = await store.row(
        "SELECT d.*, c.body, c.updated_at FROM deliveries d JOIN cards c ON c.id = d.card_id"
        " WHERE d.key = ? AND d.state <> 'gone' AND d.behind = 1",
        key,
    )
    return _parsed(row) if row else None


async def shown(
    tx: Transaction,
    key: str,
    version: int,
    now: datetime,
    *,
    sent: Sent | None = None,
    spent: int = 1,
    again: datetime | None = None,
) -> None:
    """Note what a copy was told last, by a call or by the answer to a click. Both may be under way at once and nobody knows which
    came in last, so that a copy told an older version than its card's is behind, whatever it was told before. A next step on the
    way may be shown from `again` on, the end at once."""
    await tx.execute(
        "UPDATE deliveries SET shown_version = ?, behind = ? < (SELECT version FROM cards WHERE id = card_id),"
        " message_id = coalesce(?, message_id), form = coalesce(?, form),"
        " due_at = CASE WHEN final THEN due_at ELSE coalesce(?, due_at) END,"
        " updates = updates + ?, attempts = 0, touched_at = ?,"
        " error = CASE state WHEN 'open' THEN '' ELSE error END WHERE key = ?",
        version,
        version,
        sent.message_id if sent else None,
        sent.form if sent else None,
        stamp(again) if again else None,
        spent,
        stamp(now),
        key,
    )


async def put_off(tx: Transaction, later: Sequence[tuple[Due, datetime]]) -> None:
    """Show these versions later, unless a newer one came since they were read: that one decides for itself."""
    for copy, until in later:
        await tx.execute(
            "UPDATE deliveries SET due_at = ?, error = CASE state WHEN 'text' THEN error ELSE '' END"
            " WHERE key = ? AND ? = (SELECT version FROM cards WHERE id = card_id)",
            stamp(until),
            copy.key,
            copy.version,
        )


async def retry(tx: Transaction, key: str, until: datetime, error: str) -> None:
    """Try this copy again later; counts towards its back-off."""
    await tx.execute(
        "UPDATE deliveries SET due_at = ?, error = ?, attempts = attempts + 1 WHERE key = ?", stamp(until), error, key
    )


async def again(tx: Transaction, key: str, until: datetime) -> None:
    """Show this copy once more then, whatever it shows."""
    await tx.execute("UPDATE deliveries SET behind = 1, due_at = ? WHERE key = ? AND state = 'open'", stamp(until), key)


async def turn(tx: Transaction, key: str, state: Literal["text", "gone"], error: str) -> None:
    """From now on this copy is told as text, or not at all."""
    await tx.execute("UPDATE deliveries SET state = ?, error = ?, attempts = 0 WHERE key = ?", state, error, key)
