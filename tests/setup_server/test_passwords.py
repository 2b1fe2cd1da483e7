"""How passwords are kept, and which are taken."""

import asyncio

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setup_server.auth.passwords import QUEUE, Busy, Passwords
from setup_server.auth.strength import LONGEST, Weakness, strength
from tests.setup_server.gatehouse import CHEAP


async def test_a_password_counts_to_its_last_character_and_past_a_nul() -> None:
    passwords = Passwords(CHEAP)
    long = "x" * 100
    kept = await passwords.keep(long + "1")
    assert await passwords.check(long + "1", kept)
    assert not await passwords.check(long + "2", kept)
    kept = await passwords.keep("abc\0def")
    assert not await passwords.check("abc\0xyz", kept)
    assert not await passwords.check("abc", kept)


async def test_what_is_kept_is_bcrypt_of_neither_the_password_nor_its_plain_digest() -> None:
    kept = await Passwords(CHEAP).keep("zebra")
    assert kept.startswith("$2b$04$")
    assert not bcrypt.checkpw(b"zebra", kept.encode())


async def test_full_width_and_composed_letters_are_the_same_password() -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.check("ｚｅｂｒａ７", await passwords.keep("zebra7"))
    assert await passwords.check("cafe\u0301", await passwords.keep("caf\u00e9"))


@pytest.mark.parametrize("kept", ["", "x", "$2b$04$short", "$1$md5", "$2b$xx$", "$2b$04$" + "!" * 53])
async def test_nothing_opens_an_account_without_a_password_or_with_a_broken_one(kept: str) -> None:
    passwords = Passwords(CHEAP)
    for password in ("", "\0", "x", kept):
        assert not await passwords.check(password, kept)


async def test_an_unknown_name_costs_the_same_work_as_a_known_one() -> None:
    """Counted in rounds of bcrypt, not in seconds."""
    passwords = Passwords(CHEAP + 1)
    rounds = passwords._nobody[:7]
    assert rounds == (await passwords.keep("x"))[:7] == "$2b$05$"
    assert not bcrypt.checkpw(b"x", passwords._nobody.encode()), "it is one that bcrypt works through to the end"
    assert not await passwords.check("x", "")


async def test_a_crowd_is_told_to_wait_instead_of_queueing_without_end() -> None:
    passwords = Passwords(CHEAP)
    outcomes = await asyncio.gather(*(passwords.keep("x") for _ in range(QUEUE * 2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Busy) == QUEUE
    assert await passwords.keep("x")


@pytest.mark.parametrize(
    "weak",
    [
        "password1234",
        "Password2024!",
        "P@ssw0rd2026",
        "qwertyuiop123",
        "aaaaaaaaaaaaaa",
        "123456789012",
        "woaini1314520",
        "abcabcabcabcabc",
        "kubernetes123",
    ],
)
def test_what_people_pick_first_is_refused(weak: str) -> None:
    judged = strength(weak)
    assert judged.weakness is Weakness.GUESSABLE
    assert judged.level <= 2


@pytest.mark.parametrize(
    "good", ["correct horse battery staple", "7Kq!w2ZbX0pL", "我的集群由我来管理可以吗", "zebra-mountain-lamp 7"]
)
def test_a_phrase_or_a_random_one_is_taken(good: str) -> None:
    assert strength(good).weakness is None
    assert strength(good).level >= 2


def test_length_and_the_own_name_are_rules() -> None:
    assert strength("7Kq!w2ZbX0p").weakness is Weakness.TOO_SHORT
    assert strength("x7" * LONGEST).weakness is Weakness.TOO_LONG
    assert strength("7Kq!ChenWei-w2ZbX0pL", "chenwei").weakness is Weakness.HOLDS_NAME


@given(st.text(max_size=80), st.text(max_size=20))
def test_every_text_is_judged(text: str, name: str) -> None:
    judged = strength(text, name)
    assert 0 <= judged.level <= 4
    assert judged.bits >= 0
