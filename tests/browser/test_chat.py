"""The page of a card in a real browser: live, on a phone and a desk, in the light and in the dark, by keyboard, without script."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from cards.model import Card, Diff, DiffLine, Fact, Named, Progress, Section
from executor.preview import DiffLine as Changed
from setup_server.live import Beat
from tests.bot.stand import GROUP, MEMBER, restart_order
from tests.browser.conftest import OpenPage
from tests.browser.test_cards import HOSTILE, hostile
from tests.setup_server.house_of_cards import LOG, NAME, PASSWORD, Cards, house_of_cards

SCALE = restart_order().model_copy(
    update={
        "diff": (
            Changed(path="spec.replicas", before="3", after="5"),
            Changed(path="metadata.labels[team]", before=None, after="shop"),
        )
    }
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cards]:
    async with house_of_cards(tmp_path, beat=Beat(pause=0.05, check=0.2)) as opened:
        yield opened


async def signed_in(page: Page, house: Cards, path: str = "/") -> None:
    """Ask for a page, be led to the sign-in and from there to the page."""
    await page.goto(house.url + path)
    await page.fill("#username", NAME)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url(house.url + path)


async def test_a_deep_link_leads_to_a_card_that_moves_from_waiting_to_success(
    house: Cards, open_page: OpenPage
) -> None:
    action = await house.proposed()
    page = await open_page(width="desk", locale="zh-CN")
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    card = page.locator("#card")
    await expect(card.locator(".state")).to_have_text("待审批")
    await expect(page.locator("#line")).to_have_text("实时更新中")
    await house.clicked(action, by=MEMBER)
    await house.clicked(action)
    await expect(card.locator(".state")).to_have_text("执行中")
    await expect(page.locator("#moments")).to_contain_text("王伟 点了批准：已批准")
    await expect(page).to_have_title("执行中 · 滚动重启 deployment/nginx（shop） · Steward")
    for count in range(1, len(LOG) + 1):
        await house.verifying(action, min(count, 2), *LOG[:count])
        await expect(card.get_by_role("region", name="最新日志")).to_contain_text(LOG[count - 1])
    await expect(card.get_by_role("progressbar")).to_have_attribute("value", "66")
    await house.finished(action)
    await expect(card.locator(".state")).to_have_text("成功")
    await expect(page.locator("#line")).to_have_text("已结束，不会再有变化")
    await expect(page.locator("#moments")).to_contain_text("卡片变为「成功」")
    await expect(page.locator("#audit summary")).to_have_text("审计记录 3 条")


async def test_folded_evidence_opens_by_keyboard_and_stays_open_when_the_card_moves(
    house: Cards, open_page: OpenPage
) -> None:
    action = await house.proposed(order=SCALE)
    page = await open_page()
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    await expect(page.locator("#line")).to_have_attribute("data-state", "live")
    folded = page.locator("#card details").first
    await expect(folded.locator(".diff")).not_to_be_visible()
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement.localName === 'summary'"):
            break
    await page.keyboard.press("Enter")
    await expect(folded.locator(".diff")).to_be_visible()
    await house.clicked(action)
    await expect(page.locator("#card .state")).to_have_text("执行中")
    await expect(folded.locator(".diff")).to_be_visible()
    await expect(folded.locator("summary")).to_be_focused()


async def test_whoever_reads_up_in_the_log_is_left_there_and_else_it_follows(house: Cards, open_page: OpenPage) -> None:
    action = await house.proposed()
    await house.clicked(action)
    lines = tuple(f"line {number}" for number in range(100))
    await house.verifying(action, 1, *lines)
    page = await open_page()
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    log = page.locator("#log")
    below = "log => log.scrollHeight - log.clientHeight - log.scrollTop"
    assert await log.evaluate(below) < 2
    await house.verifying(action, 2, *lines, "line 100")
    await expect(log).to_contain_text("line 100")
    assert await log.evaluate(below) < 2
    await log.evaluate("log => { log.scrollTop = 40 }")
    await house.verifying(action, 2, *lines, "line 100", "line 101")
    await expect(log).to_contain_text("line 101")
    assert await log.evaluate("log => log.scrollTop") == 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_sticks_out_on_a_phone_and_every_text_can_be_read(
    house: Cards, open_page: OpenPage, scheme: str
) -> None:
    action = await house.proposed(order=SCALE)
    await house.clicked(action, by=MEMBER)
    for width in ("phone", "desk"):
        page = await open_page(width=width, scheme=scheme)
        await signed_in(page, house)
        assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert await faint(page) == []
        await page.goto(f"{house.url}/chat?card_id={action.card_id}")
        for summary in await page.locator("summary").all():
            await summary.click()
        assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert await faint(page) == []
        dark = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(16, 25, 27)") is (scheme == "dark")


async def faint(page: Page) -> list[str]:
    """Texts whose contrast to what is behind them is less than WCAG's 4.5."""
    return list(
        await page.evaluate(
            """() => {
              const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
              const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
                .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
              const behind = (node) => {
                for (let each = node; each; each = each.parentElement) {
                  const found = parse(getComputedStyle(each).backgroundColor);
                  if (found.length === 3 || found[3] === 1) return found;
                }
                return [255, 255, 255];
              };
              const texts = [...document.querySelectorAll("body *")].filter((node) => node.getClientRects().length
                && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
              return texts.filter((node) => {
                const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
                return (a + 0.05) / (b + 0.05) < 4.5;
              }).map((node) => node.outerHTML.slice(0, 100));
            }"""
        )
    )


async def test_hostile_text_does_nothing_on_the_page_and_in_live_frames(house: Cards, open_page: OpenPage) -> None:
    page = await open_page(width="desk")
    await signed_in(page, house)
    for number, text in enumerate(HOSTILE):
        who = Named(platform="dingtalk", id="x", name=text)
        changed = Section(title=text, body=Diff(lines=(DiffLine(path=text, before=text, after=text),)))
        plain = hostile(text)
        card = plain.model_copy(
            update={
                "id": f"h-{number}",
                "facts": (*plain.facts, Fact(label=text, value=text, person=who)),
                "sections": (*plain.sections, changed),
                "progress": Progress(percent=1, step=text),
            }
        )
        await house.router.send_card(card, (GROUP,))
        await page.goto(f"{house.url}/chat?card_id={card.id}")
        await expect(page.locator("#line")).to_have_attribute("data-state", "live")
        await does_nothing(page)
        await house.router.update_card(card.model_copy(update={"log": (text, text)}))
        await expect(page.locator("#card")).to_have_attribute("data-version", "2")
        await does_nothing(page)
    await page.goto(house.url)
    await expect(page.locator(".shelf li")).to_have_count(len(HOSTILE))
    await does_nothing(page)


async def does_nothing(page: Page) -> None:
    """`open_page` fails what raises, opens a dialog or is said on the console."""
    await page.locator("summary").evaluate_all("nodes => nodes.forEach(node => node.click())")
    assert await page.locator("main :is(script, img, iframe, svg, style, object, form, button)").count() == 0
    handlers = "nodes => nodes.flatMap(node => [...node.attributes]).filter(each => each.name.startsWith('on')).length"
    assert await page.locator("main *").evaluate_all(handlers) == 0
    addresses = await page.locator("main a").evaluate_all("nodes => nodes.map(node => node.getAttribute('href'))")
    assert all(
        address.startswith("/chat?") or (address.startswith("/") and address[1] != "/")
        for address in addresses
        if address != "/"
    )
    assert await page.title() not in {"owned", "1"}


async def test_an_older_version_is_shown_with_a_banner_that_leads_to_the_newest(
    house: Cards, open_page: OpenPage
) -> None:
    action = await house.proposed(order=SCALE)
    await house.clicked(action)
    page = await open_page(width="desk")
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    await page.get_by_role("link", name="saw version 1").click()
    await expect(page.get_by_role("note")).to_contain_text(
        "This is version 1, as it was then; the card is now at version 2."
    )
    await expect(page.locator("#card .state")).to_have_text("待审批")
    await expect(page.locator("script, #line")).to_have_count(0)
    await page.get_by_role("link", name="To the newest").click()
    await expect(page.locator("#card .state")).to_have_text("执行中")


async def test_without_script_everything_but_the_live_part_works(house: Cards, open_page: OpenPage) -> None:
    action = await house.proposed(order=SCALE)
    page = await open_page(script=False)
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    await expect(page.get_by_text("This page does not update itself.")).to_be_visible()
    await page.locator("#card summary").first.click()
    await expect(page.locator("#card .diff")).to_be_visible()
    await house.clicked(action)
    await page.get_by_role("link", name="Load it again").click()
    await expect(page.locator("#card .state")).to_have_text("执行中")
    await page.get_by_role("link", name="Cards").click()
    await page.get_by_role("link", name="Running").click()
    await expect(page.locator(".shelf li")).to_have_count(1)


async def test_a_page_whose_session_ends_says_so_and_stops(house: Cards, open_page: OpenPage) -> None:
    action = await house.proposed()
    page = await open_page()
    await signed_in(page, house, f"/chat?card_id={action.card_id}")
    await expect(page.locator("#line")).to_have_text("Live")
    house.clock.advance(31 * 60)
    await house.router.update_card(Card(id=action.card_id, kind="status", title="later", summary="not for you"))
    await expect(page.locator("#line")).to_have_text("You are signed out. Reload the page to sign in again")
    await expect(page.locator("#card")).not_to_contain_text("not for you")


async def test_a_page_comes_back_by_itself_after_the_daemon_was_away(tmp_path: Path, browser: Browser) -> None:
    page = await browser.new_page(locale="en-US")
    async with AsyncExitStack() as first:
        house = await first.enter_async_context(house_of_cards(tmp_path))
        action = await house.proposed()
        await signed_in(page, house, f"/chat?card_id={action.card_id}")
        await expect(page.locator("#line")).to_have_text("Live")
    await expect(page.locator("#line")).to_have_text("The connection was lost; trying again")
    async with house_of_cards(tmp_path, listen=house.url.removeprefix("http://")) as again:
        await again.clicked(action, "deny")
        await expect(page.locator("#card .state")).to_have_text("已拒绝", timeout=20_000)
        await expect(page.locator("#line")).to_have_text("Over: nothing more will change")
        await page.close()
