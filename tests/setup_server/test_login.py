"""In by password, out again."""

from pathlib import Path

import pytest

from setup_server.accounts import Role
from tests.bot.stand import Clock
from tests.setup_server.gatehouse import PASSWORD, Browser, Gatehouse, browser, open_gatehouse


async def test_the_deep_link_of_a_card_leads_through_the_login_back_to_the_card(visitor: Browser) -> None:
    page = await visitor.get("/chat?card_id=7f3k&x=1")
    assert (page.status, page.location) == (303, "/login?next=/chat?card_id%3D7f3k%26x%3D1")
    asked = await visitor.get(page.location)
    form = {"csrf": asked.field("csrf"), "next": "/chat?card_id=7f3k&x=1", "username": " CHEN ", "password": PASSWORD}
    assert asked.field("next") == "/chat?card_id=7f3k&amp;x=1"
    answer = await visitor.post("/login", form)
    assert (answer.status, answer.location) == (303, "/chat?card_id=7f3k&x=1")
    assert (await visitor.get(answer.location)).text == "chen admin /chat?card_id=7f3k&x=1"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("chen", "wrong"),
        ("chen", ""),
        ("nobody", PASSWORD),
        ("", ""),
        ("chen", PASSWORD + "x"),
        ("x" * 500, "y" * 5000),
    ],
)
async def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(
    house: Gatehouse, visitor: Browser, username: str, password: str
) -> None:
    page = await visitor.login(username, password)
    assert page.status == 403
    assert "The user name or the password is wrong." in page.text
    assert await visitor.whoami() == ""
    known = house.owner.id if username == "chen" else ""
    assert await house.book() == [("login", "DENIED", known, "127.0.0.1")]


async def test_a_name_that_nobody_has_is_not_written_down(house: Gatehouse, visitor: Browser) -> None:
    """People type their password where the name belongs."""
    await visitor.login("hunter2-hunter2", "chen")
    rows = await house.store.rows("SELECT * FROM audit_logs")
    lanes = await house.store.rows("SELECT * FROM login_lanes")
    assert "hunter2" not in str([dict(row) for row in (*rows, *lanes)])


async def test_signing_out_ends_the_session_and_says_so(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    page = await visitor.get("/logout")
    assert "You are signed in as chen." in page.text
    gone = await visitor.post("/logout", {"csrf": page.field("csrf")})
    assert (gone.status, gone.location) == (303, "/logout")
    assert "You are signed out" in (await visitor.get("/logout")).text
    assert await visitor.whoami() == ""
    assert [row[:2] for row in await house.book()] == [("login", "SUCCESS"), ("logout", "SUCCESS")]


async def test_signing_out_everywhere_ends_the_other_browsers_too(house: Gatehouse, visitor: Browser) -> None:
    async with browser(house.url) as other:
        await visitor.login()
        await other.login()
        assert await other.whoami() == "chen admin /chat"
        token = (await visitor.get("/logout")).field("csrf")
        await visitor.post("/logout", {"csrf": token, "everywhere": "yes"})
        assert await other.whoami() == ""
        assert await visitor.whoami() == ""


async def test_a_hash_of_an_older_cost_is_made_anew_at_the_next_login(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock, cost=4):
        pass
    async with open_gatehouse(tmp_path, clock, cost=5) as house, browser(house.url) as visitor:
        assert (await visitor.login()).status == 303
        after = await house.accounts.by_username("chen")
        assert after is not None
        assert after.password_hash.startswith("$2b$05$")
        await visitor.get("/logout")
        async with browser(house.url) as again:
            assert (await again.login()).status == 303


async def test_pages_speak_the_language_of_the_browser_else_that_of_the_installation(visitor: Browser) -> None:
    assert "<h1>登录</h1>" in (await visitor.get("/login", Accept_Language="fr, zh-CN;q=0.9, en;q=0.8")).text
    assert "<h1>Sign in</h1>" in (await visitor.get("/login", Accept_Language="en-GB,zh;q=0.5")).text
    assert "<h1>Sign in</h1>" in (await visitor.get("/login", Accept_Language="fr")).text


async def test_what_was_typed_comes_back_escaped_and_the_password_never(visitor: Browser) -> None:
    page = await visitor.login('"><script>alert(1)</script>', "my secret password")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "my secret password" not in page.text


async def test_who_is_signed_in_is_not_asked_again(visitor: Browser) -> None:
    await visitor.login()
    assert (await visitor.get("/login?next=/chat")).location == "/chat"


async def test_a_member_signs_in_as_what_they_are(house: Gatehouse, visitor: Browser) -> None:
    await house.accounts.add("li.lei", await house.passwords.keep(PASSWORD), Role.MEMBER)
    await visitor.login("li.lei")
    assert await visitor.whoami() == "li.lei member /chat"


async def test_the_style_sheet_and_the_icon_are_served_and_nothing_beside_them(visitor: Browser) -> None:
    for name, kind in (("steward.css", "text/css"), ("steward.svg", "image/svg+xml")):
        page = await visitor.get(f"/static/{name}")
        assert (page.status, page.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    for path in ("/static/", "/static/../login.py", "/static/%2e%2e/shield.py", "/static/steward.css/"):
        assert (await visitor.get(path)).status == 404
