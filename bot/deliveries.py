"""Cards and their copies on the platforms. A copy that shows less than its card's version is behind: `bot.outbox`."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.types import Conversation
from bot import versions
from bot.clock import stamp
from bot.store import Store, Transaction
from cards.model import Card

NAMESPACE = uuid.UUID("6f6a1f0e-4f0b-5d0e-9a53-0d5a3f1c7b11")


def stable_id(*parts: str) -> str:
    """The same id for the same parts: what is done again after a crash is recognised as the same thing."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


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
            "INSERT INTO deliveries (key, card_id, platform, conversation, due_at, final) VALUES (?, ?, ?, ?, ?, ?)",
            key,
            card.id,
            conversation.platform,
            conversation.model_dump_json(),
            stamp(now),
            card.final,
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
        "UPDATE deliveries SET behind = 1, final = ?, due_at = CASE WHEN ? AND attempts = 0 THEN min(due_at, ?) ELSE due_at END"
        " WHERE card_id = ?",
        newer.final,
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
