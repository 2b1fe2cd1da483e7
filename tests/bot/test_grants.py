"""Grants: nobody becomes an administrator but by a click of one, once, for what was shown (I1 I2 I3 I10)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.types import Person
from bot import actions, audit
from bot.accounts import StoredAccounts
from bot.actions import Action, State
from bot.approvals import Approvals
from bot.execution import Execution
from bot.grants import carry_out
from bot.identities import Identities
from bot.orders import AccessOrder
from bot.router import NotificationRouter
from bot.store import Store, open_store
from bot.views import DIGEST_PREFIX, Views
from setup_server.accounts import Role
from tests.bot.stand import ADMIN, GROUP, MEMBER, ZH, Clock, Door, restart_order, run_sql

OTHER = Person(platform="dingtalk", id="user456", name="韩梅梅")
THIRD = Person(platform="feishu", id="ou_third", name="小明")
FIXED = frozenset({(ADMIN.platform, ADMIN.id)})


class NoCluster:
    """Grants have nothing to do with a cluster: any call is a bug."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


class House:
    """The machine with its parts, on one database."""

    def __init__(self, store: Store, clock: Clock, fixed: frozenset[tuple[str, str]] = FIXED) -> None:
        self.store, self.clock = store, clock
        router = NotificationRouter(store, {"dingtalk": Door()}, clock)
        self.identities = Identities(store, clock, fixed=fixed)
        self.approvals = Approvals(store, router, self.identities, Views(ZH), clock)
        self.execution = Execution(
            store, NoCluster(), self.approvals, router, Views(ZH), clock, self._offer, self.identities
        )
        self.asked = 0

    async def _offer(self, _: Action) -> None:
        raise AssertionError("a grant that went stale is asked for again by people")

    async def role(self, person: Person) -> Role | None:
        return (await self.identities.now()).role(person)

    async def ask(self, order: AccessOrder, by: Person = MEMBER) -> Action:
        self.asked += 1
        return await self.approvals.propose(order, by, GROUP, intent="授权", request=f"m{self.asked}")

    async def order(self, person: Person, after: Role, verb: str = "grant") -> AccessOrder:
        return AccessOrder(verb=verb, person=person, before=await self.role(person), after=after)

    async def done(self, action: Action) -> Action:
        """What became of everything that was approved."""
        async with running(self.execution), asyncio.timeout(10):
            await self.approvals.approved_ids.join()
        found = await actions.get(self.store, action.id)
        assert found is not None
        return found

    async def grant(self, person: Person, role: Role, by: Person = ADMIN) -> Action:
        action = await self.ask(await self.order(person, role))
        await self.approvals.decide(action.id, "approve", by)
        return await self.done(action)


@asynccontextmanager
async def running(execution: Execution) -> AsyncIterator[None]:
    task = asyncio.create_task(execution.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def house(store: Store, clock: Clock) -> House:
    return House(store, clock)


async def rows(store: Store) -> list[tuple[str, str]]:
    return [(row["action_type"], row["status"]) async for row in audit.entries(store)]


async def test_a_grant_waits_for_an_administrator_and_is_in_the_book(house: House) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    assert await house.role(MEMBER) is Role.MEMBER
    await house.approvals.decide(action.id, "approve", ADMIN)
    ended = await house.done(action)
    assert ended.state is State.SUCCESS
    assert await house.role(MEMBER) is Role.ADMINISTRATOR
    assert await rows(house.store) == [
        ("propose_grant", "PENDING"),
        ("approve_grant", "APPROVED"),
        ("execute_grant", "SUCCESS"),
    ]


async def test_who_was_granted_may_approve_from_the_next_click_on(house: House) -> None:
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    action = await house.approvals.propose(restart_order(), OTHER, GROUP, intent="", request="r")
    assert (await house.approvals.decide(action.id, "approve", MEMBER)).approved is not None


@pytest.mark.parametrize("verb", ["approve", "deny"])
async def test_nobody_decides_about_their_own_role(house: House, verb: str) -> None:
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    action = await house.ask(await house.order(MEMBER, Role.MEMBER, "revoke"), by=OTHER)
    decision = await house.approvals.decide(action.id, verb, MEMBER)
    assert decision.toast.code == "grant.own"
    assert (await rows(house.store))[-1] == (f"{verb}_revoke", "REFUSED")


async def test_nobody_decides_about_their_own_role_through_another_identity(house: House) -> None:
    account = await StoredAccounts(house.store, house.clock).add("han", "x", Role.ADMINISTRATOR)
    for person in (OTHER, THIRD):
        await house.store.write(partial(house.identities.bind, person=person, account_id=account.id))
    action = await house.ask(await house.order(THIRD, Role.VIEWER), by=MEMBER)
    assert (await house.approvals.decide(action.id, "approve", OTHER)).toast.code == "grant.own"


async def test_a_member_cannot_make_anybody_an_administrator(house: House) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR), by=MEMBER)
    for person in (MEMBER, OTHER, THIRD, ADMIN.model_copy(update={"platform": "feishu"})):
        decision = await house.approvals.decide(action.id, "approve", person)
        assert decision.approved is None
    assert await house.role(MEMBER) is Role.MEMBER


async def test_without_an_administrator_no_grant_can_be_approved(store: Store, clock: Clock) -> None:
    nobody = House(store, clock, frozenset())
    action = await nobody.ask(await nobody.order(MEMBER, Role.ADMINISTRATOR))
    for person in (ADMIN, MEMBER, OTHER):
        assert (await nobody.approvals.decide(action.id, "approve", person)).toast.code == "access.no_admin_bound"


async def test_a_grant_is_carried_out_once_however_often_it_is_replayed(house: House) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    await house.approvals.decide(action.id, "approve", ADMIN)
    for _ in range(3):
        house.approvals.approved_ids.put_nowait(action.id)
    await house.done(action)
    await house.store.write(partial(house.identities.set_role, person=MEMBER, role=Role.MEMBER))
    house.approvals.approved_ids.put_nowait(action.id)
    await house.done(action)
    assert await house.role(MEMBER) is Role.MEMBER
    assert (await rows(house.store)).count(("execute_grant", "SUCCESS")) == 1


async def test_a_card_for_one_person_approves_nothing_for_another(house: House) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    other = await house.order(OTHER, Role.ADMINISTRATOR)
    less = await house.order(MEMBER, Role.VIEWER)
    for order in (other, less):
        digest = order.digest[:DIGEST_PREFIX]
        decision = await house.approvals.decide(action.id, "approve", ADMIN, digest=digest)
        assert decision.toast.code == "decide.other_digest"


async def test_an_order_that_was_changed_in_the_database_after_the_click_is_not_carried_out(house: House) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    await house.approvals.decide(action.id, "approve", ADMIN)
    forged = (await house.order(OTHER, Role.ADMINISTRATOR)).model_dump_json()
    await run_sql(house.store, "UPDATE actions SET change_order = ? WHERE id = ?", forged, action.id)
    assert (await house.done(action)).state is State.FAILED
    assert await house.role(OTHER) is Role.MEMBER


async def test_a_grant_goes_stale_when_the_role_changed_meanwhile(house: House) -> None:
    first = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    await house.grant(MEMBER, Role.VIEWER)
    await house.approvals.decide(first.id, "approve", ADMIN)
    ended = await house.done(first)
    assert ended.state is State.STALE
    assert await house.role(MEMBER) is Role.VIEWER


async def test_a_grant_goes_stale_when_the_person_leaves_meanwhile(house: House) -> None:
    action = await house.ask(await house.order(OTHER, Role.ADMINISTRATOR))
    assert await house.store.write(partial(house.identities.leave, person=OTHER))
    await house.approvals.decide(action.id, "approve", ADMIN)
    assert (await house.done(action)).state is State.STALE
    assert await house.role(OTHER) is None


async def test_a_grant_expires_like_any_action(house: House, clock: Clock) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    clock.advance(timedelta(minutes=16).total_seconds())
    decision = await house.approvals.decide(action.id, "approve", ADMIN)
    assert decision.approved is None and decision.toast.code == "decide.expired"


async def test_an_administrator_removed_between_click_and_effect_grants_nothing(house: House) -> None:
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    grant = await house.ask(await house.order(OTHER, Role.ADMINISTRATOR))
    await house.approvals.decide(grant.id, "approve", MEMBER)
    house.approvals.approved_ids.get_nowait()
    house.approvals.approved_ids.task_done()
    await house.grant(MEMBER, Role.MEMBER)
    house.approvals.approved_ids.put_nowait(grant.id)
    ended = await house.done(grant)
    assert ended.outcome is not None and ended.outcome.reason.code == "execution.not_approved"
    assert await house.role(OTHER) is Role.MEMBER


async def test_a_pending_click_of_a_removed_administrator_is_refused(house: House) -> None:
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    action = await house.approvals.propose(restart_order(), OTHER, GROUP, intent="", request="r")
    await house.grant(MEMBER, Role.MEMBER)
    assert (await house.approvals.decide(action.id, "approve", MEMBER)).toast.code == "access.not_admin"


async def test_of_two_who_remove_each_other_one_stays(store: Store, clock: Clock) -> None:
    house = House(store, clock, frozenset())
    for person in (MEMBER, OTHER):
        await store.write(partial(house.identities.set_role, person=person, role=Role.ADMINISTRATOR))
    one = await house.ask(await house.order(MEMBER, Role.MEMBER, "revoke"))
    two = await house.ask(await house.order(OTHER, Role.MEMBER, "revoke"))
    await asyncio.gather(
        house.approvals.decide(one.id, "approve", OTHER), house.approvals.decide(two.id, "approve", MEMBER)
    )
    await house.done(one)
    assert len((await house.identities.now()).administrators) == 1


async def test_the_last_administrator_is_not_removed_even_if_approved(store: Store, clock: Clock) -> None:
    house = House(store, clock, frozenset())
    for person in (MEMBER, OTHER):
        await store.write(partial(house.identities.set_role, person=person, role=Role.ADMINISTRATOR))
    action = await house.ask(await house.order(MEMBER, Role.VIEWER))
    await house.approvals.decide(action.id, "approve", OTHER)
    await store.write(partial(house.identities.set_role, person=OTHER, role=Role.MEMBER))
    ended = await house.done(action)
    assert ended.state is State.FAILED
    assert await house.role(MEMBER) is Role.ADMINISTRATOR


async def test_a_role_that_is_taken_away_beside_the_daemon_counts_at_the_next_click(house: House) -> None:
    await house.grant(MEMBER, Role.ADMINISTRATOR)
    action = await house.approvals.propose(restart_order(), OTHER, GROUP, intent="", request="r")
    async with open_store(house.store.path) as beside:
        elsewhere = Identities(beside, house.clock)
        await beside.write(partial(elsewhere.set_role, person=MEMBER, role=None))
    assert (await house.approvals.decide(action.id, "approve", MEMBER)).toast.code == "access.not_admin"


async def test_what_a_failed_transaction_read_is_forgotten(house: House) -> None:
    async def undone(tx) -> None:
        await house.identities.set_role(tx, MEMBER, Role.ADMINISTRATOR)
        assert (await house.identities.within(tx)).role(MEMBER) is Role.ADMINISTRATOR
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await house.store.write(undone)
    assert await house.role(MEMBER) is Role.MEMBER


async def test_a_restart_between_click_and_grant_grants_nothing_and_says_so(house: House, clock: Clock) -> None:
    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    await house.approvals.decide(action.id, "approve", ADMIN)
    after = House(house.store, clock)
    await after.execution.look_back()
    async with running(after.execution), asyncio.timeout(10):
        while (now := await actions.get(house.store, action.id)) is None or not now.state.terminal:
            await asyncio.sleep(0.005)
    assert now.outcome is not None and now.outcome.reason.code == "execution.interrupted_before"
    assert await after.role(MEMBER) is Role.MEMBER


async def test_a_grant_to_an_account_ends_its_sessions_when_the_role_changes(house: House, clock: Clock) -> None:
    accounts = StoredAccounts(house.store, clock)
    account = await accounts.add("han", "x", Role.MEMBER)
    await house.store.write(partial(house.identities.bind, person=OTHER, account_id=account.id))
    await run_sql(
        house.store, "INSERT INTO sessions VALUES ('s', ?, 'password', '', '2026', '2099', '2099')", account.id
    )
    await house.grant(OTHER, Role.ADMINISTRATOR)
    found = await accounts.by_username("han")
    assert found is not None and found.role is Role.ADMINISTRATOR
    assert await house.store.row("SELECT 1 FROM sessions") is None


PEOPLE = [ADMIN, MEMBER, OTHER, THIRD]
steps = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(PEOPLE), st.sampled_from(list(Role)), st.sampled_from(PEOPLE)),
    st.tuples(
        st.sampled_from(["approve", "deny", "cancel"]),
        st.integers(0, 5),
        st.sampled_from([*PEOPLE, ADMIN.model_copy(update={"id": ""})]),
        st.none(),
    ),
    st.tuples(st.just("run"), st.integers(0, 5), st.none(), st.none()),
    st.tuples(st.just("leave"), st.sampled_from(PEOPLE), st.none(), st.none()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(steps, max_size=25))
def test_no_sequence_of_requests_clicks_and_departures_makes_an_administrator_without_one(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple]
) -> None:
    """A model beside the machine: whoever gained the role got it from somebody else who had it, at the click and at the effect."""

    async def play() -> None:
        async with open_store(tmp_path_factory.mktemp("grants") / "steward.db") as store:
            house, asked = House(store, Clock()), []
            for kind, subject, detail, by in moves:
                before = await house.identities.now()
                if kind == "ask":
                    role = before.role(subject)
                    if role is not None:
                        asked.append(await house.ask(await house.order(subject, detail), by=by))
                elif kind == "leave":
                    await store.write(partial(house.identities.leave, person=subject))
                elif asked:
                    action = asked[subject % len(asked)]
                    if kind == "run":
                        await effect(house, action, before)
                    else:
                        decision = await house.approvals.decide(action.id, kind, detail)
                        if decision.approved is not None:
                            house.approvals.approved_ids.get_nowait()
                            house.approvals.approved_ids.task_done()
                            assert (detail.platform, detail.id) in before.administrators
                            assert not before.same(detail, action.order.person)
                if kind != "run":
                    after = await house.identities.now()
                    assert after.administrators <= before.administrators
            assert await audit.verify(store) >= 0

    async def effect(house: House, action: Action, before) -> None:
        now = await actions.get(house.store, action.id)
        house.approvals.approved_ids.put_nowait(action.id)
        ended = await house.done(action)
        after = await house.identities.now()
        gained = after.administrators - before.administrators
        assert before.administrators == frozenset() or after.administrators, "the last one stays"
        if gained:
            assert now.state is State.EXECUTING and ended.state is State.SUCCESS
            assert gained == {(action.order.person.platform, action.order.person.id)}
            assert action.order.after is Role.ADMINISTRATOR
            assert (now.decided_by.platform, now.decided_by.id) in before.administrators

    asyncio.run(play())


async def test_carrying_out_asks_the_ledger_itself(house: House) -> None:
    from bot.grants import NotGranted

    action = await house.ask(await house.order(MEMBER, Role.ADMINISTRATOR))
    with pytest.raises(NotGranted):
        await house.store.write(
            lambda tx: carry_out(tx, action, action.order, approvals=house.approvals, identities=house.identities)
        )
    assert await house.role(MEMBER) is Role.MEMBER
