"""The rows of people who may sign in, and of their sessions: what setup_server asks for, in SQL."""

import secrets
import uuid
from base64 import b64decode, b64encode
from datetime import datetime
from functools import partial

from bot import audit
from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction
from setup_server.accounts import Account, Attempt, Role, Session, Visitor, spelled
from setup_server.auth.session_tokens import KEY_BYTES

KEY = "session_key"


class NameTaken(Exception):
    """Another account has this user name."""


async def session_key(store: Store, clock: Clock) -> bytes:
    """The key of the session tokens, made at the first start. Whoever reads the database can forge them; nobody else can."""

    async def body(tx: Transaction) -> bytes:
        row = await tx.row("SELECT value FROM settings WHERE name = ?", KEY)
        if row is not None:
            return b64decode(row["value"])
        made = secrets.token_bytes(KEY_BYTES)
        await tx.execute("INSERT INTO settings VALUES (?, ?, ?)", KEY, b64encode(made).decode(), stamp(clock()))
        return made

    return await store.write(body)


class StoredAccounts:
    """Implements setup_server's `Accounts` and `SessionBook`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def by_username(self, username: str) -> Account | None:
        row = await self._store.row("SELECT * FROM users WHERE username = ?", username)
        return _account(row) if row else None

    async def called(self, word: str) -> tuple[Account, ...]:
        """Whom somebody means who has the machine: a user name is one account's; else an account's id, or what the identity
        provider calls its people, which several may be called."""
        if (own := await self.by_username(spelled(word))) is not None:
            return (own,)
        rows = await self._store.rows(
            "SELECT * FROM users WHERE id = ? OR issuer IS NOT NULL AND (display_name = ? OR subject = ?) ORDER BY id",
            *(word, word, word),
        )
        return tuple(map(_account, rows))

    async def add(self, username: str, password_hash: str, role: Role) -> Account:
        """Raises NameTaken, and ValueError for what is no user name."""
        name = spelled(username)
        if not name:
            raise ValueError("no user name")

        async def body(tx: Transaction) -> Account:
            if await tx.row("SELECT 1 FROM users WHERE username = ?", name):
                raise NameTaken
            return await insert_account(tx, name, password_hash, role, self._clock)

        return await self._store.write(body)

    async def set_password(self, account_id: str, password_hash: str) -> None:
        """A new password. Whoever used the old one is signed out everywhere."""

        async def body(tx: Transaction) -> None:
            await tx.execute("UPDATE users SET password_hash = ? WHERE id = ?", password_hash, account_id)
            await _end_all(tx, account_id)

        await self._store.write(body)

    async def set_role(self, account_id: str, role: Role) -> None:
        """What somebody could do with the old role ends with it, in the same breath."""

        async def body(tx: Transaction) -> None:
            await _set_role(tx, account_id, role)

        await self._store.write(body)

    async def replace_hash(self, account_id: str, old: str, new: str) -> None:
        async def body(tx: Transaction) -> None:
            await tx.execute(
                "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", new, account_id, old
            )

        await self._store.write(body)

    async def of_visitor(self, visitor: Visitor) -> Account:
        async def body(tx: Transaction) -> Account:
            row = await tx.row("SELECT * FROM users WHERE issuer = ? AND subject = ?", visitor.issuer, visitor.subject)
            account_id = row["id"] if row else str(uuid.uuid4())
            role = Role(row["role"]) if row and row["decided"] else visitor.role
            if row is None:
                await tx.execute(
                    "INSERT INTO users (id, role, created_at, display_name, issuer, subject) VALUES (?, ?, ?, ?, ?, ?)",
                    account_id,
                    role,
                    stamp(self._clock()),
                    visitor.name,
                    visitor.issuer,
                    visitor.subject,
                )
            else:
                await _set_role(tx, account_id, role)
                await tx.execute("UPDATE users SET display_name = ? WHERE id = ?", visitor.name, account_id)
            return Account(id=account_id, name=visitor.name, role=role)

        return await self._store.write(body)

    async def open(self, session: Session) -> None:
        async def body(tx: Transaction) -> None:
            now = stamp(self._clock())
            await tx.execute("DELETE FROM sessions WHERE until <= ? OR ends_at <= ?", now, now)
            await tx.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                session.id,
                session.account.id,
                session.way,
                session.address,
                stamp(session.opened_at),
                stamp(session.until),
                stamp(session.ends_at),
            )

        await self._store.write(body)

    async def find(self, session_id: str) -> Session | None:
        row = await self._store.row(
            "SELECT sessions.id AS session_id, way, address, opened_at, until, ends_at, users.*"
            " FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = ?",
            session_id,
        )
        if row is None:
            return None
        return Session(
            id=row["session_id"],
            account=_account(row).model_copy(update={"password_hash": ""}),
            way=row["way"],
            address=row["address"],
            opened_at=datetime.fromisoformat(row["opened_at"]),
            until=datetime.fromisoformat(row["until"]),
            ends_at=datetime.fromisoformat(row["ends_at"]),
        )

    async def extend(self, session_id: str, until: datetime) -> bool:
        async def body(tx: Transaction) -> int:
            return await tx.execute("UPDATE sessions SET until = ? WHERE id = ?", stamp(until), session_id)

        return await self._store.write(body) == 1

    async def end(self, session_id: str) -> None:
        async def body(tx: Transaction) -> None:
            await tx.execute("DELETE FROM sessions WHERE id = ?", session_id)

        await self._store.write(body)

    async def end_all(self, account_id: str) -> int:
        return await self._store.write(partial(_end_all, account_id=account_id))


class AuditedAttempts:
    """Implements setup_server's `Audit`: a row in the book for each attempt to get in or out."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, attempt: Attempt) -> None:
        async def body(tx: Transaction) -> None:
            called = "SELECT coalesce(username, display_name) AS name FROM users WHERE id = ?"
            account = await tx.row(called, attempt.account_id)
            entry = audit.Entry(
                user_id=attempt.account_id,
                user_name=account["name"] if account else "",
                action_type=attempt.action,
                status=attempt.status,
                client_ip=attempt.address,
                platform="web",
                detail=attempt.detail,
            )
            await audit.append(tx, entry, self._clock)

        await self._store.write(body)


async def insert_account(tx: Transaction, name: str, password_hash: str, role: Role, clock: Clock) -> Account:
    """`name` as `spelled` writes it, and free."""
    account = Account(id=str(uuid.uuid4()), name=name, role=role, password_hash=password_hash)
    await tx.execute(
        "INSERT INTO users (id, username, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?)",
        account.id,
        name,
        password_hash,
        role,
        stamp(clock()),
    )
    return account


async def _end_all(tx: Transaction, account_id: str) -> int:
    return await tx.execute("DELETE FROM sessions WHERE user_id = ?", account_id)


async def _set_role(tx: Transaction, account_id: str, role: Role) -> None:
    if await tx.execute("UPDATE users SET role = ? WHERE id = ? AND role <> ?", role, account_id, role):
        await _end_all(tx, account_id)


def _account(row: Row) -> Account:
    return Account(
        id=row["id"],
        name=row["display_name"] or row["username"] or row["id"],
        role=Role(row["role"]),
        password_hash=row["password_hash"] or "",
    )
