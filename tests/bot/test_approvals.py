"""The state machine: one approval, one effect, whoever clicks and however often (I1 I2 I3 I6 I10)."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import actions, audit
from bot.actions import MOVES, Action, State
from bot.approvals import MOST_APPROVED, Approvals
from bot.clock import stamp
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.store import Store, open_store
from bot.views import DIGEST_PREFIX, Views
from tests.bot.stand import ADMIN, EN, GROUP, MEMBER, ZH, Clock, Door, restart_order, run_sql


async def proposed(approvals: Approvals, request: str = "m1/0") -> Action:
    return await approvals.propose(restart_order(), MEMBER, GROUP, intent="帮我重启下 nginx", request=request)


def shown_digest(action: Action) -> str:
    return action.order.digest[:DIGEST_PREFIX]


async def statuses(store: Store) -> list[str]:
    return [row["status"] async for row in audit.entries(store)]


async def test_a_member_cannot_approve_and_the_refusal_is_on_record(approvals: Approvals, store: Store) -> None:
    action = await proposed(approvals)
    decision = await approvals.decide(action.id, "approve", MEMBER, digest=shown_digest(action))
    assert decision.toast.code == "access.not_admin"
    assert decision.approved is None
    found = await actions.get(store, action.id)
    assert found is not None and found.state is State.WAIT_APPROVAL
    assert await statuses(store) == ["PENDING", "REFUSED"]


async def test_twenty_parallel_clicks_approve_once_and_leave_twenty_rows(approvals: Approvals, store: Store) -> None:
    action = await proposed(approvals)
    clicks = (approvals.decide(action.id, "approve", ADMIN, digest=shown_digest(action)) for _ in range(20))
    decisions = await asyncio.gather(*clicks)
    assert sum(decision.approved is not None for decision in decisions) == 1
    assert sorted(await statuses(store)) == ["APPROVED"] + ["LATE"] * 19 + ["PENDING"]
    assert approvals.approved_ids.qsize() == 1
    assert await audit.verify(store) == 21


async def test_two_replicas_on_one_file_approve_once(approvals: Approvals, store: Store, clock: Clock) -> None:
    action = await proposed(approvals)
    async with open_store(store.path) as other_store:
        router = NotificationRouter(other_store, {}, clock)
        identities = Identities(other_store, clock, fixed=frozenset({(ADMIN.platform, ADMIN.id)}))
        replica = Approvals(other_store, router, identities, Views(ZH), clock)
        clicks = [each.decide(action.id, "approve", ADMIN) for each in (approvals, replica) for _ in range(5)]
        decisions = await asyncio.gather(*clicks)
    assert sum(decision.approved is not None for decision in decisions) == 1
    assert await audit.verify(store) == 11


async def test_nobody_may_approve_when_no_administrator_is_bound(store: Store, clock: Clock) -> None:
    nobody = Approvals(store, NotificationRouter(store, {}, clock), Identities(store, clock), Views(ZH), clock)
    action = await proposed(nobody)
    for person in (ADMIN, MEMBER, ADMIN.model_copy(update={"id": ""})):
        decision = await nobody.decide(action.id, "approve", person)
        assert decision.approved is None


async def test_the_same_id_on_another_platform_is_another_person(approvals: Approvals) -> None:
    action = await proposed(approvals)
    decision = await approvals.decide(action.id, "approve", ADMIN.model_copy(update={"platform": "feishu"}))
    assert decision.toast.code == "access.not_admin"


@pytest.mark.parametrize("digest", ["", "0" * DIGEST_PREFIX, "zz", restart_order().digest[:1], restart_order().digest])
async def test_a_card_drawn_for_another_digest_approves_nothing(
    approvals: Approvals, store: Store, digest: str
) -> None:
    action = await proposed(approvals)
    decision = await approvals.decide(action.id, "approve", ADMIN, digest=digest)
    assert decision.toast.code == "decide.other_digest"
    assert (await statuses(store))[-1] == "REFUSED"


async def test_a_click_after_the_deadline_expires_the_card(approvals: Approvals, store: Store, clock: Clock) -> None:
    action = await proposed(approvals)
    clock.advance(15 * 60)
    decision = await approvals.decide(action.id, "approve", ADMIN, digest=shown_digest(action))
    assert decision.approved is None
    assert decision.card is not None and decision.card.tag == "已过期"
    assert all(button.disabled for button in decision.card.buttons)
    assert await statuses(store) == ["PENDING", "LATE", "EXPIRED"]


async def test_what_cannot_be_carried_out_soon_is_not_approved_and_can_be_later(
    approvals: Approvals, store: Store
) -> None:
    action = await proposed(approvals)
    for number in range(MOST_APPROVED):
        approvals.approved_ids.put_nowait(str(number))
    refused = await approvals.decide(action.id, "approve", ADMIN, digest=shown_digest(action))
    assert (refused.approved, refused.toast.code) == (None, "decide.queue_full")
    assert refused.card is not None and not any(button.disabled for button in refused.card.buttons)
    approvals.approved_ids.get_nowait()
    assert (await approvals.decide(action.id, "approve", ADMIN, digest=shown_digest(action))).approved is not None
    assert await statuses(store) == ["PENDING", "REFUSED", "APPROVED"]


async def test_a_clock_that_is_put_back_gives_no_card_a_longer_life(
    approvals: Approvals, store: Store, clock: Clock
) -> None:
    """A machine that boots with a wrong clock has it put right some minutes later."""
    clicked, left = await proposed(approvals, "clicked"), await proposed(approvals, "left")
    clock.advance(-240)
    assert (await approvals.decide(left.id, "deny", MEMBER)).toast.code == "access.not_admin", "a little is borne"
    assert await actions.overdue(store, clock()) == []
    clock.advance(-9 * 365 * 24 * 3600)
    decision = await approvals.decide(clicked.id, "approve", ADMIN, digest=shown_digest(clicked))
    assert (decision.approved, decision.toast.code) == (None, "decide.expired")
    assert [action.id for action in await actions.overdue(store, clock())] == [left.id]


async def test_what_nobody_decides_expires_by_itself(approvals: Approvals, store: Store, clock: Clock) -> None:
    action = await proposed(approvals)
    clock.advance(16 * 60)
    running = asyncio.create_task(approvals.run())
    async with asyncio.timeout(5):
        while (found := await actions.get(store, action.id)) is not None and found.state is not State.EXPIRED:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert (await statuses(store))[-1] == "EXPIRED"


async def test_the_requester_may_cancel_but_not_approve(approvals: Approvals) -> None:
    action = await proposed(approvals)
    assert (await approvals.decide(action.id, "deny", MEMBER)).toast.code == "access.not_admin"
    decision = await approvals.decide(action.id, "cancel", MEMBER)
    assert decision.card is not None and decision.card.tag == "已取消"


async def test_a_denial_shows_its_reason(approvals: Approvals) -> None:
    action = await proposed(approvals)
    decision = await approvals.decide(action.id, "deny", ADMIN, note="等低峰期")
    assert decision.card is not None and "等低峰期" in decision.card.summary


async def test_proposing_the_same_request_again_gives_the_same_action(approvals: Approvals, door: Door) -> None:
    first, second = await proposed(approvals), await proposed(approvals)
    assert (first.id, first.code) == (second.id, second.code)


async def test_a_move_from_a_state_that_was_left_changes_nothing(approvals: Approvals, store: Store) -> None:
    action = await proposed(approvals)
    await approvals.decide(action.id, "deny", ADMIN)
    assert await store.write(lambda tx: actions.move(tx, action.id, State.WAIT_APPROVAL, State.EXECUTING)) is None
    found = await actions.get(store, action.id)
    assert found is not None and found.state is State.DENIED


async def test_the_ledger_lets_an_approval_be_used_once(approvals: Approvals) -> None:
    action = await proposed(approvals)
    digest = action.order.digest
    assert not await approvals.approved(action.id, digest), "nobody approved it yet"
    await approvals.decide(action.id, "approve", ADMIN)
    assert not await approvals.approved(action.id, "0" * 64), "another digest"
    assert await approvals.approved(action.id, digest)
    assert not await approvals.approved(action.id, digest), "used up"


async def test_a_forged_state_without_an_audit_row_is_no_approval(
    approvals: Approvals, store: Store, clock: Clock
) -> None:
    action = await proposed(approvals)
    await run_sql(
        store,
        "UPDATE actions SET state = 'EXECUTING', decided_by = ?, decided_at = ? WHERE id = ?",
        ADMIN.model_dump_json(),
        stamp(clock()),
        action.id,
    )
    assert not await approvals.approved(action.id, action.order.digest)


async def test_an_administrator_removed_after_the_click_no_longer_counts(
    approvals: Approvals, store: Store, clock: Clock
) -> None:
    action = await proposed(approvals)
    await approvals.decide(action.id, "approve", ADMIN)
    router = NotificationRouter(store, {}, clock)
    after = Approvals(store, router, Identities(store, clock), Views(ZH), clock, lifetime=timedelta(minutes=1))
    assert not await after.approved(action.id, action.order.digest)


async def test_a_secret_in_the_words_reaches_neither_card_nor_book(approvals: Approvals, store: Store) -> None:
    action = await proposed(approvals)
    decision = await approvals.decide(action.id, "deny", ADMIN, note="password=hunter2-hunter2")
    assert decision.card is not None and "hunter2-hunter2" not in decision.card.model_dump_json()
    async for row in audit.entries(store):
        assert "hunter2-hunter2" not in str(dict(row))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(list(State)), max_size=6))
def test_no_sequence_of_moves_leaves_a_terminal_state(
    tmp_path_factory: pytest.TempPathFactory, moves: list[State]
) -> None:
    async def play() -> None:
        async with open_store(tmp_path_factory.mktemp("moves") / "steward.db") as store:
            clock = Clock()
            machine = Approvals(store, NotificationRouter(store, {}, clock), Identities(store, clock), Views(EN), clock)
            action = await proposed(machine)
            state = action.state
            for wanted in moves:
                move = partial(actions.move, action_id=action.id, old=state, new=wanted)
                if wanted in MOVES.get(state, frozenset()):
                    assert await store.write(move) is not None
                    state = wanted
                else:
                    with pytest.raises(ValueError, match="never becomes"):
                        await store.write(move)
            found = await actions.get(store, action.id)
            assert found is not None and found.state is state

    asyncio.run(play())


async def test_a_code_means_the_newest_action_that_has_it(approvals: Approvals, store: Store, clock: Clock) -> None:
    old = await proposed(approvals, "old")
    await approvals.decide(old.id, "deny", ADMIN)
    clock.advance(60 * 24 * 3600)
    new = await proposed(approvals, "new")
    await store.write(lambda tx: tx.execute("UPDATE actions SET code = ? WHERE id = ?", old.code, new.id))
    found = await approvals.by_code(old.code.lower())
    assert found is not None and found.id == new.id
