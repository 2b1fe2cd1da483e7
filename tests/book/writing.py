"""Rows for the tests of the book, and people who have the file in hand."""

import json
import sqlite3
from pathlib import Path

from bot import audit
from bot.audit import Entry
from bot.book.chain import COLUMNS, START, chained
from bot.store import Store, Transaction
from tests.bot.stand import Clock

WANG = {"user_id": "manager4220", "user_name": "王伟", "platform": "dingtalk"}
LI = {"user_id": "user123", "user_name": "李雷", "platform": "dingtalk"}
OTHER_WANG = {"user_id": "ou_9", "user_name": "王伟", "platform": "feishu"}


async def write(store: Store, clock: Clock, count: int, *, every: float = 60.0, **fields: str) -> None:
    """So many rows, the clock moved on before each."""

    async def rows(tx: Transaction) -> None:
        for number in range(count):
            clock.advance(every)
            given = {**WANG, "action_type": "approve_restart", "status": "APPROVED", "detail": f"row {number}"} | fields
            await audit.append(tx, Entry(**given), clock)

    await store.write(rows)


def tamper(path: Path, *statements: str) -> None:
    """As somebody with the file in hand would: triggers are no obstacle to them."""
    with sqlite3.connect(path) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
    file.close()


def old_book(path: Path, first_schema: str, count: int) -> None:
    """A database of the first version with rows that know no names."""
    with sqlite3.connect(path) as file:
        file.executescript(f"{first_schema}; PRAGMA user_version = 1;")
        previous = START.hash
        for number in range(1, count + 1):
            values = [
                f"id-{number}",
                "manager4220",
                "approve_restart",
                "deployment/nginx",
                'kubectl "x" \\ 帮\n',
                "APPROVED",
            ]
            values += ["", "dingtalk", f"2026-11-22T03:00:{number:02}.000+00:00", "重启\x01\x7f\u2028", "card", None]
            row: dict[str, object] = dict(zip(COLUMNS, [*values, number], strict=True))
            previous = chained(previous, {**row, "user_name": None})
            marks = ", ".join("?" * 14)
            file.execute(
                f"INSERT INTO audit_logs ({', '.join(COLUMNS)}, hash) VALUES ({marks})", (*row.values(), previous)
            )
        file.execute("UPDATE audit_head SET seq = ?, hash = ?", (count, previous))
    file.close()


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
