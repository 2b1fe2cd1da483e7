"""Who becomes the owner of a new installation, and who does not."""

import asyncio
from pathlib import Path

import pytest

from bot import audit
from bot.setup.owner import Owner
from bot.store import open_store
from setup_server.setup.token import fits, hashed, new_token
from tests.bot.stand import Clock
from tests.setup_server.gatehouse import browser
from tests.setup_server.newcomer import OWNER, PASSWORD, become_owner, installed, send, show_token


async def test_takeover_before_setup_every_page_leads_to_it_and_nothing_else_is_reachable(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url, Accept_Language="en") as visitor:
        for path in (
            "/",
            "/chat?card_id=x",
            "/login",
            "/logout",
            "/oidc/login",
            "/setup/dingtalk",
            "/setup/done",
            "/nothing",
        ):
            page = await visitor.get(path)
            assert (page.status, page.location) == (303, "/setup"), path
        for path in ("/setup/dingtalk", "/setup/pairing", "/login", "/setup/administrator"):
            page = await visitor.post(path, {"username": "mallory", "password": PASSWORD, "again": PASSWORD})
            assert (page.status, page.location) == (303, "/setup"), path
        page = await visitor.get("/setup")
        assert "Setup token" in page.text
        assert page.text.count("<input") == 2, "a hidden one and the token"
        assert (await visitor.get("/healthz")).status == 200
        assert (await visitor.get("/static/setup.css")).status == 200


async def test_takeover_without_the_token_of_the_log_makes_nobody_administrator(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor, browser(house.url) as stranger:
        assert (await show_token(stranger, new_token())).status == 403
        assert (await show_token(visitor, house.token)).status == 303
        csrf = (await visitor.get("/setup")).field("csrf")
        form = {"csrf": csrf, "username": "mallory", "password": PASSWORD, "again": PASSWORD}
        assert (await stranger.post("/setup/administrator", form)).location == "/setup"
        stranger.plant("steward-setup", visitor.cookie("steward-setup"))
        await stranger.get("/setup")
        assert (await stranger.post("/setup/administrator", form)).location == "/setup", "it is bound to one browser"
        assert "令牌" in (await stranger.get("/setup")).text


async def test_the_owner_is_signed_in_and_the_token_is_used_up(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor, browser(house.url) as other:
        await show_token(other, house.token)
        late = (await other.get("/setup")).field("csrf")
        page = await become_owner(visitor, house.token)
        assert (page.status, page.location) == (303, "/setup/dingtalk")
        assert "连接钉钉" in (await visitor.get("/setup/dingtalk")).text
        form = {"csrf": late, "username": "mallory", "password": PASSWORD, "again": PASSWORD}
        assert (await other.post("/setup/administrator", form)).location == "/setup"
        assert (await other.get("/setup")).location == "/login?next=/setup"
        assert (await other.login("mallory", PASSWORD)).status == 403
        assert (await other.login(OWNER, PASSWORD)).status == 303
    async with open_store(tmp_path / "steward.db") as store:
        assert await Owner(store, Clock()).token_hash() == ""
        rows = [(row["action_type"], row["status"]) async for row in audit.entries(store)]
        assert rows[:3] == [("setup_token", "SUCCESS"), ("setup_token", "SUCCESS"), ("setup_administrator", "SUCCESS")]


async def test_of_two_with_the_token_at_once_one_is_too_late(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as one, browser(house.url) as two:
        pages = await asyncio.gather(become_owner(one, house.token, "one"), become_owner(two, house.token, "two"))
        assert sorted(page.location for page in pages) == ["/setup", "/setup/dingtalk"]


async def test_brute_force_of_the_setup_token_is_slowed_down_for_the_address(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        page = await visitor.get("/setup")
        tries = [
            await visitor.post("/setup/token", {"csrf": page.field("csrf"), "token": new_token()}) for _ in range(25)
        ]
        assert [each.status for each in tries].count(403) <= 22
        assert tries[-1].status == 429
        assert int(tries[-1].headers["Retry-After"]) > 0


async def test_csrf_a_token_that_a_foreign_page_sends_opens_nothing(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        await visitor.get("/setup")
        assert (await visitor.post("/setup/token", {"token": house.token})).status == 403
        page = await visitor.post("/setup/token", {"token": house.token}, Origin="https://evil.example")
        assert page.status == 403


async def test_the_token_is_written_once_and_a_restart_says_how_to_get_another(tmp_path: Path) -> None:
    async with installed(tmp_path) as house:
        first = house.token
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        assert house.token == ""
        assert any(entry.get("another_one") == "steward admin setup-token" for entry in house.log)
        assert (await show_token(visitor, first)).status == 303, "the first one is still good"
        async with open_store(tmp_path / "steward.db") as store:
            another = await Owner(store, Clock()).new_token()
        assert "steward admin setup-token" in (await visitor.get("/setup")).text, "what was granted with it is over"
        assert (await show_token(visitor, first)).status == 403
        assert (await become_owner(visitor, another)).location == "/setup/dingtalk"


async def test_a_weak_password_is_refused_with_its_strength_and_nothing_is_made(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url, Accept_Language="en") as visitor:
        await show_token(visitor, house.token)
        for password, again, why in (
            ("kurz", "kurz", "Too short"),
            ("password123456", "password123456", "Too easy to guess"),
            ("chen-is-the-owner-42", "chen-is-the-owner-42", "user name should not be"),
            (PASSWORD, PASSWORD + "x", "not the same"),
        ):
            form = {"csrf": (await visitor.get("/setup")).field("csrf"), "username": "Chen", "password": password}
            page = await visitor.post("/setup/administrator", {**form, "again": again})
            assert page.status == 422
            assert why in page.text
            assert "<meter" in page.text
            assert password not in page.text
        assert (await visitor.get("/login")).location == "/setup"


async def test_unattended_the_password_of_the_settings_asks_for_no_token(tmp_path: Path) -> None:
    async with installed(tmp_path, admin_password=PASSWORD) as house, browser(house.url) as visitor:
        assert house.token == ""
        assert not any(entry["event"] == "setup.waiting" for entry in house.log)
        assert (await visitor.get("/setup")).location == "/login?next=/setup"
        await visitor.login("admin", PASSWORD)
        assert "<h1>设置</h1>" in (await visitor.get("/setup")).text


async def test_who_is_no_administrator_sees_no_settings(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url, Accept_Language="en") as visitor:
        await become_owner(visitor, house.token)
        async with open_store(tmp_path / "steward.db") as store:
            await store.write(lambda tx: tx.execute("UPDATE users SET role = 'viewer'"))
        for path in ("/setup", "/setup/feishu", "/setup/pairing", "/setup/done"):
            page = await visitor.get(path)
            assert page.status == 403
            assert "administrators only" in page.text
        assert (await visitor.post("/setup/feishu", {"do": "off"})).status == 403


async def test_after_a_restart_the_owner_goes_on_where_they_were(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        await become_owner(visitor, house.token)
        session = visitor.cookie("steward")
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        assert house.token == ""
        visitor.plant("steward", session)
        assert "连接集群" in (await send(visitor, "cluster")).text


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{lower}", "{plain}"])
def test_a_token_is_known_however_it_is_typed(spelling: str) -> None:
    token = new_token()
    typed = spelling.format(token, lower=token.lower(), plain=token.replace("-", ""))
    assert fits(typed, hashed(token))


@pytest.mark.parametrize("typed", ["", " ", "-", "A" * 101, "\ud800", "ＡＢ"])
def test_what_is_no_token_fits_nothing(typed: str) -> None:
    assert not fits(typed, hashed(new_token()))
    assert not fits(typed, "")
