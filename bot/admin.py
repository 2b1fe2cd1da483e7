"""`steward admin`: accounts, passwords and pairing codes, from the machine that Steward runs on.

It works beside a running daemon, on the same file: what changes here counts for the daemon's next decision (`bot.identities`).
Whoever may run it can read the database anyway; each change is in the audit book, with the name of the login on this machine.
"""

import argparse
import asyncio
import getpass
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot import audit
from bot.accounts import NameTaken, StoredAccounts
from bot.audit import Entry
from bot.clock import utc_now
from bot.identities import Identities
from bot.pairing import LIFETIME, Pairing
from bot.settings import Settings
from bot.setup.owner import Owner
from bot.sources import read_bounded
from bot.store import Row, Store, StoreTooNew, open_store
from setup_server.accounts import Account, Role, spelled
from setup_server.auth.passwords import Passwords
from setup_server.auth.strength import SHORTEST, Weakness, strength
from setup_server.setup.desk import TooLate

ROLES = {"administrator": Role.ADMINISTRATOR, "member": Role.MEMBER, "viewer": Role.VIEWER}
_WEAK = {
    Weakness.TOO_SHORT: f"it needs {SHORTEST} characters or more",
    Weakness.TOO_LONG: "it is too long",
    Weakness.HOLDS_NAME: "it holds the user name",
    Weakness.GUESSABLE: "it is easy to guess",
}
_LISTED = (
    "SELECT users.*, (SELECT max(timestamp) FROM audit_logs WHERE user_id = users.id AND status = 'SUCCESS'"
    " AND action_type IN ('login', 'login_oidc')) AS last_login FROM users ORDER BY coalesce(username, display_name)"
)


class Wrong(Exception):
    """What was asked cannot be done; the message is a sentence for a terminal."""


async def admin(settings: Settings, options: argparse.Namespace) -> int:
    """Exit code 0 when it is done, 1 with a sentence on standard error when it is not."""
    path = settings.steward_data_dir / "steward.db"
    if options.verb != "add" and not await asyncio.to_thread(path.exists):
        return _refused(f"no database at {path}; steward run or steward admin add makes it")
    try:
        async with open_store(path) as store:
            await _Desk(store, settings).serve(options)
    except (Wrong, StoreTooNew, sqlite3.OperationalError) as error:
        return _refused(str(error))
    return 0


def _refused(why: str) -> int:
    print(f"steward: {why}", file=sys.stderr)  # noqa: T201 - the command line speaks
    return 1


class _Desk:
    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._accounts = StoredAccounts(store, utc_now)
        self._say: Callable[[str], None] = print

    async def serve(self, options: argparse.Namespace) -> None:
        match options.verb:
            case "list":
                await self._list()
            case "add":
                await self._add(options.username, ROLES[options.role], options.password_file)
            case "reset-password":
                await self._reset(options.username, options.password_file)
            case "setup-token":
                await self._setup_token()
            case _:
                await self._pair(options.username)

    async def _list(self) -> None:
        rows = await self._store.rows(_LISTED)
        identities = Identities(self._store, utc_now, fixed=self._settings.steward_admins)
        access = await identities.now()
        for row in rows:
            bound = [
                f"{platform}:{one}" + (" (left)" if known.gone else "")
                for (platform, one), known in sorted(access.known.items())
                if known.account == row["id"]
            ]
            name = row["username"] or f"{row['display_name']} (id {row['id']})"
            self._line(name, row["role"], bound, row["last_login"] or "never")
        for pair in sorted({*access.known, *access.fixed}):
            known = access.known.get(pair)
            if known is None or not known.account:
                role = Role.ADMINISTRATOR if pair in access.fixed else (known and known.role) or "default"
                left = " (left)" if known is not None and known.gone else ""
                origin = "STEWARD_ADMINS" if pair in access.fixed else "granted in chat"
                self._line(
                    f"- {known.name if known else ''}".strip(), str(role), [f"{pair[0]}:{pair[1]}{left}"], origin
                )
        if not access.administrators:
            self._say("Nobody may approve yet: steward admin pair NAME ties an administrator to DingTalk or Feishu.")

    def _line(self, name: str, role: str, identities: list[str], last: str) -> None:
        self._say("\t".join((name, role, ", ".join(identities) or "no identity", last)))

    async def _add(self, username: str, role: Role, file: Path | None) -> None:
        name = spelled(username)
        if not name:
            raise Wrong("a user name is 1 to 64 characters that can be printed")
        if await self._accounts.by_username(name):
            raise Wrong(f"there is an account {name} already; steward admin reset-password {name} changes its password")
        kept = await Passwords().keep(await self._password(name, file))
        try:
            account = await self._accounts.add(name, kept, role)
        except NameTaken as error:
            raise Wrong(f"there is an account {name} already") from error
        await self._note("admin_add", account, role)
        self._say(f"{name} can sign in, as {role}. To approve in chat: steward admin pair {name}")

    async def _reset(self, username: str, file: Path | None) -> None:
        account = await self._account(username)
        if not account.password_hash:
            raise Wrong(f"{account.name} signs in at the identity provider and has no password here")
        kept = await Passwords().keep(await self._password(spelled(username), file))
        await self._accounts.set_password(account.id, kept)
        await self._note("admin_reset_password", account)
        self._say(f"The password of {account.name} is changed, and every session with the old one has ended.")

    async def _pair(self, username: str) -> None:
        account = await self._account(username)
        identities = Identities(self._store, utc_now, fixed=self._settings.steward_admins)
        entry = _entry("admin_pair", account, f"account {account.id}")
        code = await Pairing(self._store, identities, utc_now).offer(account.id, entry)
        minutes = int(LIFETIME.total_seconds() // 60)
        self._say(
            f"In DingTalk or Feishu, say to the bot within {minutes} minutes:\n\n    绑定 {code}\n    bind {code}\n"
        )
        self._say(f"Whoever says it first becomes {account.name}, with the role {account.role}. It works once.")

    async def _setup_token(self) -> None:
        try:
            token = await Owner(self._store, utc_now).new_token()
        except TooLate as error:
            raise Wrong("there is an administrator already, and /setup asks for no token any more") from error
        await self._store.write(partial(audit.append, entry=_entry_of("admin_setup_token"), clock=utc_now))
        self._say(
            f"On the page /setup, for the first administrator; every token before this one is void:\n\n    {token}"
        )

    async def _account(self, word: str) -> Account:
        found = await self._accounts.called(word)
        if not found:
            known: list[Row] = await self._store.rows(
                "SELECT coalesce(username, display_name) AS name FROM users LIMIT 20"
            )
            names = ", ".join(row["name"] for row in known) or "none yet"
            raise Wrong(f"there is no account of that name. Accounts: {names}")
        if len(found) > 1:
            several = ", ".join(f"{account.id} ({account.role})" for account in found)
            raise Wrong(f"several at the identity provider are called so; name one by its id: {several}")
        return found[0]

    async def _password(self, name: str, file: Path | None) -> str:
        password = await asyncio.to_thread(_from_file, file) if file else await asyncio.to_thread(_asked)
        if weakness := strength(password, name).weakness:
            raise Wrong(f"this password is refused: {_WEAK[weakness]}")
        return password

    async def _note(self, action: str, account: Account, detail: str = "") -> None:
        await self._store.write(partial(audit.append, entry=_entry(action, account, detail), clock=utc_now))


def _entry(action: str, account: Account, detail: str = "") -> Entry:
    return Entry(
        user_id=f"cli:{_login()}",
        action_type=action,
        target_resource=f"user/{account.name}",
        status="SUCCESS",
        platform="cli",
        detail=detail,
    )


def _entry_of(action: str) -> Entry:
    return Entry(user_id=f"cli:{_login()}", action_type=action, status="SUCCESS", platform="cli")


def _login() -> str:
    """Of the operating system; a container may have no name for it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _from_file(file: Path) -> str:
    try:
        return read_bounded(file).rstrip("\r\n")
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or type(error).__name__}") from error
    except ValueError as error:
        raise Wrong(f"{file}: is no text file, or too large") from error


def _asked() -> str:
    if not sys.stdin.isatty():
        raise Wrong("there is no terminal to ask for a password: use --password-file FILE")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Wrong("the two are not the same")
    return password
