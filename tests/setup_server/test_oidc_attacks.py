"""What an identity provider, or somebody who plays one, may try. Each ends on a page that says nothing, and nobody is signed in."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import web
from pydantic import SecretStr

from setup_server.doors import Patience
from setup_server.provider import ANSWER_BYTES, Client
from tests.bot.stand import Clock
from tests.setup_server import hostile_provider as hostile
from tests.setup_server.gatehouse import Browser, Gatehouse, Page, browser, open_gatehouse
from tests.setup_server.hostile_provider import EC_1, RSA_1, RSA_2, SECRET, HostileProvider, public_jwk, public_pem

CLIENT_ID = "steward"


def registered(provider: HostileProvider, url: str) -> Client:
    return Client(
        issuer=provider.url,
        client_id=CLIENT_ID,
        client_secret=SecretStr(SECRET),
        admin_group="k8s-admins",
        redirect_uri=f"{url}/oidc/callback",
    )


@pytest.fixture
async def provider(clock: Clock) -> AsyncIterator[HostileProvider]:
    async with hostile.hostile_provider(clock) as opened:
        yield opened


@pytest.fixture
async def house(tmp_path: Path, clock: Clock, provider: HostileProvider) -> AsyncIterator[Gatehouse]:
    async with open_gatehouse(tmp_path, clock, client=lambda url: registered(provider, url)) as opened:
        yield opened


@pytest.fixture
async def visitor(house: Gatehouse) -> AsyncIterator[Browser]:
    async with browser(house.url) as opened:
        yield opened


async def sign_in(visitor: Browser, provider: HostileProvider, next_path: str = "/chat") -> Page:
    begun = await visitor.get(f"/oidc/login?next={next_path}")
    assert begun.status == 303, begun.text
    return await visitor.get(f"/oidc/callback?{provider.allow(begun.location)}")


async def refused(house: Gatehouse, visitor: Browser, provider: HostileProvider) -> str:
    """Why nobody was signed in, as the audit book says it; the page does not."""
    page = await sign_in(visitor, provider)
    assert page.status == 403
    assert "was not accepted" in page.text
    assert await visitor.whoami() == ""
    row = await house.store.row("SELECT status, detail FROM audit_logs ORDER BY seq DESC LIMIT 1")
    assert row is not None
    assert row["status"] == "DENIED"
    assert row["detail"] not in page.text
    return str(row["detail"])


async def test_an_honest_provider_signs_in_a_viewer(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    page = await sign_in(visitor, provider, "/chat?card_id=7f3k")
    assert (page.status, page.location) == (303, "/chat?card_id=7f3k")
    assert await visitor.whoami() == "li.na viewer /chat"
    assert provider.secrets_seen == [SECRET], "form-encoded before it is put into the header"
    ((action, status, _, _),) = await house.book()
    assert (action, status) == ("login_oidc", "SUCCESS")


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "issuer: another": ({"iss": "https://evil.example"}, "issuer"),
    "issuer: none": ({"iss": None}, "no iss"),
    "audience: another": ({"aud": "another-client"}, "audience"),
    "audience: none": ({"aud": None}, "no aud"),
    "audience: ours among others, for another party": (
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        "authorised party",
    ),
    "audience: ours among others, for nobody": ({"aud": [CLIENT_ID, "other"]}, "authorised party"),
    "authorised party: another": ({"azp": "other"}, "authorised party"),
    "nonce: another": ({"nonce": "guessed"}, "nonce"),
    "nonce: none": ({"nonce": None}, "no nonce"),
    "nonce: a number": ({"nonce": 1}, "shape"),
    "time: expired": ({"exp": 1}, "expired"),
    "time: no end": ({"exp": None}, "no exp"),
    "time: an end that is true": ({"exp": True}, "shape"),
    "time: an end that is text": ({"exp": "4102444800"}, "shape"),
    "time: from tomorrow": ({"iat": 4102444800}, "from the future"),
    "time: recorded last week": ({"iat": 1794700000}, "old"),
    "time: not yet": ({"nbf": 4102444800}, "from the future"),
    "subject: none": ({"sub": None}, "no sub"),
    "subject: empty": ({"sub": ""}, "shape"),
    "subject: a number": ({"sub": 7}, "shape"),
    "subject: endless": ({"sub": "x" * 300}, "shape"),
}


async def test_wrong_claims_of_an_id_token(
    house: Gatehouse, visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    for lie, (claims, why) in CLAIMS.items():
        provider.claims = claims
        assert await refused(house, visitor, provider) == f"ID token: {why}", lie
        clock.advance(60)


def _unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none")


def _hmac_with_the_public_key(claims: dict[str, Any]) -> str:
    """By hand: the library would not do it for us."""
    import hashlib
    import hmac

    def part(value: dict[str, Any]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    body = part({"alg": "HS256", "kid": "one", "typ": "JWT"}) + b"." + part(claims)
    mac = hmac.digest(public_pem(RSA_1), body, hashlib.sha256)
    return (body + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def _hmac_with_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, SECRET.ljust(32), "HS256", headers={"kid": "one"})


def _own_key_in_the_header(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, RSA_2, "RS256", headers={"jwk": public_jwk(RSA_2, "mine")})


def _key_by_address(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, RSA_2, "RS256", headers={"jku": "https://evil.example/keys", "kid": "one"})


def _critical_extension(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, RSA_1, "RS256", headers={"crit": ["exp"], "kid": "one"})


def _signature_cut_off(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, RSA_1, "RS256", headers={"kid": "one"}).rpartition(".")[0] + "."


def _garbage(_claims: dict[str, Any]) -> str:
    return "a.b.c"


def _endless(_claims: dict[str, Any]) -> str:
    return "x" * 100_000


WRITERS: dict[Callable[[dict[str, Any]], str], str] = {
    _unsigned: "algorithm",
    _hmac_with_the_public_key: "algorithm",
    _hmac_with_the_secret: "algorithm",
    _own_key_in_the_header: "signature",
    _key_by_address: "signature",
    _critical_extension: "shape",
    _signature_cut_off: "signature",
    _garbage: "shape",
    _endless: "size",
}


async def test_wrong_algorithm_or_key_of_an_id_token(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    for write, why in WRITERS.items():
        provider.write = write
        assert await refused(house, visitor, provider) == f"ID token: {why}", write


async def test_wrong_algorithm_that_discovery_does_not_name(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.about = {"id_token_signing_alg_values_supported": ["ES256"]}
    assert await refused(house, visitor, provider) == "ID token: algorithm"


async def test_wrong_key_of_the_right_name(house: Gatehouse, visitor: Browser, provider: HostileProvider) -> None:
    provider.key = RSA_2
    assert await refused(house, visitor, provider) == "ID token: signature"


async def test_wrong_key_that_is_not_for_signatures(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.keys = [public_jwk(RSA_1, "one", use="enc")]
    assert await refused(house, visitor, provider) == "ID token: key"


async def test_wrong_key_type_for_the_algorithm(house: Gatehouse, visitor: Browser, provider: HostileProvider) -> None:
    provider.keys = [public_jwk(EC_1, "one")]
    assert await refused(house, visitor, provider) == "ID token: key"


async def test_a_symmetric_key_among_the_published_ones_opens_nothing(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.keys = [{"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode(), "kid": "one"}]
    provider.write = lambda claims: jwt.encode(claims, b"x" * 32, "HS256", headers={"kid": "one"})
    assert await refused(house, visitor, provider) == "ID token: algorithm"


async def test_keys_that_were_rotated_are_asked_for_once(visitor: Browser, provider: HostileProvider) -> None:
    await sign_in(visitor, provider)
    provider.keys = [public_jwk(RSA_2, "two"), public_jwk(EC_1, "three")]
    provider.key, provider.kid = RSA_2, "two"
    assert (await sign_in(visitor, provider)).status == 303
    provider.key, provider.kid, provider.algorithm = EC_1, "three", "ES256"
    assert (await sign_in(visitor, provider)).status == 303
    assert provider.calls.count("/keys") == 2
    provider.kid = "unknown"
    assert (await sign_in(visitor, provider)).status == 403
    assert provider.calls.count("/keys") == 3


async def test_a_token_that_names_no_key_is_believed_only_where_there_is_no_choice(
    visitor: Browser, provider: HostileProvider, tmp_path: Path, clock: Clock
) -> None:
    provider.kid = None
    assert (await sign_in(visitor, provider)).status == 303
    provider.keys = [public_jwk(RSA_2, "two"), public_jwk(RSA_1, "one")]
    async with (
        open_gatehouse(tmp_path, clock, client=lambda url: registered(provider, url)) as restarted,
        browser(restarted.url) as other,
    ):
        assert await refused(restarted, other, provider) == "ID token: key"


async def test_wrong_state_is_refused_before_anybody_is_asked(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    begun = await visitor.get("/oidc/login")
    provider.allow(begun.location)
    for query in ("", "code=code0", "code=code0&state=", "code=code0&state=guessed", "state=a&state=b&code=code0"):
        page = await visitor.get(f"/oidc/callback?{query}")
        assert page.status == 400, query
    assert "/token" not in provider.calls
    assert await visitor.whoami() == ""
    assert {row[1] for row in await house.book()} == {"REFUSED"}


async def test_wrong_state_of_another_browser_signs_nobody_in(visitor: Browser, provider: HostileProvider) -> None:
    """Login CSRF: an attacker's own answer, sent to a victim, would make them work in the attacker's account."""
    async with browser(visitor.url) as attacker:
        answer = provider.allow((await attacker.get("/oidc/login")).location)
    await visitor.get("/login")
    assert (await visitor.get(f"/oidc/callback?{answer}")).status == 400
    assert await visitor.whoami() == ""
    assert "/token" not in provider.calls


async def test_an_answer_is_good_once_and_for_ten_minutes(
    visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    answer = provider.allow((await visitor.get("/oidc/login")).location)
    assert (await visitor.get(f"/oidc/callback?{answer}")).status == 303
    assert (await visitor.get(f"/oidc/callback?{answer}")).status == 400
    late = provider.allow((await visitor.get("/oidc/login")).location)
    clock.advance(600)
    assert (await visitor.get(f"/oidc/callback?{late}")).status == 400


async def test_mix_up_the_answer_of_another_provider(visitor: Browser, provider: HostileProvider) -> None:
    answer = provider.allow((await visitor.get("/oidc/login")).location)
    page = await visitor.get(f"/oidc/callback?{answer}&iss=https%3A%2F%2Fevil.example")
    assert page.status == 403
    assert "/token" not in provider.calls


async def test_mix_up_a_provider_that_promised_to_name_itself(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.about = {"authorization_response_iss_parameter_supported": True}
    assert await refused(house, visitor, provider) == "answer: issuer"
    answer = provider.allow((await visitor.get("/oidc/login")).location)
    assert (await visitor.get(f"/oidc/callback?{answer}&iss={provider.url}")).status == 303


async def test_a_code_that_was_intercepted_is_worth_nothing_without_the_verifier(
    visitor: Browser, provider: HostileProvider
) -> None:
    async with browser(visitor.url) as victim:
        stolen = provider.allow((await victim.get("/oidc/login")).location).split("&")[0]
    state = provider.allow((await visitor.get("/oidc/login")).location).split("&")[1]
    assert (await visitor.get(f"/oidc/callback?{stolen}&{state}")).status == 403
    assert await visitor.whoami() == ""


async def test_whoever_said_no_comes_back_to_a_page(visitor: Browser, provider: HostileProvider) -> None:
    state = provider.allow((await visitor.get("/oidc/login")).location).split("&")[1]
    page = await visitor.get(f"/oidc/callback?error=access_denied&error_description=%3Cscript%3E&{state}")
    assert page.status == 403
    assert "<script" not in page.text


async def test_open_redirect_through_the_identity_provider(visitor: Browser, provider: HostileProvider) -> None:
    assert (await sign_in(visitor, provider, "//evil.example")).location == "/"


# Roles


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["dev", "k8s-admins"], "admin"),
        ("k8s-admins", "admin"),
        (["k8s-admins-of-another-team"], "viewer"),
        ([], "viewer"),
        (None, "viewer"),
    ],
)
async def test_the_group_makes_the_administrator(
    visitor: Browser, provider: HostileProvider, groups: Any, role: str
) -> None:
    provider.claims = {"groups": groups}
    await sign_in(visitor, provider)
    assert await visitor.whoami() == f"li.na {role} /chat"


async def test_groups_may_come_from_userinfo_but_only_of_the_same_person(
    visitor: Browser, provider: HostileProvider
) -> None:
    provider.userinfo = {"sub": "248289761001", "groups": ["k8s-admins"]}
    await sign_in(visitor, provider)
    assert await visitor.whoami() == "li.na admin /chat"
    provider.userinfo = {"sub": "somebody else", "groups": ["k8s-admins"]}
    assert (await sign_in(visitor, provider)).status == 403


async def test_who_leaves_the_group_is_signed_out_everywhere_at_their_next_login(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.claims = {"groups": ["k8s-admins"]}
    await sign_in(visitor, provider)
    async with browser(house.url) as other:
        provider.claims = {"groups": []}
        await sign_in(other, provider)
        assert await other.whoami() == "li.na viewer /chat"
    assert await visitor.whoami() == ""


async def test_a_name_at_the_provider_takes_over_no_account_of_ours(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    provider.claims = {"preferred_username": "chen", "sub": house.owner.id}
    await sign_in(visitor, provider)
    assert await visitor.whoami() == "chen viewer /chat"
    assert await house.accounts.by_username("chen") == house.owner


async def test_the_same_person_keeps_their_account_under_another_name(
    house: Gatehouse, visitor: Browser, provider: HostileProvider
) -> None:
    await sign_in(visitor, provider)
    provider.claims = {"name": "李\u202e娜\n<b>"}
    await sign_in(visitor, provider)
    rows = await house.store.rows("SELECT display_name FROM users WHERE issuer IS NOT NULL")
    assert [row["display_name"] for row in rows] == ["李娜<b>"]
    assert "李娜&lt;b&gt;" in (await visitor.get("/logout")).text


# A provider that does not answer as one should


def _redirects(path: str) -> web.StreamResponse | None:
    return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/steal"}) if path == "/token" else None


def _never_ends(path: str) -> web.StreamResponse | None:
    return web.Response(body=b" " * (ANSWER_BYTES + 1)) if path == "/keys" else None


def _is_broken(path: str) -> web.StreamResponse | None:
    return web.Response(status=500, text="postgres://idp:s3cr3t@db") if path == "/token" else None


def _says_nonsense(path: str) -> web.StreamResponse | None:
    return web.Response(text="[" * 50_000) if path == "/token" else None


def _has_no_token(path: str) -> web.StreamResponse | None:
    return web.json_response({"access_token": "x"}) if path == "/token" else None


@pytest.mark.parametrize("answer", [_redirects, _never_ends, _is_broken, _says_nonsense, _has_no_token])
async def test_a_strange_answer_is_a_page_that_offers_the_password(
    visitor: Browser, provider: HostileProvider, answer: Callable[[str], web.StreamResponse | None]
) -> None:
    provider.answer = answer
    page = await sign_in(visitor, provider)
    assert page.status == 502
    assert "cannot be reached" in page.text
    assert "s3cr3t" not in page.text
    provider.answer = lambda _path: None
    assert (await sign_in(visitor, provider)).status == 303


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
async def test_a_provider_that_hangs_is_given_up(
    tmp_path: Path, clock: Clock, provider: HostileProvider, path: str
) -> None:
    async with (
        open_gatehouse(
            tmp_path, clock, client=lambda url: registered(provider, url), patience=Patience(provider=0.3)
        ) as house,
        browser(house.url) as visitor,
    ):
        provider.hangs = path
        begun = await visitor.get("/oidc/login")
        page = begun if begun.status != 303 else await visitor.get(f"/oidc/callback?{provider.allow(begun.location)}")
        assert page.status == 502


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_wrong_issuer_or_endpoint_in_discovery(
    visitor: Browser, provider: HostileProvider, about: dict[str, Any]
) -> None:
    provider.about = about
    assert (await visitor.get("/oidc/login")).status == 502


async def test_a_flood_of_begun_logins_is_slowed_down(visitor: Browser, provider: HostileProvider) -> None:
    del provider
    statuses = [(await visitor.get("/oidc/login")).status for _ in range(25)]
    assert statuses == [303] * 20 + [429] * 5


async def test_a_client_without_basic_sends_its_secret_in_the_form(visitor: Browser, provider: HostileProvider) -> None:
    provider.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await sign_in(visitor, provider)).status == 303
    assert provider.secrets_seen == [SECRET]
