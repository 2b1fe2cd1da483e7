"""/audit: what the card in the group has no room for, with the same filters, for whoever is signed in."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from setup_server.accounts import Role
from tests.book.writing import tamper, write
from tests.setup_server.gatehouse import Browser, browser
from tests.setup_server.house_of_cards import PASSWORD, Cards, house_of_cards
from tests.setup_server.newcomer import DING_ADMIN, DING_GROUP, become_owner, gateways, installed


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cards]:
    async with house_of_cards(tmp_path) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Cards) -> AsyncIterator[Browser]:
    async with browser(house.url, Accept_Language="en") as opened:
        await opened.login()
        yield opened


async def viewer(house: Cards, visitor: Browser) -> None:
    """Sign in as somebody who may only look."""
    await house.accounts.add("li", await house.doors.passwords.keep(PASSWORD), Role.VIEWER)
    await visitor.login("li")


def rows(text: str) -> list[str]:
    return re.findall(r"<tr>\s*<td>.*?</tr>", text, re.DOTALL)


async def test_every_row_is_reached_page_by_page_and_none_twice(house: Cards, visitor: Browser) -> None:
    await write(house.store, house.clock, 120, every=0)
    seen, path = list[str](), "/audit"
    while path:
        page = await visitor.get(path)
        assert page.status == 200
        seen += rows(page.text)
        found = re.search(r'class="further"><a href="([^"]*)"', page.text)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 121, "and the sign-in"
    assert sorted(re.findall(r"row (\d+) ", " ".join(seen))) == sorted(map(str, range(120)))
    assert "121 rows" in (await visitor.get("/audit")).text


async def test_a_period_and_a_person_narrow_it_and_a_card_is_linked(house: Cards, visitor: Browser) -> None:
    action = await house.proposed()
    await house.clicked(action)
    page = await visitor.get("/audit?period=today&who=dingtalk:manager4220")
    (row,) = rows(page.text)
    assert "approve_restart" in row and f"/chat?card_id={action.card_id}" in row
    assert len(rows((await visitor.get("/audit?who=李雷,%20王伟")).text)) == 2
    assert "no such rows" in (await visitor.get("/audit?period=yesterday")).text
    assert "no such rows" in (await visitor.get("/audit?who=nobody")).text
    assert (await visitor.get("/audit?period=ever")).status == 404
    assert (await visitor.get(f"/audit?who={'x' * 200}")).status == 400


async def test_whoever_is_no_administrator_sees_what_the_card_shows_and_no_more(house: Cards) -> None:
    action = await house.proposed()
    await house.clicked(action)
    async with browser(house.url) as reader:
        asked = await reader.get("/audit?period=today")
        assert asked.status == 303 and asked.location.startswith("/login?next=/audit")
        await viewer(house, reader)
        text = (await reader.get("/audit")).text
    assert "approve_restart" in text and "deployment/nginx" in text
    assert "kubectl" not in text and "127.0.0.1" not in text


async def test_a_broken_chain_is_told_in_the_readers_language(house: Cards, visitor: Browser) -> None:
    assert "Hash chain intact" in (await visitor.get("/audit")).text
    await write(house.store, house.clock, 3)
    tamper(house.store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 3")
    assert "row 3 was edited" in (await visitor.get("/audit")).text
    page = await visitor.get("/audit", Accept_Language="zh")
    assert "哈希链被破坏：第 3 条被改过" in page.text
    assert "edited" not in page.text


async def test_what_is_written_in_the_book_is_text_and_nothing_else(house: Cards, visitor: Browser) -> None:
    await write(house.store, house.clock, 1, user_name="<script>alert(1)</script>", target_resource='"><img src=x>')
    text = (await visitor.get("/audit?who=<b>")).text + (await visitor.get("/audit")).text
    for hostile in ("<script>alert", "<img src=x", "<b>"):
        assert hostile not in text


async def test_the_card_in_the_group_leads_to_all_of_what_it_shows_some_of(tmp_path: Path) -> None:
    async with gateways() as (dingtalk, _, endpoints):
        own = {"dingtalk_enabled": True, "dingtalk_client_id": dingtalk.client_id}
        secret = {"dingtalk_client_secret": dingtalk.client_secret, "steward_public_url": "http://localhost"}
        async with installed(tmp_path, **endpoints, **own, **secret) as house, browser(house.url) as owner:
            await dingtalk.connected(seconds=20)
            await become_owner(owner, house.token)
            for said, told, path in (
                ("审计 今天", "今天 · 共", r"/audit\?period=today\b"),
                ("我的操作记录", "王伟 · 共", rf"/audit\?who=dingtalk%3A{DING_ADMIN}\b"),
            ):
                await dingtalk.say(DING_ADMIN, said, conversation=DING_GROUP)
                card = str(await dingtalk.next_card(containing=told))
                link = re.search(rf"http://localhost({path})", card)
                assert link is not None, card
                page = await owner.get(link[1])
                assert page.status == 200 and "<h1>" in page.text
            assert "setup_administrator" in (await owner.get("/audit?period=today")).text
