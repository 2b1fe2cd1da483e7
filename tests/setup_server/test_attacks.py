"""One test for each attack on the doors that the threat model names (docs/threat-model.md)."""

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import structlog

from setup_server.accounts import Role
from setup_server.auth.session_tokens import Token, derived, signed
from setup_server.doors import Patience
from setup_server.shield import BODY_BYTES
from tests.bot.stand import Clock
from tests.setup_server.gatehouse import PASSWORD, Browser, Gatehouse, browser, open_gatehouse


async def raw(url: str, *parts: bytes, pause: float = 0.0) -> bytes:
    """Say exactly this on a connection; everything that is answered until the other end closes."""
    split = urlsplit(url)
    reader, writer = await asyncio.open_connection(split.hostname, split.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


# Sessions


async def test_session_fixation_a_planted_session_is_not_the_one_after_login(
    house: Gatehouse, visitor: Browser
) -> None:
    async with browser(house.url) as attacker:
        await attacker.login()
        planted = attacker.cookie("steward")
        visitor.plant("steward", planted)
        assert await visitor.whoami() != ""
        token = (await visitor.get("/logout")).field("csrf")
        page = await visitor.post("/login", {"csrf": token, "username": "chen", "password": PASSWORD})
        assert page.status == 303
        assert visitor.cookie("steward") != planted
        assert await visitor.whoami() == "chen admin /chat"
        assert await attacker.whoami() == "", "the session that this browser came with is over"


async def test_session_fixation_a_visit_from_before_the_login_is_worth_nothing_after_it(visitor: Browser) -> None:
    page = await visitor.get("/login")
    await visitor.login()
    assert (await visitor.post("/logout", {"csrf": page.field("csrf")})).status == 403
    assert visitor.cookie("steward-visit") == ""


async def test_stolen_token_is_worth_nothing_after_the_logout(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    async with browser(house.url) as thief:
        thief.plant("steward", visitor.cookie("steward"))
        assert await thief.whoami() != ""
        token = (await visitor.get("/logout")).field("csrf")
        await visitor.post("/logout", {"csrf": token})
        assert await thief.whoami() == ""


async def test_expired_token_opens_nothing_and_use_keeps_one_alive_for_twelve_hours_at_most(
    visitor: Browser, clock: Clock
) -> None:
    await visitor.login()
    first = visitor.cookie("steward")
    clock.advance(29 * 60)
    assert await visitor.whoami() != ""
    renewed = visitor.cookie("steward")
    assert renewed != first
    clock.advance(2 * 60)
    visitor.plant("steward", first)
    assert await visitor.whoami() == "", "the old token is over, though its session is not"
    visitor.plant("steward", renewed)
    for _ in range(27):
        clock.advance(25 * 60)
        assert await visitor.whoami() != ""
    clock.advance(25 * 60)
    assert await visitor.whoami() == "", "twelve hours are over"


async def test_expired_session_nobody_used_it_for_half_an_hour(visitor: Browser, clock: Clock) -> None:
    await visitor.login()
    clock.advance(30 * 60)
    assert await visitor.whoami() == ""


async def test_revoked_session_by_a_new_password_or_another_role(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    await house.accounts.set_role(house.owner.id, Role.VIEWER)
    assert await visitor.whoami() == ""
    async with browser(house.url) as again:
        await again.login()
        assert await again.whoami() == "chen viewer /chat"
        await house.accounts.set_password(house.owner.id, await house.passwords.keep("another-river-stone 9"))
        assert await again.whoami() == ""


async def test_revoked_session_stays_so_after_a_restart_and_a_live_one_too(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock) as house, browser(house.url) as visitor, browser(house.url) as gone:
        await visitor.login()
        await gone.login()
        alive, ended = visitor.cookie("steward"), gone.cookie("steward")
        await gone.post("/logout", {"csrf": (await gone.get("/logout")).field("csrf")})
    async with open_gatehouse(tmp_path, clock) as house, browser(house.url) as visitor:
        visitor.plant("steward", alive)
        assert await visitor.whoami() == "chen admin /chat"
        visitor.plant("steward", ended)
        assert await visitor.whoami() == ""


FORGERIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "elsewhere"},
    "another audience": {"aud": "elsewhere"},
    "several audiences": {"aud": ["steward-web", "elsewhere"]},
    "another account": {"sub": "somebody"},
    "another session": {"jti": "guessed"},
    "no session": {"jti": None},
    "from tomorrow": {"iat": 4102444800},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "never"},
    "endless": {"exp": 1e300},
}


async def test_forged_token_signed_with_our_own_key_but_wrong(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    good = visitor.cookie("steward")
    key = derived(house.key, "session token")
    claims = jwt.decode(good, options={"verify_signature": False})
    for forgery, lie in FORGERIES.items():
        changed = {name: value for name, value in {**claims, **lie}.items() if value is not None}
        visitor.plant("steward", jwt.encode(changed, key, "HS256"))
        assert await visitor.whoami() == "", forgery
    visitor.plant("steward", jwt.encode(claims, key, "HS256"))
    assert await visitor.whoami() != "", "what is forged above is all that is wrong with it"


async def test_forged_token_of_another_key_or_without_one(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    good = visitor.cookie("steward")
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, _ = good.split(".")
    for forged in (
        jwt.encode(claims, b"x" * 32, "HS256"),
        jwt.encode(claims, derived(house.key, "form token"), "HS256"),
        jwt.encode(claims, derived(house.key, "session token") * 2, "HS512"),
        jwt.encode(claims, None, "none"),
        f"{head}.{body}.",
        good[:-4],
        "x" * 4000,
    ):
        visitor.plant("steward", forged)
        assert await visitor.whoami() == "", forged
    visitor.plant("steward", good)
    assert await visitor.whoami() != ""


async def test_a_session_of_somebody_else_cannot_be_named_in_a_token_of_ones_own(
    house: Gatehouse, visitor: Browser, clock: Clock
) -> None:
    await visitor.login()
    claims = jwt.decode(visitor.cookie("steward"), options={"verify_signature": False})
    token = Token(claims["jti"], "another account", clock(), clock() + timedelta(minutes=5))
    visitor.plant("steward", signed(token, house.key))
    assert await visitor.whoami() == ""


# Forms


async def test_csrf_a_form_without_the_token_of_this_browser_does_nothing(house: Gatehouse, visitor: Browser) -> None:
    async with browser(house.url) as other:
        foreign = (await other.get("/login")).field("csrf")
    await visitor.get("/login")
    for csrf in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": "é"}):
        page = await visitor.post("/login", {"username": "chen", "password": PASSWORD, **csrf})
        assert page.status in (400, 403), csrf
    async with browser(house.url) as cookieless:
        assert (
            await cookieless.post("/login", {"csrf": foreign, "username": "chen", "password": PASSWORD})
        ).status == 403
    assert await visitor.whoami() == ""


async def test_csrf_the_token_of_one_session_is_not_that_of_another(house: Gatehouse, visitor: Browser) -> None:
    await visitor.login()
    async with browser(house.url) as other:
        await other.login()
        foreign = (await other.get("/logout")).field("csrf")
        assert (await visitor.post("/logout", {"csrf": foreign})).status == 403
    assert await visitor.whoami() != ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://aiops.local.evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_csrf_a_form_on_a_foreign_page_does_nothing_even_with_the_token(
    visitor: Browser, headers: dict[str, str]
) -> None:
    await visitor.login()
    token = (await visitor.get("/logout")).field("csrf")
    assert (await visitor.post("/logout", {"csrf": token}, **headers)).status == 403
    assert await visitor.whoami() != ""


async def test_csrf_a_websocket_from_a_foreign_page_is_not_opened(visitor: Browser) -> None:
    await visitor.login()
    page = await visitor.get("/chat", Upgrade="websocket", Connection="Upgrade", Origin="https://evil.example")
    assert page.status == 403


async def test_csrf_leaving_takes_more_than_a_link(visitor: Browser) -> None:
    await visitor.login()
    await visitor.get("/logout")
    assert await visitor.whoami() != ""


async def test_clickjacking_no_page_may_be_framed(visitor: Browser) -> None:
    for path in ("/login", "/logout", "/chat", "/nothing", "/broken", "/static/steward.css"):
        page = await visitor.get(path)
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"], path
        assert page.headers["X-Frame-Options"] == "DENY"


async def test_every_answer_is_private_and_runs_nothing(visitor: Browser) -> None:
    for path in ("/login", "/chat", "/nothing", "/broken"):
        headers = (await visitor.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "form-action 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Server"] == "steward"
        assert "Strict-Transport-Security" not in headers


async def test_under_https_cookies_are_bound_to_the_host_and_the_wire(tmp_path: Path, clock: Clock) -> None:
    async with (
        open_gatehouse(tmp_path, clock, public_url="https://aiops.example") as house,
        browser(house.url) as visitor,
    ):
        asked = await visitor.get("/login", Host="aiops.example")
        assert asked.headers["Strict-Transport-Security"].startswith("max-age=")
        cookies = SimpleCookie("; ".join(asked.cookies))
        visit = cookies["__Host-steward-visit"].value
        form = {"csrf": asked.field("csrf"), "username": "chen", "password": PASSWORD}
        page = await visitor.post(
            "/login", form, Host="aiops.example", Origin="https://aiops.example", Cookie=f"__Host-steward-visit={visit}"
        )
        assert page.status == 303
        for cookie in (*asked.cookies, *page.cookies):
            assert cookie.startswith("__Host-steward")
            assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
            assert "Domain" not in cookie


# Where one is led, and from where one comes


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%252f/evil.example",
    "%2f%2fevil.example",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%0a/evil.example",
    "/a//evil.example",
    "/../..//evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/login?next=/login",
    "/logout",
    "evil.example",
    "/" + "x" * 2000,
    "/%25%32%35%32%35%32%66",
)


async def test_open_redirect_nobody_is_led_to_another_site(house: Gatehouse) -> None:
    for wanted in ELSEWHERE:
        async with browser(house.url) as visitor:
            form = {"csrf": (await visitor.get("/login")).field("csrf"), "username": "chen", "password": PASSWORD}
            page = await visitor.post("/login", {**form, "next": wanted})
            assert (page.status, page.location) == (303, "/"), wanted


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "aiops.local.evil.example", "", "a b"])
async def test_dns_rebinding_a_name_that_is_not_ours_gets_no_answer(house: Gatehouse, host: str) -> None:
    answer = await raw(house.url, f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"400", b"421")
    assert b"evil" not in answer


async def test_header_injection_nothing_that_was_sent_becomes_a_header(house: Gatehouse, visitor: Browser) -> None:
    form = {"csrf": (await visitor.get("/login")).field("csrf"), "username": "chen", "password": PASSWORD}
    page = await visitor.post("/login", {**form, "next": "/chat\r\nSet-Cookie: a=b\r\n\r\n<html>"})
    assert page.location == "/"
    assert not any("a=b" in cookie for cookie in page.cookies)
    for head in (b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n", b"GET /\r\nHost: 127.0.0.1\r\n\r\n"):
        assert b" 400 " in (await raw(house.url, head)).splitlines()[0]
    twice = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert (await raw(house.url, twice)).split(b" ")[1] in (b"400", b"421")


async def test_header_injection_through_an_encoded_path_of_a_deep_link(visitor: Browser) -> None:
    page = await visitor.get("/chat?x=%0d%0aSet-Cookie:%20a=b")
    assert page.status == 303
    assert "\n" not in page.location
    assert not any("a=b" in cookie for cookie in page.cookies)


# Size and patience


async def test_oversized_body_is_refused_before_it_is_read(house: Gatehouse, visitor: Browser) -> None:
    csrf = (await visitor.get("/login")).field("csrf")
    page = await visitor.post("/login", {"csrf": csrf, "username": "chen", "password": "x" * BODY_BYTES})
    assert page.status == 413
    chunk = b"%x\r\n%b\r\n" % (8192, b"x" * 8192)
    head = (
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    answer = await raw(house.url, head, *([chunk] * 9))
    assert b" 413 " in answer.splitlines()[0]
    assert await house.book() == []


async def test_oversized_headers_and_endless_fields_are_refused(house: Gatehouse, visitor: Browser) -> None:
    answer = await raw(house.url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n")
    assert b" 400 " in answer.splitlines()[0]
    csrf = (await visitor.get("/login")).field("csrf")
    page = await visitor.post("/login", {"csrf": csrf, **{f"f{number}": "" for number in range(100)}})
    assert page.status == 400


async def test_a_form_of_another_kind_is_not_read(visitor: Browser) -> None:
    page = await visitor.post("/login", {}, Content_Type="text/plain")
    assert page.status == 415


async def test_slow_client_that_never_ends_its_headers_is_cut_off(tmp_path: Path, clock: Clock) -> None:
    async with open_gatehouse(tmp_path, clock, runner={"keepalive_timeout": 0.3}) as house:
        for said in (b"", b"GET /login HT", b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "):
            assert await raw(house.url, said) == b"", "closed, with nothing said"
        dripping = [b"GET /login HTTP/1.1\r\n", *([b"X: y\r\n"] * 100)]
        assert await raw(house.url, *dripping, pause=0.05) == b"", "every byte in time, the whole too late"


async def test_slow_client_that_never_ends_its_form_is_answered_and_cut_off(tmp_path: Path, clock: Clock) -> None:
    head = (
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 500\r\n\r\ncsrf="
    )
    async with open_gatehouse(tmp_path, clock, patience=Patience(form=0.2)) as house:
        answer = await raw(house.url, head)
    assert b" 408 " in answer.splitlines()[0]


# What errors tell


async def test_errors_reveal_nothing(visitor: Browser) -> None:
    page = await visitor.get("/broken")
    assert page.status == 500
    assert "s3cr3t" not in page.text
    assert "RuntimeError" not in page.text
    assert "aiohttp" not in (page.text + str(page.headers)).lower()
    assert (await visitor.get("/nothing")).status == 404
    assert (await visitor.post("/chat", {})).status == 405


async def test_an_ipv6_or_loopback_name_is_ours(house: Gatehouse) -> None:
    for host in ("localhost:8080", "[::1]:8080", "10.1.2.3"):
        answer = await raw(house.url, f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert answer.split(b" ")[1] == b"200"


async def test_a_client_that_hangs_up_is_no_error_of_ours(house: Gatehouse, visitor: Browser) -> None:
    split = urlsplit(house.url)
    with structlog.testing.capture_logs() as logged:
        _, writer = await asyncio.open_connection(split.hostname, split.port)
        writer.write(
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 500\r\n\r\ncsrf="
        )
        await writer.drain()
        assert (await visitor.get("/login")).status == 200, "the other one is being handled by now"
        writer.transport.abort()
        for _ in range(3):
            assert (await visitor.get("/login")).status == 200
    assert logged == []
