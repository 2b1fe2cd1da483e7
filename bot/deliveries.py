"""Cards and their copies on the platforms. A copy that shows less than its card's version is the outbox (I11)."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.types import Conversation, Platform, Sent
from bot import versions
from bot.clock import stamp
from bot.store import Row, Store, Transaction
from cards.model import Card

NAMESPACE = uuid.UUID("6f6a1f0e-4f0b-5d0e-9a53-0d5a3f1c7b11")


def stable_id(*parts: str) -> str:
    """The same id for the same parts: what is done again after a crash is recognised as the same thing."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


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


async def add_card(
    tx: Transaction,
    card: Card,
    to: tuple[Conversation, ...],
    now: datetime,
    *,
    action_id: str | None = None,
    commands: Mapping[str, str] | None = None,
) -> bool:
    """Store a new card and one due copy for each conversation. False when the card was there already: nothing is changed."""
    body = card.model_dump_json()
    added = await tx.execute(
        "INSERT OR IGNORE INTO cards (id, version, final, body, action_id, commands, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        card.id,
        card.version,
        card.final,
        body,
        action_id,
        json.dumps(commands or {}, ensure_ascii=False),
        stamp(now),
    )
    if not added:
        return False
    for conversation in to:
        key = stable_id(card.id, conversation.platform, conversation.id)
        await tx.execute(
            "INSERT INTO deliveries (key, card_id, platform, conversation, due_at) VALUES (?, ?, ?, ?, ?)",
            key,
            card.id,
            conversation.platform,
            conversation.model_dump_json(),
            stamp(now),
        )
    await versions.keep(tx, card, body, now)
    return True


async def put_card(
    tx: Transaction,
    card: Card,
    now: datetime,
    *,
    commands: Mapping[str, str] | None = None,
    reopens: bool = False,
) -> Card:
    """Store the next version of a card; every copy is now behind, and due when it was: a step on the way waits for its turn as the
    one before did, the end waits only where the platform asked for it. A step that comes after the end changes nothing, unless it
    `reopens` what seemed over. Returns the card that is there, with its version and its link."""
    row = await tx.row(
        "SELECT version, final, body, json_extract(body, '$.link') AS link FROM cards WHERE id = ?", card.id
    )
    assert row is not None, card.id
    if row["final"] and not card.final and not reopens:
        return Card.model_validate_json(row["body"])
    newer = card.model_copy(update={"version": row["version"] + 1, "link": card.link or row["link"]})
    body = newer.model_dump_json()
    await tx.execute(
        "UPDATE cards SET version = ?, final = ?, body = ?, updated_at = ?, commands = coalesce(?, commands) WHERE id = ?",
        newer.version,
        newer.final,
        body,
        stamp(now),
        json.dumps(commands, ensure_ascii=False) if commands is not None else None,
        card.id,
    )
    await tx.execute(
        "UPDATE deliveries SET behind = 1, due_at = CASE WHEN ? AND attempts = 0 THEN min(due_at, ?) ELSE due_at END"
        " WHERE card_id = ?",
        newer.final,
        stamp(now),
        card.id,
    )
    await versions.keep(tx, newer, body, now)
    return newer


async def card_of(source: Transaction | Store, card_id: str) -> Card | None:
    row = await source.row("SELECT body FROM cards WHERE id = ?", card_id)
    return Card.model_validate_json(row["body"]) if row else None


async def version_of(source: Transaction | Store, card_id: str) -> int | None:
    row = await source.row("SELECT version FROM cards WHERE id = ?", card_id)
    return int(row["version"]) if row else None


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a click was about: the copy's card, conversation and form, its action if it has one, what the button stands for."""

    card: Card
    seen: int
    """The version that the copy showed, as far as the platform took it."""
    conversation: Conversation
    form: str
    action_id: str | None
    command: str | None


async def pressed(source: Transaction | Store, key: str, button: str) -> Pressed | None:
    """Look a click up by the key of the copy it came from. None for a copy that was never ours."""
    row = await source.row(
        "SELECT c.*, d.conversation, d.form, d.shown_version FROM deliveries d JOIN cards c ON c.id = d.card_id WHERE d.key = ?",
        key,
    )
    if row is None:
        return None
    return Pressed(
        card=Card.model_validate_json(row["body"]),
        seen=row["shown_version"] or row["version"],
        conversation=Conversation.model_validate_json(row["conversation"]),
        form=row["form"],
        action_id=row["action_id"],
        command=json.loads(row["commands"]).get(button),
    )


async def ask(tx: Transaction, conversation: Conversation, card_id: str, now: datetime) -> None:
    """Remember the question that was asked last in a conversation, so that its number can be typed."""
    await tx.execute(
        "INSERT INTO questions (conversation, card_id, asked_at) VALUES (?, ?, ?)"
        " ON CONFLICT (conversation) DO UPDATE SET card_id = excluded.card_id, asked_at = excluded.asked_at",
        f"{conversation.platform}:{conversation.id}",
        card_id,
        stamp(now),
    )


async def asked(source: Transaction | Store, conversation: Conversation, number: int) -> str | None:
    """What option `number` (from 1) of the last question in this conversation stands for; None if there is none."""
    row = await source.row(
        "SELECT c.commands FROM questions q JOIN cards c ON c.id = q.card_id WHERE q.conversation = ?",
        f"{conversation.platform}:{conversation.id}",
    )
    return json.loads(row["commands"]).get(f"option-{number}") if row else None


async def due(
    store: Store, platform: Platform, now: datetime, limit: int, *, sends: bool = True, updates: bool = True
) -> list[Due]:
    """Copies to bring up to date, final ones first; only those to post, or only those to change, where the others may not go."""
    rows = await store.rows(
        "SELECT d.key, d.message_id, d.state, d.updates, d.touched_at, c.final, c.version,"
        " json_extract(d.conversation, '$.id') AS place FROM deliveries d JOIN cards c ON c.id = d.card_id"
        " WHERE d.platform = ? AND d.state <> 'gone' AND d.behind = 1 AND d.due_at <= ?"
        " AND CASE d.message_id WHEN '' THEN ? ELSE ? END ORDER BY c.final DESC, d.due_at LIMIT ?",
        platform,
        stamp(now),
        sends,
        updates,
        limit,
    )
    return [
        Due(
            key=row["key"],
            conversation_id=row["place"],
            on_screen=bool(row["message_id"]),
            as_text=row["state"] == "text",
            final=bool(row["final"]),
            version=row["version"],
            updates=row["updates"],
            touched_at=datetime.fromisoformat(row["touched_at"]) if row["touched_at"] else None,
        )
        for row in rows
    ]


async def behind(store: Store, key: str) -> Delivery | None:
    """The copy with its card as it is now; None when there is nothing to bring up to date any more."""
    row = await store.row(
        "SELECT d.*, c.body, c.updated_at FROM deliveries d JOIN cards c ON c.id = d.card_id"
        " WHERE d.key = ? AND d.state <> 'gone' AND d.behind = 1",
        key,
    )
    return _parsed(row) if row else None


async def next_due(store: Store, platform: Platform, after: datetime) -> datetime | None:
    """When the first of those that are not due yet will be."""
    row = await store.row(
        "SELECT min(due_at) AS at FROM deliveries WHERE platform = ? AND state <> 'gone' AND behind = 1 AND due_at > ?",
        platform,
        stamp(after),
    )
    return datetime.fromisoformat(row["at"]) if row and row["at"] else None


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
        " due_at = CASE WHEN (SELECT final FROM cards WHERE id = card_id) THEN due_at ELSE coalesce(?, due_at) END,"
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
