"""The first administrator, and the token that makes one."""

import hmac

import structlog

from bot.accounts import insert_account
from bot.clock import Clock, stamp
from bot.store import Store, Transaction
from setup_server.accounts import Account, Role, spelled
from setup_server.setup.desk import NameInUse, TooLate
from setup_server.setup.token import hashed, new_token

TOKEN = "setup_token"  # noqa: S105 - the name of a row
_OWNED = "SELECT 1 FROM users WHERE role = 'admin'"
log = structlog.get_logger()


class Owner:
    """Implements setup_server's `FirstDoor`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def owned(self) -> bool:
        return await self._store.row(_OWNED) is not None

    async def token_hash(self) -> str:
        row = await self._store.row("SELECT value FROM settings WHERE name = ?", TOKEN)
        return row["value"] if row else ""

    async def take(self, token_hash: str, username: str, password_hash: str) -> Account:
        name = spelled(username)
        if not name:
            raise ValueError("no user name")

        async def body(tx: Transaction) -> Account:
            row = await tx.row("SELECT value FROM settings WHERE name = ?", TOKEN)
            valid = row is not None and hmac.compare_digest(row["value"], token_hash)
            if not valid or await tx.row(_OWNED):
                raise TooLate
            if await tx.row("SELECT 1 FROM users WHERE username = ?", name):
                raise NameInUse
            await tx.execute("DELETE FROM settings WHERE name = ?", TOKEN)
            return await insert_account(tx, name, password_hash, Role.ADMINISTRATOR, self._clock)

        return await self._store.write(body)

    async def new_token(self) -> str:
        """Another token; the one before is worth nothing any more. Raises TooLate when there is an administrator."""
        token = new_token()

        async def body(tx: Transaction) -> None:
            if await tx.row(_OWNED):
                raise TooLate
            await tx.execute("DELETE FROM settings WHERE name = ?", TOKEN)
            await tx.execute("INSERT INTO settings VALUES (?, ?, ?)", TOKEN, hashed(token), stamp(self._clock()))

        await self._store.write(body)
        return token

    async def forget_token(self) -> None:
        """There is an administrator from elsewhere: it opens nothing, and is not kept."""
        await self._store.write(lambda tx: tx.execute("DELETE FROM settings WHERE name = ?", TOKEN))

    async def announce(self, address: str) -> None:
        """Say in one line of the log where to go; the token with it, once."""
        if await self.owned():
            await self.forget_token()
            return
        url = f"{address.replace('//0.0.0.0:', '//localhost:').replace('//:::', '//localhost:')}/setup"
        if await self.token_hash():
            log.warning("setup.waiting", url=url, another_one="steward admin setup-token")
        else:
            log.warning("setup.waiting", url=url, token=await self.new_token())
