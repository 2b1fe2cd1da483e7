"""Codes that tie somebody's identity on a platform to their account: made where the account is at home, typed to the bot.

Forty bits, good for a quarter of an hour, once, and every person has a few wrong ones: nobody guesses one. Kept is the SHA-256 of a
code; whoever can read the database within those minutes could try them all, and could as well take the session key.
"""

import hashlib
import secrets
from datetime import timedelta

from adapters.types import Person
from bot import audit
from bot.access import Access, Known
from bot.actions import ALPHABET
from bot.audit import Entry
from bot.clock import Clock, stamp
from bot.identities import Identities
from bot.store import Row, Store, Transaction
from executor.reason import Reason, reason
from setup_server.accounts import Role

LIFETIME = timedelta(minutes=15)
WRONG = 5
"""Wrong codes of one person within LIFETIME; after that none is looked at."""
_HALF = 4


def new_code() -> str:
    """`7F3K-92QD`"""
    halves = ("".join(secrets.choice(ALPHABET) for _ in range(_HALF)) for _ in range(2))
    return "-".join(halves)


def fingerprint(code: str) -> str:
    """What is kept of a code, with or without its dash, in capitals or not."""
    return hashlib.sha256(f"steward pairing 1 {code.replace('-', '').upper()}".encode()).hexdigest()


class NotBound(Exception):
    """The code tied nobody to anything; `reason` says why."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


class Pairing:
    """Makes codes and takes them."""

    def __init__(self, store: Store, identities: Identities, clock: Clock) -> None:
        self._store = store
        self._identities = identities
        self._clock = clock

    async def offer(self, account_id: str, entry: Entry) -> str:
        """A new code for an account; the one before it is good for nothing any more. `entry` says who made it."""
        code, now = new_code(), self._clock()

        async def offered(tx: Transaction) -> None:
            await tx.execute("DELETE FROM pairing_codes WHERE user_id = ? OR expires_at <= ?", account_id, stamp(now))
            await tx.execute(
                "INSERT INTO pairing_codes (hash, user_id, expires_at) VALUES (?, ?, ?)",
                fingerprint(code),
                account_id,
                stamp(now + LIFETIME),
            )
            await audit.append(tx, entry, self._clock)

        await self._store.write(offered)
        return code

    async def redeem(self, person: Person, code: str) -> Known:
        """Tie a person to the account that the code was made for; what is known of them now. Raises NotBound. Either way it is in
        the book, and the code is not."""

        async def redeemed(tx: Transaction) -> Known | Reason:
            if (known := await self._bound_before(tx, person, code)) is not None:
                return known
            account = await self._taken(tx, person, code)
            if not isinstance(account, Reason):
                refusal = _locks_out(await self._identities.within(tx), person, Role(account["role"]))
                if refusal is None:
                    await self._identities.bind(tx, person, account["id"])
                    await self._note(tx, person, "SUCCESS", f"user/{account['username'] or account['id']}", "")
                    return (await self._identities.within(tx)).of(person)
                account = refusal
            refused = account.code != "pairing.wrong"
            await self._note(tx, person, "REFUSED" if refused else "DENIED", "", account.code)
            return account

        outcome = await self._store.write(redeemed)
        if isinstance(outcome, Reason):
            raise NotBound(outcome)
        return outcome

    async def _bound_before(self, tx: Transaction, person: Person, code: str) -> Known | None:
        """What this very code gave this very person, if they still have it: the message is handled again after a crash."""
        used = await tx.row(
            "SELECT user_id FROM pairing_codes WHERE hash = ? AND used_by = ?",
            fingerprint(code),
            f"{person.platform}:{person.id}",
        )
        known = (await self._identities.within(tx)).of(person)
        return known if used is not None and used["user_id"] == known.account and not known.gone else None

    async def _taken(self, tx: Transaction, person: Person, code: str) -> Row | Reason:
        """The account of a code that is good, which it is not any more afterwards; or why not."""
        now = self._clock()
        await tx.execute("DELETE FROM pairing_failures WHERE at <= ?", stamp(now - LIFETIME))
        wrong = await tx.row(
            "SELECT count(*) AS n FROM pairing_failures WHERE platform = ? AND id = ?", person.platform, person.id
        )
        if wrong is not None and wrong["n"] >= WRONG:
            return reason("pairing.too_many", minutes=int(LIFETIME.total_seconds() // 60))
        used = await tx.execute(
            "UPDATE pairing_codes SET used_at = ?, used_by = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?",
            stamp(now),
            f"{person.platform}:{person.id}",
            fingerprint(code),
            stamp(now),
        )
        account = used and await tx.row(
            "SELECT users.* FROM users JOIN pairing_codes ON user_id = users.id WHERE hash = ?", fingerprint(code)
        )
        if account:
            return account
        await tx.execute("INSERT INTO pairing_failures VALUES (?, ?, ?)", person.platform, person.id, stamp(now))
        return reason("pairing.wrong")

    async def _note(self, tx: Transaction, person: Person, status: str, target: str, detail: str) -> None:
        row = Entry(
            user_id=person.id,
            user_name=person.name,
            action_type="bind",
            target_resource=target,
            status=status,
            platform=person.platform,
            detail=detail,
        )
        await audit.append(tx, row, self._clock)


def _locks_out(access: Access, person: Person, role: Role) -> Reason | None:
    """An administrator by grant who binds to an account of less would be one no more."""
    alone = access.administrators == {(person.platform, person.id)} and (person.platform, person.id) not in access.fixed
    return reason("pairing.last_admin") if alone and role is not Role.ADMINISTRATOR else None
