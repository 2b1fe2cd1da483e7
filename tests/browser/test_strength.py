"""The meter beside a new password: it moves while one types, agrees with the server, and is not needed."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from setup_server.auth.strength import strength
from tests.browser.conftest import OpenPage
from tests.browser.test_login import visitor
from tests.setup_server.newcomer import PASSWORD, Installation, installed

TYPED = (
    *("a", "password", "password1234", "P@ssw0rd2024", "qwertyuiop123", "aaaaaaaaaaaaaa", "abcabcabcabcabc"),
    *("chen-is-the-owner", "CHEN zebra mountain", "correct horse battery staple", PASSWORD, "zX9!", "zX9!zX9!zX9!"),
    *("5.K2w#q8Lm@v", "1234567890123456", "密码密码密码密码密码密码", "山高月小水落石出天地玄黄", "ｐａｓｓｗｏｒｄ１２３"),
    *("İstanbul straße 77 ß", "٣٤٥٦٧٨٩٠١٢٣٤", "🐎🔋📎" * 4, "x" * 500, "steward-steward-steward"),
    *("!@#$%^&*()_+", "0p3nS3s4m3-t0-th3-gr33n-d00r"),
)  # fmt: skip


async def to_the_form(page: Page, house: Installation) -> None:
    await page.goto(f"{house.url}/setup")
    await page.locator("#token").fill(house.token)
    await page.locator("#token").press("Enter")
    await page.wait_for_selector("#password")


async def test_it_moves_while_one_types_and_says_what_the_server_would(tmp_path: Path, open_page: OpenPage) -> None:
    async with installed(tmp_path) as house:
        page = await open_page(locale="en-US")
        await to_the_form(page, house)
        meter = page.locator("#strength")
        await expect(meter).to_be_hidden()
        await page.get_by_label("User name").fill("Chen")
        for password in TYPED:
            await page.locator("#password").fill(password)
            judged = strength(password, "chen")
            await expect(meter).to_have_attribute("data-weakness", judged.weakness or "")
            assert await meter.locator("meter").evaluate("each => each.value") == judged.level, password
        await page.locator("#password").fill("")
        await expect(meter).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "weak", "strong"), [("zh-CN", "很弱 · 太短", "很强"), ("en-US", "very weak · Too short", "very strong")]
)
async def test_a_person_reads_it_in_their_language(
    tmp_path: Path, open_page: OpenPage, locale: str, weak: str, strong: str
) -> None:
    async with installed(tmp_path) as house:
        page = await open_page(locale=locale, scheme="dark")
        await to_the_form(page, house)
        await page.locator("#password").press_sequentially("zX9!")
        await expect(page.locator("#strength")).to_contain_text(weak)
        await page.locator("#password").fill("5.K2w#q8Lm@v-a longer one of these")
        await expect(page.locator("#strength")).to_contain_text(strong)
        assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


async def test_without_script_the_server_judges_alone(tmp_path: Path, browser: Browser) -> None:
    async with installed(tmp_path) as house:
        page = await visitor(browser, script=False)
        await to_the_form(page, house)
        await page.locator("#password").fill("steward12345")
        await page.locator("#again").fill("steward12345")
        await page.locator("#again").press("Enter")
        await expect(page.locator("#password-wrong")).to_be_visible()
        await expect(page.locator("#strength")).to_be_visible()
