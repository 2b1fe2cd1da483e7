"""The preview draws every component of Card JSON 2.0, on a phone and on a desk, in the light and in the dark."""

from typing import Any

from playwright.async_api import expect

from sandbox.preview import feishu
from sandbox.preview.chat import Bubble, page
from tests.browser.conftest import OpenPage
from tests.browser.every_component import CARD, PEOPLE
from tests.browser.test_cards import HOSTILE, does_nothing, too_wide

PAGE = page("feishu", [Bubble(feishu.draw(CARD, PEOPLE))])


async def test_header_text_and_people(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    await expect(shown.get_by_role("heading", name="标题")).to_contain_text("待审批")
    await expect(shown.get_by_text("副标题")).to_be_visible()
    await expect(shown.get_by_text("@李雷")).to_be_visible()
    await expect(shown.get_by_role("link", name="链接")).to_have_attribute("href", "https://example.com")
    await expect(shown.get_by_text("自定义字号")).to_have_css("font-size", "16px")
    await expect(shown.get_by_text("+ replicas: 3")).to_be_visible()


async def test_folds_open_and_close(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    await expect(shown.get_by_text("里面的话")).not_to_be_visible()
    await shown.get_by_text("折叠的段落").click()
    await expect(shown.get_by_text("里面的话")).to_be_visible()
    await shown.get_by_text("展开的段落").click()
    await expect(shown.get_by_text("看得见的话")).not_to_be_visible()


async def test_the_progress_bar_is_as_long_as_what_is_done(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    track = await shown.get_by_role("progressbar").bounding_box()
    done = await shown.locator(".fs-track i").bounding_box()
    assert track and done and abs(done["width"] / track["width"] - 0.66) < 0.01


async def test_a_confirmed_button_asks_first_and_a_used_one_is_grey(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    await expect(shown.get_by_role("dialog")).not_to_be_visible()
    await shown.get_by_role("button", name="主要").click()
    await expect(shown.get_by_role("dialog")).to_contain_text("scale web 1 → 3")
    await shown.get_by_role("button", name="取消").click()
    await expect(shown.get_by_role("dialog")).not_to_be_visible()
    await expect(shown.get_by_role("button", name="已处理")).to_be_disabled()


async def test_the_reason_is_typed_up_to_its_limit(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    reason = shown.get_by_placeholder("为什么拒绝")
    await reason.press_sequentially("一二三四五六七八九十多")
    await expect(reason).to_have_value("一二三四五六七八九十")


async def test_a_table_shows_a_page_and_how_many_there_are(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    await expect(shown.locator(".fs-table tbody tr")).to_have_count(2)
    await expect(shown.get_by_text("1 / 2")).to_be_visible()


async def test_what_is_not_known_is_seen(open_page: OpenPage) -> None:
    shown = await open_page(PAGE)
    await expect(shown.get_by_text("不认识的组件 no_such_thing")).to_be_visible()


async def test_nothing_sticks_out_at_any_width_and_the_dark_is_dark(open_page: OpenPage) -> None:
    for width in ("phone", "desk"):
        shown = await open_page(PAGE, width=width, scheme="dark")
        assert await too_wide(shown) == []
        assert await shown.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(20, 20, 20)"


async def test_hostile_text_in_every_place_does_nothing(open_page: OpenPage) -> None:
    await does_nothing(await open_page(page("feishu", [Bubble(feishu.draw(poisoned(CARD, text))) for text in HOSTILE])))


def poisoned(value: Any, text: str) -> Any:
    """The card with `text` for every string but the tags, which decide what is drawn."""
    match value:
        case dict():
            return {
                key: each if key in {"tag", "data_type", "type"} else poisoned(each, text)
                for key, each in value.items()
            }
        case list():
            return [poisoned(each, text) for each in value]
        case str():
            return text
        case _:
            return value
