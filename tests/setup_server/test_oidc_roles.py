"""Two who decide about a role: the group at the identity provider, and people in chat. Chat has the last word."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from adapters.types import Person
from setup_server.accounts import Role
from tests.bot.stand import ADMIN, GROUP, Clock, restart_order
from tests.bot.test_grants import MEMBER, OTHER, House
from tests.setup_server import hostile_provider as hostile
from tests.setup_server.gatehouse import Browser, Gatehouse, browser, open_gatehouse
from tests.setup_server.hostile_provider import HostileProvider
from tests.setup_server.test_oidc_attacks import registered, sign_in

IN, OUT = {"groups": ["k8s-admins"]}, {"groups": ["dev"]}


@pytest.fixture
async def provider(clock: Clock) -> AsyncIterator[HostileProvider]:
    async with hostile.hostile_provider(clock) as opened:
        yield opened


@pytest.fixture
async def gate(tmp_path: Path, clock: Clock, provider: HostileProvider) -> AsyncIterator[Gatehouse]:
    async with open_gatehouse(tmp_path, clock, client=lambda url: registered(provider, url)) as opened:
        yield opened


@pytest.fixture
async def visitor(gate: Gatehouse) -> AsyncIterator[Browser]:
    async with browser(gate.url) as opened:
        yield opened


async def enter(visitor: Browser, provider: HostileProvider, groups: dict[str, list[str]]) -> str:
    """Sign in by the provider; the role that it gives."""
    provider.claims = dict(groups)
    await sign_in(visitor, provider)
    return (await visitor.whoami()).split()[1]


async def bound(gate: Gatehouse, house: House, person: Person) -> None:
    """Tie somebody in chat to the one account of the provider."""
    row = await gate.store.row("SELECT id FROM users WHERE issuer IS NOT NULL")
    assert row is not None
    await gate.store.write(partial(house.identities.bind, person=person, account_id=row["id"]))


async def may_approve(house: House, person: Person) -> str:
    """What they are told when they press the button of another's request."""
    house.asked += 1
    action = await house.approvals.propose(restart_order(), OTHER, GROUP, intent="", request=f"r{house.asked}")
    return (await house.approvals.decide(action.id, "approve", person)).toast.code


async def test_a_grant_in_chat_is_not_taken_back_by_a_sign_in(
    gate: Gatehouse, visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    house = House(gate.store, clock)
    assert await enter(visitor, provider, OUT) == "viewer"
    await bound(gate, house, MEMBER)
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    assert await visitor.whoami() == "", "signed in with the old role is signed out"
    for groups in (OUT, IN, OUT):  # joining the group and leaving it again gives nothing, and takes nothing
        assert await enter(visitor, provider, groups) == "admin"
        assert await may_approve(house, MEMBER) == "decide.approve"


async def test_revoked_in_chat_stays_so_whatever_the_group_says(
    gate: Gatehouse, visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    house = House(gate.store, clock)
    assert await enter(visitor, provider, IN) == "admin"
    await bound(gate, house, MEMBER)
    assert await may_approve(house, MEMBER) == "decide.approve"
    await house.grant(MEMBER, Role.MEMBER)
    assert await enter(visitor, provider, IN) == "member"
    assert await may_approve(house, MEMBER) == "access.not_admin"
    row = await gate.store.row("SELECT detail FROM audit_logs WHERE action_type = 'login_oidc' ORDER BY seq DESC")
    assert row is not None and row["detail"] == "member, decided here; admin by group"
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    assert await enter(visitor, provider, IN) == "admin"


async def test_who_leaves_the_group_may_not_approve_in_chat_either(
    gate: Gatehouse, visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    house = House(gate.store, clock)
    assert await enter(visitor, provider, IN) == "admin"
    await bound(gate, house, MEMBER)
    assert await may_approve(house, MEMBER) == "decide.approve"
    assert await enter(visitor, provider, OUT) == "viewer"
    assert await may_approve(house, MEMBER) == "access.not_admin"


async def test_when_the_last_one_leaves_the_group_nobody_may_approve(
    gate: Gatehouse, visitor: Browser, provider: HostileProvider, clock: Clock
) -> None:
    """I10: not even the owner of an account that is bound to nobody in chat."""
    house = House(gate.store, clock, frozenset())
    await enter(visitor, provider, IN)
    await bound(gate, house, MEMBER)
    assert await may_approve(house, MEMBER) == "decide.approve"
    await enter(visitor, provider, OUT)
    for person in (MEMBER, OTHER, ADMIN):
        assert await may_approve(house, person) == "access.no_admin_bound"
