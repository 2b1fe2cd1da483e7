"""From settings to a sign-in page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.gatehouse import gatehouse
from bot.settings import Settings
from bot.store import Store
from tests.bot.stand import Clock
from tests.setup_server.gatehouse import browser

PASSWORD = "zebra-mountain-lamp 7"


@asynccontextmanager
async def served(store: Store, **settings: Any) -> AsyncIterator[str]:
    app = web.Application()
    made = await asyncio.to_thread(Settings, **settings)  # it looks for a file
    async with gatehouse(made, store, Clock(), app):
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@pytest.mark.parametrize("name", ["", "Chen"])
async def test_the_administrator_of_the_settings_can_sign_in(store: Store, name: str) -> None:
    async with served(store, admin_username=name, admin_password=PASSWORD) as url, browser(url) as visitor:
        assert (await visitor.login(name or "admin", PASSWORD)).status == 303


async def test_another_password_in_the_settings_replaces_the_stored_one_and_the_same_does_not(store: Store) -> None:
    async with served(store, admin_password=PASSWORD) as url, browser(url) as visitor:
        await visitor.login("admin", PASSWORD)
        cookie = visitor.cookie("steward")
    async with served(store, admin_password=PASSWORD) as url, browser(url) as visitor:
        visitor.plant("steward", cookie)
        assert "signed in as admin" in (await visitor.get("/logout", Accept_Language="en")).text
    async with served(store, admin_password="another-river-stone 9") as url, browser(url) as visitor:
        visitor.plant("steward", cookie)
        assert "signed in as admin" not in (await visitor.get("/logout", Accept_Language="en")).text
        assert (await visitor.login("admin", PASSWORD)).status == 403
        assert (await visitor.login("admin", "another-river-stone 9")).status == 303


async def test_without_settings_there_are_pages_and_nobody_gets_in(store: Store) -> None:
    async with served(store) as url, browser(url) as visitor:
        page = await visitor.get("/login")
        assert "<h1>登录</h1>" in page.text
        assert "/oidc/" not in page.text
        assert (await visitor.get("/oidc/login")).status == 404
        assert (await visitor.login("admin", "admin")).status == 403


async def test_an_identity_provider_in_the_settings_is_offered(store: Store) -> None:
    settings = {"oidc_issuer": "https://id.example/realms/ops", "oidc_client_id": "steward"}
    async with served(store, **settings) as url, browser(url) as visitor:
        assert "用 id.example 登录" in (await visitor.get("/login")).text


@pytest.mark.parametrize(("proxies", "address"), [("127.0.0.0/8", "203.0.113.9"), ("10.0.0.5", "127.0.0.1")])
async def test_the_address_in_the_book_is_the_visitors_where_the_proxy_is_named(
    store: Store, proxies: str, address: str
) -> None:
    async with (
        served(store, steward_proxies=proxies) as url,
        browser(url, X_Forwarded_For="192.0.2.1, 203.0.113.9") as visitor,
    ):
        assert (await visitor.login("chen", "wrong")).status == 403
    row = await store.row("SELECT client_ip FROM audit_logs WHERE action_type = 'login'")
    assert row is not None and row["client_ip"] == address
