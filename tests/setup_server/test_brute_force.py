"""Guessing is slowed down on every way, and the owner always gets in."""

import asyncio
from pathlib import Path

import pytest

from tests.bot.stand import Clock
from tests.setup_server.gatehouse import PASSWORD, Browser, Gatehouse, browser, open_gatehouse

PROXY = "127.0.0.0/8"


async def wrong(visitor: Browser, times: int, username: str = "chen") -> list[int]:
    return [(await visitor.login(username, f"wrong {number}")).status for number in range(times)]


async def test_brute_force_from_one_address_is_slowed_to_one_guess_a_minute(
    house: Gatehouse, visitor: Browser, clock: Clock
) -> None:
    assert await wrong(visitor, 7) == [403] * 5 + [429] * 2
    page = await visitor.login()
    assert page.status == 429, "not even the right one is looked at"
    assert 0 < int(page.headers["Retry-After"]) <= 61
    assert "Too many attempts. Please try again in" in page.text
    clock.advance(61)
    assert await wrong(visitor, 2) == [403, 429]
    clock.advance(61)
    assert (await visitor.login()).status == 303
    statuses = [status for _, status, _, _ in await house.book()]
    assert statuses == ["DENIED"] * 5 + ["REFUSED", "REFUSED", "DENIED", "REFUSED", "SUCCESS"]


async def test_brute_force_with_a_hundred_guesses_at_once_gets_no_more(house: Gatehouse) -> None:
    async with browser(house.url) as visitor:
        csrf = (await visitor.get("/login")).field("csrf")
        forms = [{"csrf": csrf, "username": "chen", "password": f"wrong {number}"} for number in range(40)]
        answers = await asyncio.gather(*(visitor.post("/login", form) for form in forms))
    assert sorted(page.status for page in answers) == [403] * 5 + [429] * 35


async def test_brute_force_over_many_names_is_slowed_for_the_address(visitor: Browser) -> None:
    statuses = [(await visitor.login(f"name{number}", "Spring2026!")).status for number in range(25)]
    assert statuses == [403] * 20 + [429] * 5


async def test_brute_force_is_remembered_through_a_restart(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock) as house, browser(house.url) as visitor:
        await wrong(visitor, 5)
    async with open_gatehouse(tmp_path, clock) as house, browser(house.url) as visitor:
        assert (await visitor.login()).status == 429


async def test_lock_out_from_many_addresses_does_not_keep_the_owner_out(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock, proxies=(PROXY,)) as house:
        async with browser(house.url, X_Forwarded_For="203.0.113.7") as owner:
            assert (await owner.login()).status == 303
        for number in range(40):
            async with browser(house.url, X_Forwarded_For=f"198.51.100.{number}") as attacker:
                last = (await attacker.login("chen", "wrong")).status
        assert last == 429, "strangers have used up the name"
        async with browser(house.url, X_Forwarded_For="192.0.2.1") as stranger:
            assert (await stranger.login()).status == 429
        async with browser(house.url, X_Forwarded_For="203.0.113.7") as home:
            assert (await home.login()).status == 303, "the same address, another browser"


async def test_lock_out_from_the_owners_own_address_does_not_keep_the_owners_browser_out(
    house: Gatehouse, visitor: Browser
) -> None:
    """As behind one gateway for the whole office: the browser that signed in before has a lane of its own."""
    await visitor.login()
    await visitor.post("/logout", {"csrf": (await visitor.get("/logout")).field("csrf")})
    async with browser(house.url) as attacker:
        assert (await wrong(attacker, 15))[-1] == 429
    assert (await visitor.login()).status == 303


async def test_the_mark_of_one_name_helps_no_other(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    await visitor.post("/logout", {"csrf": (await visitor.get("/logout")).field("csrf")})
    assert await wrong(visitor, 6, "root") == [403] * 5 + [429]
    async with browser(house.url) as other:
        other.plant("steward-mark", "made.9999999999.up")
        assert await wrong(other, 6, "admin") == [403] * 5 + [429]


async def test_brute_force_with_a_mark_ends_too(visitor: Browser) -> None:
    await visitor.login()
    await visitor.post("/logout", {"csrf": (await visitor.get("/logout")).field("csrf")})
    assert (await wrong(visitor, 11))[-1] == 429


async def test_an_address_is_not_believed_from_a_header_unless_the_proxy_is_named(
    house: Gatehouse, visitor: Browser
) -> None:
    for number in range(6):
        async with browser(house.url, X_Forwarded_For=f"203.0.113.{number}") as liar:
            last = await liar.login("chen", "wrong")
    assert last.status == 429
    assert {row[3] for row in await house.book()} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 127.0.0.9", "203.0.113.7"),
        ("garbage", "127.0.0.1"),
        ("203.0.113.7, garbage", "127.0.0.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:3::4"),
    ],
)
async def test_a_named_proxy_is_believed_about_the_last_step_only(
    tmp_path: Path, clock: Clock, said: str, believed: str
) -> None:
    async with open_gatehouse(tmp_path, clock, proxies=(PROXY,)) as house:
        async with browser(house.url, X_Forwarded_For=said) as visitor:
            await visitor.login()
        assert [row[3] for row in await house.book()] == [believed]


async def test_an_ipv6_customer_is_one_client_however_many_addresses_they_use(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock, proxies=(PROXY,)) as house:
        statuses = []
        for number in range(6):
            async with browser(house.url, X_Forwarded_For=f"2001:db8:1:2::{number + 1:x}") as visitor:
                statuses.append((await visitor.login("chen", "wrong")).status)
        assert statuses == [403] * 5 + [429]


async def test_what_the_brake_remembers_is_forgotten_when_it_is_over(
    house: Gatehouse, visitor: Browser, clock: Clock
) -> None:
    for number in range(10):
        await visitor.login(f"name{number}", "wrong")
    clock.advance(3600)
    await visitor.login("chen", PASSWORD)
    lanes = await house.store.rows("SELECT name FROM login_lanes")
    assert len(lanes) <= 4


async def test_a_flood_is_in_the_audit_book_and_does_not_fill_the_disk(
    house: Gatehouse, visitor: Browser, clock: Clock
) -> None:
    await visitor.get("/login")
    for _ in range(30):
        await visitor.post("/login", {"csrf": "made up"})
    assert len(await house.book()) == 1
    clock.advance(61)
    await visitor.login()
    rows = await house.store.rows("SELECT detail FROM audit_logs ORDER BY seq")
    assert [row["detail"] for row in rows] == [
        "form token",
        "form token, 29 more from 2026-11-22T03:00:00+00:00 on",
        "",
    ]
