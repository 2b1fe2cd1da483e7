"""Who left decides nothing: noted at the event, found out at a click, and never at the price of a click's time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.errors import MessageGone, Refused, Unreachable
from adapters.types import Person
from bot import audit
from bot.approvals import Approvals
from bot.identities import Identities
from bot.leavers import Leavers
from bot.router import NotificationRouter
from bot.store import Store
from bot.views import Views
from tests.bot.stand import ADMIN, GROUP, MEMBER, ZH, Clock, Door, restart_order


class Directory(Door):
    """Counts who is looked up; `answer` waits for `go`, so that a lookup can be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.done = asyncio.Event()

    async def person(self, user_id: str) -> Person:
        self.asked.append(user_id)
        try:
            await self.go.wait()
            return await super().person(user_id)
        finally:
            self.done.set()


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def leavers(store: Store, identities: Identities, directory: Directory, clock: Clock) -> Leavers:
    return Leavers(store, identities, {"dingtalk": directory}, clock)


@pytest.fixture
def watched(
    store: Store, router: NotificationRouter, identities: Identities, leavers: Leavers, clock: Clock
) -> Approvals:
    return Approvals(store, router, identities, Views(ZH), clock, on_decided=leavers.look_at)


@asynccontextmanager
async def running(leavers: Leavers) -> AsyncIterator[None]:
    task = asyncio.create_task(leavers.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def book(store: Store) -> list[tuple[str, str]]:
    return [(row["action_type"], row["detail"]) async for row in audit.entries(store)]


async def approve(approvals: Approvals, request: str) -> str:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="", request=request)
    decision = await approvals.decide(action.id, "approve", ADMIN)
    return decision.toast.code


async def test_an_event_refuses_from_the_next_click_on_and_is_in_the_book_once(
    store: Store, approvals: Approvals, leavers: Leavers
) -> None:
    for _ in range(3):
        await leavers.on_left(ADMIN)
    assert await approve(approvals, "m1") == "access.gone"
    assert (await book(store))[0] == ("leave", "event")
    assert [row for row in await book(store) if row[0] == "leave"] == [("leave", "event")]


async def test_an_approval_of_somebody_who_left_before_its_effect_is_worth_nothing(
    approvals: Approvals, leavers: Leavers
) -> None:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="", request="m1")
    await approvals.decide(action.id, "approve", ADMIN)
    await leavers.on_left(ADMIN)
    assert not await approvals.approved(action.id, action.order.digest)


async def test_somebody_with_no_role_of_their_own_leaves_no_trace(store: Store, leavers: Leavers) -> None:
    await leavers.on_left(MEMBER)
    assert await book(store) == []
    assert await store.rows("SELECT * FROM identities") == []


async def test_a_click_does_not_wait_for_the_lookup(watched: Approvals, leavers: Leavers, directory: Directory) -> None:
    directory.go.clear()
    async with running(leavers):
        async with asyncio.timeout(5):
            assert await approve(watched, "m1") == "decide.approve"
            assert await approve(watched, "m2") == "decide.approve"


async def test_an_administrator_is_looked_up_once_an_hour(
    watched: Approvals, leavers: Leavers, directory: Directory, clock: Clock
) -> None:
    async with running(leavers), asyncio.timeout(5):
        for number in range(3):
            await approve(watched, f"m{number}")
        await directory.done.wait()
        assert directory.asked == [ADMIN.id]
        directory.done.clear()
        clock.advance(3600)
        await approve(watched, "later")
        await directory.done.wait()
    assert directory.asked == [ADMIN.id] * 2


async def test_a_lookup_that_finds_nobody_ends_the_role(
    store: Store, watched: Approvals, leavers: Leavers, directory: Directory, identities: Identities
) -> None:
    directory.errors.append(MessageGone("no such user", code="33012"))
    async with running(leavers), asyncio.timeout(5):
        await approve(watched, "m1")
        while (await identities.now()).why_not_approve(ADMIN) is None:
            await asyncio.sleep(0.005)
    assert ("leave", "lookup") in await book(store)


@pytest.mark.parametrize("error", [Unreachable("down"), Refused("no permission", code="60011")])
async def test_a_lookup_that_could_not_be_made_changes_nothing(
    watched: Approvals, leavers: Leavers, directory: Directory, identities: Identities, error: Exception
) -> None:
    directory.errors.append(error)
    async with running(leavers), asyncio.timeout(5):
        await approve(watched, "m1")
        await directory.done.wait()
        leavers.look_at(MEMBER)
        while len(directory.asked) < 2:
            await asyncio.sleep(0.005)
    assert (await identities.now()).why_not_approve(ADMIN) is None


async def test_a_refused_click_and_a_withdrawal_look_nobody_up(
    watched: Approvals, leavers: Leavers, directory: Directory
) -> None:
    action = await watched.propose(restart_order(), MEMBER, GROUP, intent="", request="m1")
    await watched.decide(action.id, "approve", MEMBER)
    await watched.decide(action.id, "cancel", MEMBER)
    async with running(leavers):
        await asyncio.sleep(0.05)
    assert directory.asked == []
