"""The doors of the web pages, made from settings and the store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
import structlog
from aiohttp import web

from bot.accounts import AuditedAttempts, StoredAccounts, session_key
from bot.attempts import StoredHaunts, StoredLanes, StoredPending
from bot.clock import Clock
from bot.settings import Settings
from bot.setup.owner import Owner
from bot.store import Store
from setup_server.accounts import Role, spelled
from setup_server.auth.passwords import Passwords
from setup_server.auth.strength import strength
from setup_server.doors import Books, Doors
from setup_server.health import Health
from setup_server.oidc import CALLBACK
from setup_server.provider import Client
from setup_server.setup.desk import Desk, Pairing
from setup_server.setup.wizard import Wizard
from setup_server.site import Site

FIRST_NAME = "admin"
"""The administrator's user name when a password is set and no name."""
log = structlog.get_logger()


class SetUp(NamedTuple):
    """What /setup needs of the daemon. `pairing` is None where nobody can be paired."""

    desk: Desk
    pairing: Pairing | None
    health: Callable[[], Health]


@asynccontextmanager
async def gatehouse(
    settings: Settings,
    store: Store,
    clock: Clock,
    app: web.Application,
    *,
    setup: SetUp | None = None,
) -> AsyncIterator[Doors]:
    """Guard an application and hang the doors into it, before it is served. With `setup`, /setup as well, to which every page
    leads while there is no administrator."""
    site = Site(
        public_url=settings.steward_public_url, language=settings.steward_locale, proxies=settings.steward_proxies
    )
    accounts, passwords = StoredAccounts(store, clock), Passwords()
    books = Books(
        accounts=accounts,
        sessions=accounts,
        lanes=StoredLanes(store),
        haunts=StoredHaunts(store),
        pending=StoredPending(store),
        audit=AuditedAttempts(store, clock),
    )
    await _administrator(settings, accounts, passwords)
    key, client = await session_key(store, clock), _client(settings)
    doors = await asyncio.to_thread(Doors, site, books, key, clock, passwords)
    async with aiohttp.ClientSession() as http:
        doors.hang(app, client, http)
        if setup is not None:
            another_way = client is not None and bool(client.admin_group)
            Wizard(
                doors, Owner(store, clock), setup.desk, setup.pairing, setup.health, key, clock, another_way=another_way
            ).hang(app)
        yield doors


def _client(settings: Settings) -> Client | None:
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    return Client(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        admin_group=settings.oidc_admin_group,
        redirect_uri=f"{settings.steward_public_url}{CALLBACK}",
    )


async def _administrator(settings: Settings, accounts: StoredAccounts, passwords: Passwords) -> None:
    """Who is named in the settings can sign in with the password that is there: the environment wins over what was stored."""
    password = settings.admin_password.get_secret_value()
    if not password:
        return
    name = spelled(settings.admin_username or FIRST_NAME)
    if weakness := strength(password, name).weakness:
        log.warning("admin_password.weak", why=weakness)
    found = await accounts.by_username(name)
    if found is None:
        await accounts.add(name, await passwords.keep(password), Role.ADMINISTRATOR)
        log.info("administrator.added", name=name)
    elif not await passwords.check(password, found.password_hash):
        await accounts.set_password(found.id, await passwords.keep(password))
        log.info("administrator.password_set", name=name)
