"""One token for everybody, and never one of credentials that are no longer in use."""

import asyncio

import pytest

from adapters.access_token import AccessToken, TokenInvalid
from adapters.errors import CredentialsRejected, Unreachable


class Platform:
    """Gives tokens t1, t2, …; each request for one waits until it is let through."""

    def __init__(self, *, lifetime: object = 7200) -> None:
        self.asked = 0
        self.lifetime = lifetime
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self) -> tuple[object, object]:
        self.asked += 1
        token = f"t{self.asked}"
        await self.open.wait()
        return token, self.lifetime


async def test_many_callers_fetch_one_token() -> None:
    platform = Platform()
    access = AccessToken(platform.fetch, early=300)
    assert await asyncio.gather(*(access.get() for _ in range(20))) == ["t1"] * 20


async def test_a_token_of_the_credentials_before_is_not_kept() -> None:
    platform = Platform()
    platform.open.clear()
    access = AccessToken(platform.fetch, early=300)
    waiting = asyncio.create_task(access.get())
    await asyncio.sleep(0)
    access.forget()
    platform.open.set()
    assert await waiting == "t2"


async def test_a_refused_token_is_replaced_once() -> None:
    platform = Platform()
    access = AccessToken(platform.fetch, early=300)
    tried = []

    async def request(token: str) -> str:
        tried.append(token)
        if token == "t1":
            raise TokenInvalid("expired")
        return f"done with {token}"

    assert await access.used(request) == "done with t2"
    assert await access.used(request) == "done with t2"
    assert tried == ["t1", "t2", "t2"]


async def test_a_fresh_token_that_is_refused_needs_a_human() -> None:
    access = AccessToken(Platform().fetch, early=300)

    async def request(token: str) -> None:
        raise TokenInvalid("no", code="40014")

    with pytest.raises(CredentialsRejected) as caught:
        await access.used(request)
    assert caught.value.code == "40014"


@pytest.mark.parametrize("lifetime", [None, "7200", []])
async def test_an_answer_without_a_lifetime_is_no_token(lifetime: object) -> None:
    with pytest.raises(Unreachable):
        await AccessToken(Platform(lifetime=lifetime).fetch, early=300).get()


async def test_a_token_shorter_than_the_margin_is_still_used() -> None:
    platform = Platform(lifetime=120)
    access = AccessToken(platform.fetch, early=300)
    assert [await access.get(), await access.get()] == ["t1", "t1"]
