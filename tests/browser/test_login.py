"""Signing in and out as a person does: by password, by a real identity provider, on a phone, in the dark, without script."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from bot.clock import utc_now
from setup_server.provider import Client
from tests.browser.chromium import PHONE
from tests.browser.conftest import OpenPage
from tests.setup_server.gatehouse import PASSWORD, open_gatehouse
from tests.setup_server.test_oidc import real_provider

LINK = "/chat?card_id=7f3k"


async def visitor(browser: Browser, *, script: bool = True) -> Page:
    """A page on which an answer other than 200 is no mistake, and a stranger's page may ask for what it likes."""
    context = await browser.new_context(viewport=PHONE, locale="en-US", java_script_enabled=script)
    context.set_default_timeout(10_000)
    return await context.new_page()


@pytest.mark.parametrize("script", [True, False])
async def test_a_wrong_password_is_told_and_the_right_one_leads_back_to_the_card(
    tmp_path: Path, browser: Browser, script: bool
) -> None:
    async with open_gatehouse(tmp_path, utc_now) as house:
        page = await visitor(browser, script=script)
        await page.goto(f"{house.url}{LINK}")
        if "/login" not in page.url:  # the stand-in page lets strangers in: they go by themselves
            await page.goto(f"{house.url}/login?next=%2Fchat%3Fcard_id%3D7f3k")
        await page.get_by_label("User name").fill("Chen")
        await page.get_by_label("Password").fill("zebra-mountain-lamp 8")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_contain_text("The user name or the password is wrong")
        assert PASSWORD not in await page.content()
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(f"{house.url}{LINK}")
        await page.goto(f"{house.url}/logout")
        await page.get_by_role("button", name="Sign out of this browser").click()
        await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
        await page.goto(f"{house.url}/logout")
        await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


async def test_a_real_provider_signs_somebody_in(tmp_path: Path, browser: Browser) -> None:
    async with real_provider() as issuer:

        def client(url: str) -> Client:
            return Client(
                issuer=issuer,
                client_id="steward",
                client_secret=SecretStr("any"),
                admin_group="k8s-admins",
                redirect_uri=f"{url}/oidc/callback",
            )

        async with open_gatehouse(tmp_path, utc_now, client=client) as house:
            page = await visitor(browser)
            await page.goto(f"{house.url}/login?next=%2Fchat%3Fcard_id%3D7f3k")
            await page.get_by_role("link", name="Sign in with 127.0.0.1").click()
            await page.wait_for_url(re.compile(re.escape(issuer)))
            await page.locator("[name=sub]").first.fill("wang")
            await page.locator("[name=sub]").first.press("Enter")
            await page.wait_for_url(f"{house.url}{LINK}")
            await page.goto(f"{house.url}/logout")
            await expect(page.get_by_text("You are signed in as 王伟")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone_and_the_dark(tmp_path: Path, open_page: OpenPage, scheme: str) -> None:
    async with open_gatehouse(tmp_path, utc_now) as house:
        page = await open_page(scheme=scheme, locale="zh-CN")
        await page.goto(f"{house.url}/login")
        wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, "nothing sticks out"
        background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        red, green, blue = map(int, re.findall(r"\d+", background)[:3])
        assert (red + green + blue < 300) == (scheme == "dark")
        await expect(page.get_by_role("button", name="登录")).to_be_visible()
