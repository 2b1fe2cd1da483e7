"""A gatehouse on a port of its own, over a real database, and a browser to visit it with."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import audit
from bot.accounts import AuditedAttempts, StoredAccounts, session_key
from bot.attempts import StoredHaunts, StoredLanes, StoredPending
from bot.store import Store, open_store
from setup_server import shield
from setup_server.accounts import Account, Clock, Role
from setup_server.auth.passwords import Passwords
from setup_server.doors import Books, Doors, Patience
from setup_server.provider import Client
from setup_server.sessions import signed_in
from setup_server.site import Site
from tests.leaks import visit

PASSWORD = "zebra-mountain-lamp 7"
CHEAP = 4
"""The least that bcrypt does: a test shall not wait for what makes guessing slow."""


@dataclass(frozen=True)
class Gatehouse:
    url: str
    store: Store
    accounts: StoredAccounts
    passwords: Passwords
    owner: Account
    key: bytes

    async def book(self) -> list[tuple[str, str, str, str]]:
        """What the audit book says: action, status, account, address."""
        await audit.verify(self.store)
        return [
            (row["action_type"], row["status"], row["user_id"], row["client_ip"])
            async for row in audit.entries(self.store)
        ]


async def _card(request: web.Request) -> web.Response:
    session = signed_in(request)
    return web.Response(text=f"{session.account.name} {session.account.role} {request.path_qs}")


async def _broken(request: web.Request) -> web.Response:
    raise RuntimeError("postgres://shop:s3cr3t@db/shop")


@asynccontextmanager
async def open_gatehouse(
    folder: Path,
    clock: Clock,
    *,
    public_url: str = "",
    proxies: tuple[str, ...] = (),
    client: Callable[[str], Client] | None = None,
    cost: int = CHEAP,
    runner: dict[str, Any] | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[Gatehouse]:
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    site = Site(public_url=public_url or url, language="en", proxies=tuple(map(ip_network, proxies)))
    async with open_store(folder / "steward.db") as store, aiohttp.ClientSession() as http:
        passwords, accounts = Passwords(cost), StoredAccounts(store, clock)
        books = Books(
            accounts=accounts,
            sessions=accounts,
            lanes=StoredLanes(store),
            haunts=StoredHaunts(store),
            pending=StoredPending(store),
            audit=AuditedAttempts(store, clock),
        )
        key = await session_key(store, clock)
        doors = await asyncio.to_thread(Doors, site, books, key, clock, passwords, patience or Patience())
        app = web.Application()
        app.add_routes([web.get("/chat", _card), web.get("/", _card), web.get("/broken", _broken)])
        doors.hang(app, client(url) if client else None, http)
        serving = web.AppRunner(app, **{**shield.RUNNER, "shutdown_timeout": 1.0, **(runner or {})})
        await serving.setup()
        await web.SockSite(serving, door).start()
        owner = await _owner(accounts, passwords)
        try:
            yield Gatehouse(url, store, accounts, passwords, owner, key)
        finally:
            await serving.cleanup()


async def _owner(accounts: StoredAccounts, passwords: Passwords) -> Account:
    """There from the first opening of a database on."""
    found = await accounts.by_username("chen")
    return found or await accounts.add("Chen", await passwords.keep(PASSWORD), Role.ADMINISTRATOR)


@dataclass
class Page:
    status: int
    text: str
    headers: "aiohttp.typedefs.LooseHeaders | Any"
    url: str

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def cookies(self) -> list[str]:
        return list(self.headers.getall("Set-Cookie", []))

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, self.text
        return found[1]


class Browser:
    """Keeps cookies, follows no redirect by itself, and says where its forms come from as browsers do."""

    def __init__(self, url: str, http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
        self.url = url
        self.http = http
        self.headers = headers

    async def get(self, path: str, **headers: str) -> Page:
        return await self._call("GET", path, headers)

    async def post(self, path: str, form: dict[str, str], **headers: str) -> Page:
        return await self._call("POST", path, {"Origin": self.url, "Sec-Fetch-Site": "same-origin", **headers}, form)

    async def _call(self, method: str, path: str, headers: dict[str, str], form: Any = None) -> Page:
        where = path if path.startswith("http") else self.url + path
        everything = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.http.request(method, where, data=form, headers=everything, allow_redirects=False) as answer:
            return Page(answer.status, await answer.text(), answer.headers, str(answer.url))

    async def login(self, username: str = "chen", password: str = PASSWORD, *, next_path: str = "") -> Page:
        """As a person does: open the page, fill it in, send it."""
        page = await self.get("/login" + (f"?next={next_path}" if next_path else ""))
        form = {"csrf": page.field("csrf"), "next": page.field("next"), "username": username, "password": password}
        return await self.post("/login", form)

    async def whoami(self) -> str:
        """`chen admin /chat`, or '' for nobody."""
        page = await self.get("/chat")
        return page.text if page.status == 200 else ""

    def cookie(self, name: str) -> str:
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key == name), "")

    def plant(self, name: str, value: str) -> None:
        from yarl import URL

        self.http.cookie_jar.update_cookies({name: value}, URL(self.url))


@asynccontextmanager
async def browser(url: str, **headers: str) -> AsyncIterator[Browser]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visit(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False)) as http:
        yield Browser(url, http, named)
