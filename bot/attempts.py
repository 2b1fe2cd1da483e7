"""What the doors remember of attempts: the lanes of the brake, where people signed in before, who is at the identity provider."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.clock import stamp
from bot.store import Store, Transaction
from setup_server.accounts import PendingLogin

PENDING = 10_000
"""Logins that may be begun and unfinished; beyond, the oldest is forgotten."""
HAUNTS = 50
"""Addresses remembered for a name."""


class StoredLanes:
    """Implements setup_server's `LaneBook`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def change(
        self, names: Sequence[str], alter: Callable[[Mapping[str, float]], Mapping[str, float]], now: float
    ) -> None:
        async def body(tx: Transaction) -> None:
            await tx.execute("DELETE FROM login_lanes WHERE empty_at <= ?", now)
            marks = ", ".join("?" * len(names))
            rows = await tx.rows(f"SELECT name, empty_at FROM login_lanes WHERE name IN ({marks})", *names)  # noqa: S608 - question marks
            for name, empty_at in alter({row["name"]: row["empty_at"] for row in rows}).items():
                await tx.execute("INSERT OR REPLACE INTO login_lanes VALUES (?, ?)", name, empty_at)

        await self._store.write(body)


class StoredHaunts:
    """Implements setup_server's `Haunts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def known(self, name: str, address: str, since: datetime) -> bool:
        row = await self._store.row(
            "SELECT 1 FROM login_haunts WHERE name = ? AND address = ? AND at >= ?", name, address, stamp(since)
        )
        return row is not None

    async def remember(self, name: str, address: str, at: datetime) -> None:
        async def body(tx: Transaction) -> None:
            await tx.execute("INSERT OR REPLACE INTO login_haunts VALUES (?, ?, ?)", name, address, stamp(at))
            await tx.execute(
                "DELETE FROM login_haunts WHERE name = ? AND address NOT IN"
                " (SELECT address FROM login_haunts WHERE name = ? ORDER BY at DESC LIMIT ?)",
                name,
                name,
                HAUNTS,
            )

        await self._store.write(body)


class StoredPending:
    """Implements setup_server's `PendingBook`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, state: str, pending: PendingLogin, now: datetime) -> None:
        async def body(tx: Transaction) -> None:
            await tx.execute("DELETE FROM oidc_pending WHERE expires_at <= ?", stamp(now))
            await tx.execute(
                "DELETE FROM oidc_pending WHERE state IN"
                " (SELECT state FROM oidc_pending ORDER BY expires_at DESC LIMIT -1 OFFSET ?)",
                PENDING - 1,
            )
            await tx.execute(
                "INSERT INTO oidc_pending VALUES (?, ?, ?, ?, ?, ?)",
                state,
                pending.visit,
                pending.nonce,
                pending.verifier,
                pending.destination,
                stamp(pending.expires_at),
            )

        await self._store.write(body)

    async def take(self, state: str) -> PendingLogin | None:
        async def body(tx: Transaction) -> PendingLogin | None:
            row = await tx.row("SELECT * FROM oidc_pending WHERE state = ?", state)
            if row is None:
                return None
            await tx.execute("DELETE FROM oidc_pending WHERE state = ?", state)
            return PendingLogin(
                visit=row["visit"],
                nonce=row["nonce"],
                verifier=row["verifier"],
                destination=row["destination"],
                expires_at=datetime.fromisoformat(row["expires_at"]),
            )

        return await self._store.write(body)
