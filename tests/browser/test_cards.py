"""Every card, drawn as its client would, shows what it is about; and what it carries does nothing."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from cards import dingtalk, feishu
from cards.dingtalk_native import render_native
from cards.dingtalk_templates import template_text
from cards.model import Button, Card, Code, Fact, LogLines, Prose, Section, Table
from cards.plain import without_sign
from sandbox.dingtalk.template import read_template
from sandbox.preview import dingtalk as dingtalk_client
from sandbox.preview import dingtalk_own
from sandbox.preview import feishu as feishu_client
from sandbox.preview.chat import Bubble, page
from tests.browser.conftest import OpenPage
from tests.cards.samples import Language, sample
from tests.pictures.cards import LOOKS, Look, drawn, platform, states

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TEMPLATE = read_template(template_text("approval"))
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

_ABOUT_IDS = {"audit", "whoami", "approval_grant"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", LOOKS)
async def test_every_card_shows_what_it_is_about(open_page: OpenPage, look: Look, language: Language) -> None:
    """All of them in one chat; then what is folded opens by a click."""
    bubbles = [Bubble(drawn(look, state, language), state) for state in states(look)]
    shown = await open_page(page(platform(look), bubbles, language=language))
    for state, figure in zip(states(look), await shown.get_by_role("figure").all(), strict=True):
        card, article = sample(state, language), figure.get_by_role("article")
        everything = squeezed(await article.inner_text())
        for words in (card.title, card.tag or "", card.summary, *(section.title for section in card.sections)):
            assert squeezed(words) in everything, (state, words)
        assert not re.search(r"<\w", everything), state
        assert state in _ABOUT_IDS or not re.search(r"ou_\w{10}", everything), state
        for button in card.buttons:
            if look == "feishu" or not button.disabled:
                name = button.text if look == "feishu" or button.style == "default" else without_sign(button.text)
                await expect(article.get_by_role("button", name=name, exact=True).first, state).to_be_visible()
        for panel in await article.locator("details").all():
            inside = panel.locator(":scope > div")
            await expect(inside).not_to_be_visible()
            await panel.locator("summary").click()
            await expect(inside).to_be_visible()
    await expect(shown.locator(".missing")).to_have_count(0)
    assert await too_wide(shown) == []


async def test_hostile_text_on_a_card_of_ours_does_nothing(open_page: OpenPage) -> None:
    """As the renderer escapes it; on the desk, in the dark."""
    cards = [hostile(text) for text in HOSTILE]
    for where, bubbles in (
        ("dingtalk", [Bubble(dingtalk_client.draw(dingtalk.render(card))) for card in cards]),
        ("dingtalk", [Bubble(dingtalk_own.draw(TEMPLATE, render_native(card, "approval").values)) for card in cards]),
        ("feishu", [Bubble(feishu_client.draw(feishu.render(card, "key"))) for card in cards]),
    ):
        shown = await open_page(page(where, bubbles), width="desk", scheme="dark")
        await does_nothing(shown)
        await expect(shown.locator("main a")).to_have_count(0)


async def test_hostile_text_that_nobody_escaped_does_nothing_either(open_page: OpenPage) -> None:
    """The preview itself holds, whatever a renderer lets through."""
    bubbles = [Bubble(dingtalk_client.draw(unescaped(text)), text) for text in HOSTILE]
    own = (dict.fromkeys(TEMPLATE.declared, text) | {TEMPLATE.status: "3"} for text in HOSTILE)
    bubbles += [Bubble(dingtalk_own.draw(TEMPLATE, values)) for values in own]
    await does_nothing(await open_page(page("dingtalk", bubbles, bot="".join(HOSTILE))))


def unescaped(text: str) -> dict[str, str]:
    buttons = {"msgButtons": [{"text": text, "id": text, "url": f"javascript:{text}", "color": text}]}
    return {"title": text, "markdown": text, "tips": text, "sys_full_json_obj": json.dumps(buttons)}


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
