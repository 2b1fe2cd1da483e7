"""Every card, drawn as its client would, shows what it is about; and what it carries does nothing."""

import json
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from cards import dingtalk
from cards.model import Button, Card, Code, Fact, LogLines, Prose, Section, Table
from sandbox.preview import dingtalk as dingtalk_client
from sandbox.preview.chat import Bubble, Platform, page
from tests.browser.conftest import OpenPage
from tests.cards.samples import STATES, sample
from tests.pictures.cards import drawn

LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")
HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "[click](javascript:document.title='owned')",
    "<a href=\"javascript:document.title='owned'\">x</a>",
    "</style><svg onload=document.title='owned'>",
    "\"><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "![x](https://evil.example/pixel.png)",
    "<font color='red' onclick='document.title=1'>x</font><at id=all></at>",
    "```\n</code></pre><script>document.title='owned'</script>",
)


@pytest.mark.parametrize("platform", ["feishu", "dingtalk"])
@pytest.mark.parametrize("state", STATES)
async def test_every_card_shows_what_it_is_about(open_page: OpenPage, platform: Platform, state: str) -> None:
    for language in LANGUAGES:
        card = sample(state, language)
        shown = await open_page(page(platform, [Bubble(drawn(platform, state, language))]))
        everything = squeezed(await shown.locator("article").inner_text())
        assert squeezed(card.title) in everything and squeezed(card.tag or "") in everything
        assert squeezed(card.summary) in everything
        for section in card.sections:
            await expect(shown.get_by_text(section.title).first).to_be_visible()
        for button in card.buttons:
            await expect(shown.get_by_role("button", name=button.text, exact=True).first).to_be_visible()
        await expect(shown.locator(".missing")).to_have_count(0)
        assert await too_wide(shown) == []


@pytest.mark.parametrize("state", STATES)
async def test_what_feishu_folds_opens_by_a_click(open_page: OpenPage, state: str) -> None:
    shown = await open_page(page("feishu", [Bubble(drawn("feishu", state, "zh"))]))
    for panel in await shown.locator("details:not([open])").all():
        inside = panel.locator(":scope > div")
        await expect(inside).not_to_be_visible()
        await panel.locator("summary").click()
        await expect(inside).to_be_visible()


async def test_hostile_text_on_a_card_of_ours_does_nothing(open_page: OpenPage) -> None:
    """As the renderer escapes it; on the desk, in the dark."""
    bubbles = [Bubble(dingtalk_client.draw(dingtalk.render(hostile(text)))) for text in HOSTILE]
    shown = await open_page(page("dingtalk", bubbles), width="desk", scheme="dark")
    await does_nothing(shown)
    await expect(shown.locator("a")).to_have_count(0)


async def test_hostile_text_that_nobody_escaped_does_nothing_either(open_page: OpenPage) -> None:
    """The preview itself holds, whatever a renderer lets through."""
    for text in HOSTILE:
        buttons = {"msgButtons": [{"text": text, "id": text, "url": f"javascript:{text}", "color": text}]}
        variables = {"title": text, "markdown": text, "tips": text, "sys_full_json_obj": json.dumps(buttons)}
        await does_nothing(await open_page(page("dingtalk", [Bubble(dingtalk_client.draw(variables), text)], bot=text)))


def hostile(text: str) -> Card:
    return Card(
        id="x",
        kind="notice",
        title=text,
        tag=text,
        summary=text,
        facts=(Fact(label=text, value=text),),
        sections=(
            Section(title=text, body=Prose(text=text)),
            Section(title=text, body=Code(text=text), folded=True),
            Section(title=text, body=LogLines(lines=(text,))),
            Section(title=text, body=Table(columns=(text,), rows=((text,),))),
        ),
        log=(text,),
        buttons=(Button(id="x", text=text, confirm=text, twin=text, url="javascript:document.title='owned'"),),
        footer=(text,),
        link="javascript:document.title='owned'",
    )


async def does_nothing(shown: Page) -> None:
    """`open_page` also fails what asks for anything, raises, or says something on the console."""
    await shown.locator("button, summary, a").evaluate_all("nodes => nodes.forEach(node => node.click())")
    assert await shown.locator("main script, main img, main iframe, main svg, main style").count() == 0
    handlers = "nodes => nodes.flatMap(node => [...node.attributes]).filter(each => each.name.startsWith('on')).length"
    assert await shown.locator("main *").evaluate_all(handlers) == 0
    addresses = "nodes => nodes.map(node => node.getAttribute('href'))"
    assert all(each.startswith("https://") for each in await shown.locator("a").evaluate_all(addresses))
    assert await shown.title() not in {"owned", "1"}


async def too_wide(shown: Page) -> list[str]:
    """What sticks out of its card; a grid may, it scrolls."""
    return list(
        await shown.evaluate(
            """() => [...document.querySelectorAll("article *:not(.grid *)")]
            .filter(each => each.getBoundingClientRect().right > each.closest("article").getBoundingClientRect().right + 1)
            .map(each => each.outerHTML.slice(0, 80))"""
        )
    )


def squeezed(text: str) -> str:
    """Without spaces and without the look-alikes that foreign text wears on DingTalk."""
    return "".join(text.split())
