"""The rows of actions, and the only statements that move their state: each a compare-and-swap (I3)."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.types import Conversation, Person
from bot.clock import stamp
from bot.orders import ORDER, AccessOrder, Order
from bot.store import Row, Store, Transaction
from executor.preview import ChangeOrder
from executor.run import Applied
from executor.verify import Verdict

CODE_REST = timedelta(days=30)
"""How long a code of a finished action is not given to another one."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far a clock may be put back. Further, and an action was made at a time that is yet to come: when it expires is not known."""
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without 0 O 1 I L, which people mistype."""


class State(StrEnum):
    WAIT_APPROVAL = "WAIT_APPROVAL"
    EXECUTING = "EXECUTING"
    VERIFYING = "VERIFYING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    DENIED = "DENIED"
    EXPIRED = "EXPIRED"
    STALE = "STALE"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        return self not in (State.WAIT_APPROVAL, State.EXECUTING, State.VERIFYING)


MOVES: dict[State, frozenset[State]] = {
    State.WAIT_APPROVAL: frozenset({State.EXECUTING, State.DENIED, State.EXPIRED, State.STALE, State.CANCELLED}),
    State.EXECUTING: frozenset({State.VERIFYING, State.FAILED, State.STALE, State.SUCCESS}),
    State.VERIFYING: frozenset({State.SUCCESS, State.FAILED}),
}


class Action(BaseModel):
    """One proposed change and what became of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    code: str
    state: State
    order: Order
    requester: Person
    conversation: Conversation
    intent: str
    card_id: str
    created_at: datetime
    expires_at: datetime
    decided_by: Person | None = None
    decided_at: datetime | None = None
    note: str = ""
    claimed_at: datetime | None = None
    """When the approval was used up, durably, right before the write; None: nothing was ever sent."""
    applied: Applied | None = None
    outcome: Verdict | None = None
    finished_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether it may still be approved, as far as time goes."""
        return self.created_at - CLOCK_SLACK <= now < self.expires_at

    @property
    def target(self) -> str:
        """`deployment/nginx` or `person/dingtalk:manager4220`, for logs and the audit book."""
        if isinstance(self.order, AccessOrder):
            return f"person/{self.order.subject}"
        return str(getattr(self.order.operation, "target", "")) or self.verb

    @property
    def verb(self) -> str:
        """`restart`, `grant`…"""
        return self.order.verb if isinstance(self.order, AccessOrder) else self.order.operation.verb

    @property
    def cluster_order(self) -> ChangeOrder:
        """The order of an action that changes the cluster."""
        assert isinstance(self.order, ChangeOrder), self.id
        return self.order


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4))


def _parsed(row: Row) -> Action:
    def when(name: str) -> datetime | None:
        return datetime.fromisoformat(row[name]) if row[name] else None

    return Action(
        id=row["id"],
        code=row["code"],
        state=State(row["state"]),
        order=ORDER.validate_json(row["change_order"]),
        requester=Person.model_validate_json(row["requester"]),
        conversation=Conversation.model_validate_json(row["conversation"]),
        intent=row["intent"],
        card_id=row["card_id"],
        created_at=datetime.fromisoformat(row["created_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        decided_by=Person.model_validate_json(row["decided_by"]) if row["decided_by"] else None,
        decided_at=when("decided_at"),
        note=row["note"],
        claimed_at=when("claimed_at"),
        applied=Applied.model_validate_json(row["applied"]) if row["applied"] else None,
        outcome=Verdict.model_validate_json(row["outcome"]) if row["outcome"] else None,
        finished_at=when("finished_at"),
    )


async def insert(tx: Transaction, action: Action) -> None:
    await tx.execute(
        "INSERT INTO actions (id, code, state, change_order, digest, requester, conversation, intent, card_id, created_at,"
        " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        action.id,
        action.code,
        action.state,
        action.order.model_dump_json(),
        action.order.digest,
        action.requester.model_dump_json(),
        action.conversation.model_dump_json(),
        action.intent,
        action.card_id,
        stamp(action.created_at),
        stamp(action.expires_at),
    )


async def get(source: Transaction | Store, action_id: str) -> Action | None:
    row = await source.row("SELECT * FROM actions WHERE id = ?", action_id)
    return _parsed(row) if row else None


async def by_code(source: Transaction | Store, code: str) -> Action | None:
    """The newest action that people know by this code."""
    row = await source.row("SELECT * FROM actions WHERE code = ? ORDER BY created_at DESC LIMIT 1", code.upper())
    return _parsed(row) if row else None


async def free_code(tx: Transaction, now: datetime) -> str:
    """A code that no action of the last CODE_REST has. Ends: there are 31⁴ codes, and nobody asks for that many in a month."""
    while True:
        code = new_code()
        found = await by_code(tx, code)
        if found is None or (found.state.terminal and now - found.created_at > CODE_REST):
            return code


async def in_state(source: Transaction | Store, *states: State) -> list[Action]:
    marks = ", ".join("?" * len(states))
    rows = await source.rows(f"SELECT * FROM actions WHERE state IN ({marks}) ORDER BY created_at", *states)  # noqa: S608 - marks
    return [_parsed(row) for row in rows]


async def overdue(source: Transaction | Store, now: datetime) -> list[Action]:
    """Those that wait for an approval and may not be approved any more."""
    rows = await source.rows(
        "SELECT * FROM actions WHERE state = 'WAIT_APPROVAL' AND (expires_at <= ? OR created_at > ?) ORDER BY expires_at",
        stamp(now),
        stamp(now + CLOCK_SLACK),
    )
    return [_parsed(row) for row in rows]


async def next_expiry(source: Transaction | Store) -> datetime | None:
    """When the first of those that wait for an approval expires."""
    row = await source.row("SELECT min(expires_at) AS at FROM actions WHERE state = 'WAIT_APPROVAL'")
    return datetime.fromisoformat(row["at"]) if row and row["at"] else None


async def move(tx: Transaction, action_id: str, old: State, new: State, **columns: Any) -> Action | None:
    """Swap the state if it still is `old`, writing `columns` with it; the action as it is now, or None if it had moved on.

    Models are written as JSON, times as stamps. Raises ValueError for a move that the state machine does not have.
    """
    if new not in MOVES.get(old, frozenset()):
        raise ValueError(f"{old} never becomes {new}")
    values = {name: _column(value) for name, value in columns.items()}
    sets = "".join(f", {name} = ?" for name in values)
    row = await tx.row(
        f"UPDATE actions SET state = ?{sets} WHERE id = ? AND state = ? RETURNING *",  # noqa: S608 - our own keyword arguments
        new,
        *values.values(),
        action_id,
        old,
    )
    return _parsed(row) if row else None


async def claim(tx: Transaction, action_id: str, digest: str, now: datetime) -> bool:
    """Use an approval up: true once, while the action is EXECUTING with this digest and its approval stands in the audit book."""
    changed = await tx.execute(
        "UPDATE actions SET claimed_at = ? WHERE id = ? AND state = 'EXECUTING' AND digest = ? AND claimed_at IS NULL"
        " AND EXISTS (SELECT 1 FROM audit_logs WHERE card_id = actions.card_id AND status = 'APPROVED')",
        stamp(now),
        action_id,
        digest,
    )
    return changed == 1


def _column(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return stamp(value) if isinstance(value, datetime) else value
