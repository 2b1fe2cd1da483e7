"""Debian's chromium, headless. Playwright drives it where it is and never downloads one of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

MISSING = "no chromium here: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji"

PHONE = {"width": 420, "height": 800}
DESK = {"width": 1280, "height": 900}


def path() -> str | None:
    return shutil.which("chromium")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A process of its own, gone at the end. Glyphs are drawn without the screen's subpixels, so that pictures are the same
    on any machine that has the same fonts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path(), args=["--font-render-hinting=none", "--disable-lcd-text"]
        )
        try:
            yield browser
        finally:
            await browser.close()
