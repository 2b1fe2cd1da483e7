"""The read-only pages over HTTP: who gets to see a card, and what is on its page."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cards.model import Card
from setup_server.accounts import Role
from setup_server.auth.passwords import Passwords
from tests.bot.stand import GROUP, MEMBER
from tests.setup_server.gatehouse import Browser, browser
from tests.setup_server.house_of_cards import LOG, NAME, PASSWORD, Cards, house_of_cards


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Cards]:
    async with house_of_cards(tmp_path) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Cards) -> AsyncIterator[Browser]:
    async with browser(house.url, Accept_Language="en") as opened:
        yield opened


async def test_a_deep_link_leads_through_the_sign_in_to_its_card(house: Cards, visitor: Browser) -> None:
    action = await house.proposed()
    link = house.door.shown.link
    assert link == f"http://aiops.local/chat?card_id={action.card_id}"
    path = link.removeprefix("http://aiops.local")
    asked = await visitor.get(path)
    assert (asked.status, asked.location.partition("?")[0]) == (303, "/login")
    page = await visitor.get(asked.location)
    form = {"csrf": page.field("csrf"), "next": page.field("next"), "username": NAME, "password": PASSWORD}
    entered = await visitor.post("/login", form)
    assert (entered.status, entered.location) == (303, path)
    assert "deployment/nginx" in (await visitor.get(path)).text


async def test_card_id_guessing_tells_nothing(house: Cards, visitor: Browser) -> None:
    """Without a session every id leads to the sign-in; with one, a card that is not there, a version that is not there and a card
    of somebody's private chat are one and the same page."""
    action = await house.proposed()
    private = Card(id="private", kind="notice", title="T", summary="S")
    await house.router.send_card(private, (GROUP.model_copy(update={"kind": "single", "id": "manager4220"}),))
    for card_id in (action.card_id, "no-such-card"):
        assert (await visitor.get(f"/chat?card_id={card_id}")).status == 303
    viewer = await house.accounts.add("lin", await Passwords(4).keep(PASSWORD), Role.VIEWER)
    await visitor.login("lin", PASSWORD)
    refused = [
        await visitor.get(f"/chat?{query}")
        for query in (
            "card_id=no-such-card",
            "card_id=private",
            "card_id=private&version=1",
            f"card_id={action.card_id}&version=77",
            f"card_id={action.card_id}&version=-1",
            f"card_id={action.card_id}&version=%D9%A1",
            "card_id=" + "x" * 2000,
            "card_id=",
            "",
        )
    ]
    assert {page.status for page in refused} == {404}
    assert len({page.text for page in refused}) == 1
    assert (await visitor.get(f"/chat?card_id={action.card_id}")).status == 200
    await house.accounts.set_role(viewer.id, Role.ADMINISTRATOR)
    await visitor.login("lin", PASSWORD)
    assert (await visitor.get("/chat?card_id=private")).status == 200


async def test_what_the_approver_saw_stays_to_be_seen(house: Cards, visitor: Browser) -> None:
    action = await house.proposed()
    await house.clicked(action, by=MEMBER)
    await house.clicked(action)
    await house.verifying(action, 2, *LOG)
    await house.finished(action)
    await visitor.login(NAME, PASSWORD)
    now = (await visitor.get(f"/chat?card_id={action.card_id}")).text
    then = (await visitor.get(f"/chat?card_id={action.card_id}&version=1")).text
    assert "高危操作确认" in then and "高危操作确认" not in now
    assert "This is version 1" in then and "This is version" not in now
    for page in (now, then):
        text = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))
        for happened in (
            "李雷 asked: waits for approval",
            "李雷 pressed approve: refused, nothing was done",
            "王伟 pressed approve: approved",
            "The card turned to “验证中”",
            "The card turned to “成功”",
            "Audit book: 3 rows",
            "card v1 · access.not_admin",
        ):
            assert happened in text


async def test_a_page_of_a_card_may_run_our_script_only_and_only_while_it_is_live(
    house: Cards, visitor: Browser
) -> None:
    action = await house.proposed()
    await visitor.login(NAME, PASSWORD)
    live = (await visitor.get(f"/chat?card_id={action.card_id}")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in live and "script-src 'self'" in live and "unsafe" not in live
    await house.clicked(action, "deny")
    for query in (f"card_id={action.card_id}", f"card_id={action.card_id}&version=1"):
        page = await visitor.get(f"/chat?{query}")
        assert "script-src" not in page.headers["Content-Security-Policy"] and "<script" not in page.text
    assert "script-src" not in (await visitor.get("/")).headers["Content-Security-Policy"]


async def test_no_page_of_cards_has_anything_that_acts(house: Cards, visitor: Browser) -> None:
    action = await house.proposed()
    await visitor.login(NAME, PASSWORD)
    for path in ("/", f"/chat?card_id={action.card_id}"):
        page = await visitor.get(path)
        assert not re.search(r"<(form|button|input|select|iframe|style)|\sstyle=|\son[a-z]+=", page.text), path
        assert (await visitor.post(path, {"card_id": action.card_id})).status == 405


async def test_the_list_shows_what_there_is_by_state_and_by_page(house: Cards, visitor: Browser) -> None:
    await visitor.login(NAME, PASSWORD)
    assert "Nothing here yet" in (await visitor.get("/")).text
    action = await house.proposed()
    for number in range(45):
        house.clock.advance(1)
        told = Card(id=f"n-{number}", kind="notice", title=f"note {number}.", summary="S")
        await house.router.send_card(told, (GROUP,))
    first = (await visitor.get("/")).text
    assert "note 44." in first and "note 10." not in first
    further = re.search(r'href="(/\?state=all&amp;after=[^"]+)"', first)
    assert further
    second = (await visitor.get(further[1].replace("&amp;", "&"))).text
    assert "note 10." in second and "note 44." not in second and action.card_id in second
    waiting = (await visitor.get("/?state=waiting")).text
    assert action.card_id in waiting and "note" not in waiting
    assert (await visitor.get("/?state=nothing")).status == 404


async def test_health_needs_no_session_and_still_tells_only_health(house: Cards, visitor: Browser) -> None:
    page = await visitor.get("/healthz")
    assert (page.status, page.text) == (200, '{"lines":{},"alertmanager":null,"status":"ok"}')
