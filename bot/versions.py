"""Which versions of a card are kept: each state it was in and each that somebody clicked for ever, of the steps in between the
newest few, and whatever a copy still shows."""

import re
from datetime import datetime
from typing import NamedTuple

from bot.clock import stamp
from bot.store import Store, Transaction
from cards.model import Card, Tone

STEPS = 20


async def keep(tx: Transaction, card: Card, body: str, now: datetime) -> None:
    """In the transaction that makes the version; `body` is the card as JSON."""
    state = " ".join((card.kind, card.tone, card.tag or "", card.digest, str(card.final)))
    await tx.execute(
        "INSERT INTO card_versions (card_id, version, state, step, body, at) VALUES (?, ?, ?, coalesce("
        "(SELECT state FROM card_versions WHERE card_id = ? ORDER BY version DESC LIMIT 1) = ?, 0), ?, ?)",
        card.id,
        card.version,
        state,
        card.id,
        state,
        body,
        stamp(now),
    )
    if card.version <= STEPS:
        return
    await tx.execute(
        "DELETE FROM card_versions WHERE card_id = ? AND version <= ? AND step = 1 AND clicked = 0"
        " AND version NOT IN (SELECT shown_version FROM deliveries WHERE card_id = ?)",
        card.id,
        card.version - STEPS,
        card.id,
    )


async def clicked(tx: Transaction, card_id: str, version: int) -> None:
    await tx.execute("UPDATE card_versions SET clicked = 1 WHERE card_id = ? AND version = ?", card_id, version)


class Kept(NamedTuple):
    version: int
    at: datetime
    tone: Tone
    tag: str
    step: bool
    clicked: bool


async def kept(source: Transaction | Store, card_id: str) -> list[Kept]:
    """Oldest first."""
    rows = await source.rows(
        "SELECT version, at, step, clicked, json_extract(body, '$.tone') AS tone, json_extract(body, '$.tag') AS tag"
        " FROM card_versions WHERE card_id = ? ORDER BY version",
        card_id,
    )
    return [
        Kept(
            version=row["version"],
            at=datetime.fromisoformat(row["at"]),
            tone=Tone(row["tone"]),
            tag=row["tag"] or "",
            step=bool(row["step"]),
            clicked=bool(row["clicked"]),
        )
        for row in rows
    ]


async def at_version(source: Transaction | Store, card_id: str, version: int) -> Card | None:
    row = await source.row("SELECT body FROM card_versions WHERE card_id = ? AND version = ?", card_id, version)
    return Card.model_validate_json(row["body"]) if row else None


TYPED = "typed"
_CLICKED = re.compile(r"card v(\d{1,9})(?: · (.*))?", re.DOTALL)


def decided_on(version: int | None, detail: str) -> str:
    """The audit book's words for how somebody decided: on which version of the card they clicked, or None for typing. They stand
    first, so that nothing that a person writes passes for them."""
    how = TYPED if version is None else f"card v{version}"
    return f"{how} · {detail}" if detail else how


def clicked_version(detail: str) -> int | None:
    """The version that `decided_on` wrote."""
    found = _CLICKED.fullmatch(detail)
    return int(found[1]) if found else None
