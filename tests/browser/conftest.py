"""`open_page` shows what a person would see; a page that logs an error or asks for anything else fails its test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Error, Page, Request, Response, WebSocket

from tests.browser.chromium import DESK, MISSING, PHONE, chromium, path
from tests.leaks import WATCH

OpenPage = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = __name__.rpartition(".")[0].replace(".", "/")
    for item in items:
        if f"{here}/" in item.path.as_posix():
            item.add_marker("browser")
            if path() is None:
                item.add_marker(pytest.mark.skip(MISSING))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Each page has cookies and storage of its own. What went wrong in any of them is told at the end, and all that they were
    sent has been looked through for secrets."""
    wrong: list[str] = []
    answers: list[Response] = []

    async def open_page(
        source: str = "",
        *,
        width: Literal["phone", "desk"] = "phone",
        scheme: Literal["light", "dark"] = "light",
        locale: str = "en-US",
        script: bool = True,
    ) -> Page:
        context = await browser.new_context(
            viewport=PHONE if width == "phone" else DESK, color_scheme=scheme, locale=locale, java_script_enabled=script
        )
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks what it is given
        page.on("websocket", _hear)
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        if source:
            page.on("request", lambda request: wrong.append(_asked(request)))
            await page.set_content(source)
        return page

    yield open_page
    for answer in answers:
        with suppress(Error):  # a redirect has no body, and some are gone with their page
            WATCH.heard(f"page: {answer.request.method} {urlsplit(answer.url).path}", await answer.body())
    assert wrong == []


def _hear(socket: WebSocket) -> None:
    socket.on("framereceived", lambda said: WATCH.heard("page: frame", said))


def _asked(request: Request) -> str:
    return f"asked for {request.url[:100]}"
