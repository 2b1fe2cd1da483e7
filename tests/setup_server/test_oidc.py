"""In by way of a real provider: oidc-provider-mock, run as a process, with a person who clicks."""

import asyncio
import html
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.clock import utc_now
from setup_server.provider import Client
from tests.setup_server.gatehouse import Browser, Gatehouse, Page, browser, open_gatehouse

PEOPLE = (
    {"sub": "wang", "name": "王伟", "groups": ["dev", "k8s-admins"]},
    {"sub": "li", "name": "李娜", "groups": ["dev"]},
)


@asynccontextmanager
async def real_provider() -> AsyncIterator[str]:
    """Its own log says which port it got."""
    people = [word for person in PEOPLE for word in ("--user-claims", json.dumps(person))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "oidc_provider_mock", "--port", "0", *people, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(40):
            while not (found := re.search(rb"running on (http://127\.0\.0\.1:\d+)", await process.stderr.readline())):
                assert process.returncode is None
        reading = asyncio.create_task(process.stderr.read())
        try:
            yield found[1].decode()
        finally:
            process.terminate()
            await reading
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined] - asyncio closes it too late for the warnings


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    async with real_provider() as url:
        yield url


@pytest.fixture
async def house(tmp_path: Path, issuer: str) -> AsyncIterator[Gatehouse]:
    def client(url: str) -> Client:
        return Client(
            issuer=issuer,
            client_id="steward",
            client_secret=SecretStr("any"),
            admin_group="k8s-admins",
            redirect_uri=f"{url}/oidc/callback",
        )

    async with open_gatehouse(tmp_path, utc_now, client=client) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Gatehouse) -> AsyncIterator[Browser]:
    async with browser(house.url) as opened:
        yield opened


async def press(visitor: Browser, link: str, **form: str) -> Page:
    """Go to the provider and answer its form there, as somebody else's browser would."""
    asked = await visitor.get(link)
    begun = await visitor.get(asked.location) if asked.status == 303 else asked
    assert "<form" in begun.text
    async with aiohttp.ClientSession() as http, http.post(begun.url, data=form, allow_redirects=False) as answer:
        return await visitor.get(answer.headers["Location"])


async def test_a_real_provider_signs_people_in_and_out(house: Gatehouse, visitor: Browser, issuer: str) -> None:
    page = await visitor.get("/login?next=/chat%3Fcard_id%3D7f3k")
    assert "Sign in with 127.0.0.1" in page.text
    link = re.search(r'href="(/oidc/login[^"]*)"', page.text)
    assert link is not None
    back = await press(visitor, html.unescape(link[1]), sub="wang")
    assert (back.status, back.location) == (303, "/chat?card_id=7f3k")
    assert await visitor.whoami() == "王伟 admin /chat"

    token = (await visitor.get("/logout")).field("csrf")
    await visitor.post("/logout", {"csrf": token})
    out = await visitor.get("/logout")
    assert f'href="{issuer}/oauth2/end_session?client_id=steward&amp;post_logout_redirect_uri=' in out.text
    assert await visitor.whoami() == ""

    async with browser(house.url) as other:
        assert (await press(other, "/oidc/login", sub="li")).location == "/"
        assert await other.whoami() == "李娜 viewer /chat"
    async with browser(house.url) as unwilling:
        assert (await press(unwilling, "/oidc/login", action="deny")).status in (400, 403)
        assert await unwilling.whoami() == ""


async def test_a_provider_that_is_gone_leaves_the_password(tmp_path: Path) -> None:
    def client(url: str) -> Client:
        return Client(issuer="http://127.0.0.1:1", client_id="steward", redirect_uri=f"{url}/oidc/callback")

    async with open_gatehouse(tmp_path, utc_now, client=client) as house, browser(house.url) as visitor:
        page = await visitor.get("/oidc/login")
        assert page.status == 502
        assert "127.0.0.1 cannot be reached" in page.text
        assert (await visitor.login()).status == 303
