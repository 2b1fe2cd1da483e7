"""The page of the audit book in a real browser: it fits, filters without script, and leads to cards and back."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.book.writing import write
from tests.browser.conftest import OpenPage
from tests.setup_server.house_of_cards import NAME, PASSWORD, Cards, house_of_cards


async def enter(page: Page, house: Cards) -> None:
    await page.goto(f"{house.url}/login?next=/audit")
    await page.locator("#username").fill(NAME)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.wait_for_url(f"{house.url}/audit")


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "script"),
    [("phone", "dark", "zh-CN", False), ("phone", "light", "en-US", True), ("desk", "light", "zh-CN", True)],
)
async def test_somebody_looks_for_a_row_and_finds_its_card(
    tmp_path: Path,
    open_page: OpenPage,
    width: Literal["phone", "desk"],
    scheme: Literal["light", "dark"],
    locale: str,
    script: bool,
) -> None:
    zh = locale == "zh-CN"
    async with house_of_cards(tmp_path) as house:
        await house.clicked(await house.proposed())
        await write(house.store, house.clock, 60, target_resource="deployment/a-rather-long-name-of-a-workload-in-shop")
        page = await open_page(width=width, scheme=scheme, locale=locale, script=script)
        await enter(page, house)
        assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        await expect(page.locator("tbody tr")).to_have_count(50)
        await page.get_by_role("link", name="更早的" if zh else "Earlier ones").click()
        await expect(page.locator("tbody tr")).to_have_count(13)
        await page.get_by_label("时间" if zh else "When").select_option("today")
        await page.get_by_label("谁" if zh else "Who").fill("李雷")
        await page.get_by_role("button", name="筛选" if zh else "Show").click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.get_by_role("link", name="propose_restart").click()
        await expect(page.locator("h1")).to_contain_text("deployment/nginx")
        await page.get_by_role("link", name="审计记录" if zh else "Audit book", exact=True).click()
        await expect(page.locator(".chain")).to_contain_text("哈希链完整" if zh else "Hash chain intact")
