"""Pairing codes: whom they tie to what, once, for a quarter of an hour, and not by guessing."""

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.types import Person
from bot import audit
from bot.accounts import StoredAccounts
from bot.actions import ALPHABET
from bot.audit import Entry
from bot.brain.planner import Bind
from bot.brain.rules import plan
from bot.identities import Identities
from bot.pairing import LIFETIME, WRONG, NotBound, Pairing, new_code
from bot.store import Store
from setup_server.accounts import Role
from tests.bot.stand import MEMBER, Clock, run_sql

STRANGER = Person(platform="feishu", id="ou_stranger", name="小明")
MADE = Entry(user_id="cli:root", action_type="admin_pair", status="SUCCESS")


@pytest.fixture
def nobody(store: Store, clock: Clock) -> Identities:
    """Nobody is in the settings."""
    return Identities(store, clock)


@pytest.fixture
def pairing(store: Store, nobody: Identities, clock: Clock) -> Pairing:
    return Pairing(store, nobody, clock)


async def code_for(store: Store, clock: Clock, pairing: Pairing, role: Role = Role.ADMINISTRATOR) -> str:
    account = await StoredAccounts(store, clock).add(f"acct-{role}", "x", role)
    return await pairing.offer(account.id, MADE)


async def refused(pairing: Pairing, person: Person, code: str) -> str:
    with pytest.raises(NotBound) as why:
        await pairing.redeem(person, code)
    return why.value.reason.code


async def statuses(store: Store) -> list[str]:
    return [row["status"] async for row in audit.entries(store) if row["action_type"] == "bind"]


async def test_a_code_gives_its_sayer_the_account_and_its_role(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    code = await code_for(store, clock, pairing)
    assert (await nobody.now()).why_not_approve(MEMBER) is not None
    known = await pairing.redeem(MEMBER, code)
    assert (known.username, known.role) == ("acct-admin", Role.ADMINISTRATOR)
    assert (await nobody.now()).why_not_approve(MEMBER) is None
    assert await statuses(store) == ["SUCCESS"]


async def test_a_code_works_once_for_whoever_is_first(store: Store, clock: Clock, pairing: Pairing) -> None:
    code = await code_for(store, clock, pairing)
    people = [Person(platform="dingtalk", id=f"u{number}", name="") for number in range(10)]
    outcomes = await asyncio.gather(*(pairing.redeem(one, code) for one in people), return_exceptions=True)
    assert sum(not isinstance(one, NotBound) for one in outcomes) == 1
    assert await refused(pairing, STRANGER, code) == "pairing.wrong"


async def test_a_code_is_over_after_a_quarter_of_an_hour(store: Store, clock: Clock, pairing: Pairing) -> None:
    code = await code_for(store, clock, pairing)
    clock.advance(LIFETIME.total_seconds())
    assert await refused(pairing, MEMBER, code) == "pairing.wrong"


async def test_a_message_that_is_handled_again_after_a_crash_is_answered_as_before(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    code = await code_for(store, clock, pairing)
    first = await pairing.redeem(MEMBER, code)
    assert await pairing.redeem(MEMBER, code) == first
    assert await statuses(store) == ["SUCCESS"]
    await store.write(partial(nobody.leave, person=MEMBER))
    assert await refused(pairing, MEMBER, code) == "pairing.wrong", "it brings nobody back"


async def test_a_role_that_somebody_wrote_into_the_database_by_hand_gives_the_least(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    await pairing.redeem(MEMBER, await code_for(store, clock, pairing))
    await run_sql(store, "UPDATE users SET role = 'root'")
    assert (await nobody.now()).role(MEMBER) is Role.VIEWER


async def test_a_new_code_ends_the_one_before(store: Store, clock: Clock, pairing: Pairing) -> None:
    accounts = StoredAccounts(store, clock)
    account = await accounts.add("han", "x", Role.MEMBER)
    old = await pairing.offer(account.id, MADE)
    new = await pairing.offer(account.id, MADE)
    assert await refused(pairing, MEMBER, old) == "pairing.wrong"
    assert (await pairing.redeem(MEMBER, new)).username == "han"


async def test_nobody_guesses_a_code(store: Store, clock: Clock, pairing: Pairing) -> None:
    code = await code_for(store, clock, pairing)
    for _ in range(WRONG):
        assert await refused(pairing, MEMBER, new_code()) == "pairing.wrong"
    assert await refused(pairing, MEMBER, code) == "pairing.too_many", "the right one is not even looked at"
    assert (await statuses(store)) == ["DENIED"] * WRONG + ["REFUSED"]
    await pairing.redeem(STRANGER, code)
    clock.advance(LIFETIME.total_seconds() + 1)
    assert await refused(pairing, MEMBER, code) == "pairing.wrong", "after a while one may try again"


async def test_parallel_guesses_are_counted_one_by_one(store: Store, clock: Clock, pairing: Pairing) -> None:
    await code_for(store, clock, pairing)
    await asyncio.gather(*(pairing.redeem(MEMBER, new_code()) for _ in range(40)), return_exceptions=True)
    assert (await statuses(store)).count("DENIED") == WRONG


async def test_the_code_is_in_no_table_and_no_row_of_the_book(store: Store, clock: Clock, pairing: Pairing) -> None:
    code = await code_for(store, clock, pairing)
    await pairing.redeem(MEMBER, code)
    await refused(pairing, STRANGER, code)
    for table in ("pairing_codes", "pairing_failures", "audit_logs", "identities"):
        for row in await store.rows(f"SELECT * FROM {table}"):
            assert code not in str(dict(row)) and code.replace("-", "") not in str(dict(row))


async def test_the_last_administrator_does_not_lose_the_role_by_binding(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    await store.write(partial(nobody.set_role, person=MEMBER, role=Role.ADMINISTRATOR))
    code = await code_for(store, clock, pairing, Role.VIEWER)
    assert await refused(pairing, MEMBER, code) == "pairing.last_admin"
    assert (await nobody.now()).role(MEMBER) is Role.ADMINISTRATOR


async def test_binding_brings_somebody_back_who_was_said_to_have_left(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    await pairing.redeem(MEMBER, await code_for(store, clock, pairing))
    assert await store.write(partial(nobody.leave, person=MEMBER))
    assert (await nobody.now()).why_not_approve(MEMBER) is not None
    account = await store.row("SELECT id FROM users")
    assert account is not None
    await pairing.redeem(MEMBER, await pairing.offer(account["id"], MADE))
    assert (await nobody.now()).why_not_approve(MEMBER) is None


async def test_an_account_that_is_demoted_takes_its_identities_along(
    store: Store, clock: Clock, pairing: Pairing, nobody: Identities
) -> None:
    await pairing.redeem(MEMBER, await code_for(store, clock, pairing))
    await run_sql(store, "UPDATE users SET role = 'viewer'")
    refusal = (await nobody.now()).why_not_approve(MEMBER)
    assert refusal is not None and refusal.code == "access.no_admin_bound"


@given(
    st.sampled_from(["绑定 {}", "绑定{}", "bind {}", "请绑定 {}", "BIND {}", "绑定：{}"]), st.booleans(), st.booleans()
)
def test_every_code_can_be_typed(said: str, dashed: bool, lower: bool) -> None:
    code = new_code()
    assert set(code) <= {*ALPHABET, "-"} and len(code) == 9
    typed = code if dashed else code.replace("-", "")
    assert plan(said.format(typed.lower() if lower else typed)) == Bind(code=code.replace("-", ""))
