"""Who is who, as the store has it, and the statements that change it.

`within` belongs to every decision: it looks in the decision's own transaction whether anything changed since the roster in memory
was read, by whomever: a grant a moment ago, a page, `steward admin` in another process. So nobody decides with a role that was
taken away before, and nothing has to be told to anybody.
"""

from typing import cast

from adapters.types import Person, Platform
from bot.access import Access, Known, Pair
from bot.clock import Clock, stamp
from bot.store import Row, Store, Transaction
from setup_server.accounts import Role

_ROLES = {str(role): role for role in Role}
"""A word that somebody wrote into the database by hand, and that is none of these, gives the least."""
_ABOUT_TO_GET = (
    "SELECT 1 FROM actions WHERE state IN ('WAIT_APPROVAL', 'EXECUTING') AND json_extract(change_order, '$.kind') = 'access'"
    " AND json_extract(change_order, '$.person.platform') = ? AND json_extract(change_order, '$.person.id') = ?"
)


class Identities:
    """`fixed` are the administrators of STEWARD_ADMINS."""

    def __init__(
        self, store: Store, clock: Clock, *, fixed: frozenset[Pair] = frozenset(), default: Role = Role.MEMBER
    ) -> None:
        self._store = store
        self._clock = clock
        self._fixed = fixed
        self.default = default
        self._read: tuple[str, Access] = ("", Access(fixed, default=default))

    async def now(self) -> Access:
        """As it is committed."""
        return await self._current(self._store)

    async def within(self, tx: Transaction) -> Access:
        """As this transaction sees it, its own changes included."""
        return await self._current(tx)

    async def _current(self, source: Store | Transaction) -> Access:
        version = await source.row("SELECT word FROM access_version")
        assert version is not None
        word, access = self._read
        if version["word"] != word:
            access = Access(self._fixed, await _roster(source), self.default)
            self._read = (version["word"], access)
        return access

    async def set_role(self, tx: Transaction, person: Person, role: Role | None) -> None:
        """The account's role where there is an account: whoever is signed in with the old one is signed out, and no group at an
        identity provider changes it any more. None is the default. Nobody gets a role who is not there: a person who had left is
        taken to be back."""
        known = (await self.within(tx)).of(person)
        if known.account:
            wanted = role or self.default
            if await tx.execute("UPDATE users SET role = ? WHERE id = ? AND role <> ?", wanted, known.account, wanted):
                await tx.execute("DELETE FROM sessions WHERE user_id = ?", known.account)
            await tx.execute("UPDATE users SET decided = 1 WHERE id = ?", known.account)
            role = None
        await self._put(tx, person, known.account or None, role)

    async def bind(self, tx: Transaction, person: Person, account_id: str) -> None:
        """Tie somebody to an account, and to its role. They were just heard: they have not left."""
        await self._put(tx, person, account_id, None)

    async def leave(self, tx: Transaction, person: Person) -> bool:
        """Note that somebody is no longer in the organisation; False when that was known, or when they had no role of their own and
        nobody is about to give them one."""
        kept = (person.platform, person.id) in {*self._fixed, *(await self.within(tx)).known}
        kept = kept or await tx.row(_ABOUT_TO_GET, person.platform, person.id) is not None
        return (
            kept
            and await tx.execute(
                "INSERT INTO identities (platform, id, name, gone_at, changed_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (platform, id) DO UPDATE SET gone_at = excluded.gone_at, changed_at = excluded.changed_at"
                " WHERE gone_at IS NULL",
                person.platform,
                person.id,
                person.name,
                stamp(self._clock()),
                stamp(self._clock()),
            )
            == 1
        )

    async def _put(self, tx: Transaction, person: Person, account: str | None, role: Role | None) -> None:
        await tx.execute(
            "INSERT INTO identities (platform, id, user_id, role, name, changed_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (platform, id) DO UPDATE SET user_id = excluded.user_id, role = excluded.role, gone_at = NULL,"
            " changed_at = excluded.changed_at, name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END",
            person.platform,
            person.id,
            account,
            role,
            person.name,
            stamp(self._clock()),
        )


async def _roster(source: Store | Transaction) -> dict[Pair, Known]:
    rows = await source.rows(
        "SELECT platform, identities.id, name, gone_at, user_id, coalesce(users.role, identities.role) AS role,"
        " coalesce(username, display_name, '') AS username FROM identities LEFT JOIN users ON users.id = user_id"
    )
    return {(row["platform"], row["id"]): _known(row) for row in rows}


def _known(row: Row) -> Known:
    return Known(
        role=_ROLES.get(row["role"], Role.VIEWER) if row["role"] else None,
        account=row["user_id"] or "",
        username=row["username"],
        name=row["name"],
        gone=row["gone_at"] is not None,
    )


def person_of(pair: Pair, name: str = "") -> Person:
    """The person behind a pair."""
    return Person(platform=cast("Platform", pair[0]), id=pair[1], name=name)
