"""The read-only pages, as a browser shows them: a real action in a house of its own, and samples for the list."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.async_api import Browser, Page

from executor.preview import DiffLine
from setup_server.live import Beat
from tests.bot.stand import GROUP, MEMBER, restart_order
from tests.cards.samples import STATES, sample
from tests.setup_server.house_of_cards import LOG, NAME, PASSWORD, Cards, house_of_cards

_FLAT = ":root { --shadow: none !important }"
"""Few colours draw no soft shadow."""
_DESK, _PHONE = (1180, 760), (390, 760)
_IMAGE = restart_order().model_copy(
    update={
        "diff": (
            DiffLine(path="spec.template.metadata.annotations[restartedAt]", before=None, after="2026-11-22T03:00:00Z"),
            DiffLine(path="spec.template.spec.containers[app].image", before="nginx:1.25.4", after="nginx:1.27.3"),
        )
    }
)


async def web(browser: Browser) -> AsyncIterator[tuple[str, bytes]]:
    """Each with its name."""
    with TemporaryDirectory() as folder:
        async with house_of_cards(Path(folder), beat=Beat(pause=0.02)) as house:
            async for picture in _taken(house, browser):
                yield picture


async def _taken(house: Cards, browser: Browser) -> AsyncIterator[tuple[str, bytes]]:
    for state in reversed(STATES):
        await house.router.send_card(sample(state, "zh").model_copy(update={"id": f"sample-{state}"}), (GROUP,))
        house.clock.advance(47)
    action = await house.proposed(order=_IMAGE)
    path = f"/chat?card_id={action.card_id}"
    desk = await _signed_in(house, browser, _DESK, "light", "zh-CN")
    yield "web/cards", await _shot(desk, house, "/")
    yield "web/waiting", await _shot(desk, house, path, opened="#section-1")
    await house.clicked(action, by=MEMBER)
    await house.clicked(action)
    await house.verifying(action, 2, *LOG)
    yield "web/verifying", await _shot(desk, house, path)
    phone = await _signed_in(house, browser, _PHONE, "light", "zh-CN")
    yield "web/phone", await _shot(phone, house, path)
    await house.finished(action)
    dark = await _signed_in(house, browser, _DESK, "dark", "zh-CN")
    yield "web/success-dark", await _shot(dark, house, path, opened="#section-1, #audit-rows")
    english = await _signed_in(house, browser, _DESK, "light", "en-US")
    yield "web/version", await _shot(english, house, f"{path}&version=1")
    small = await _signed_in(house, browser, _PHONE, "dark", "zh-CN")
    yield "web/phone-dark", await _shot(small, house, "/chat?card_id=sample-diagnosis")
    yield "web/audit", await _shot(desk, house, "/audit?period=today")


async def _signed_in(
    house: Cards, browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"], locale: str
) -> Page:
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1.5,
        color_scheme=scheme,
        locale=locale,
        bypass_csp=True,  # for _FLAT
    )
    page = await context.new_page()
    await page.goto(f"{house.url}/login")
    await page.fill("#username", NAME)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url(f"{house.url}/")
    return page


async def _shot(page: Page, house: Cards, path: str, *, opened: str = "") -> bytes:
    await page.goto(house.url + path)
    if await page.locator("#line").count():
        await page.wait_for_selector("#line[data-state=live]")
    for folded in await page.locator(opened).all() if opened else []:
        await folded.locator("summary").click()
    await page.evaluate("() => document.activeElement.blur()")
    await page.mouse.move(0, 0)
    return await page.screenshot(animations="disabled", full_page=True, style=_FLAT)
