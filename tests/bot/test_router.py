"""The router: the last state always wins, calls are few, nothing is lost while the platform is away (I11, I12)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from adapters.errors import MessageGone, NotPermitted, Refused, Throttled, Unreachable
from adapters.types import Sent
from bot import deliveries, outbox
from bot.deliveries import stable_id
from bot.router import NotificationRouter
from bot.store import Store
from cards.model import Card
from tests.bot.stand import GROUP, Clock, Door

CARD = Card(id="card-1", kind="status", title="重启 nginx", summary="执行中")
KEY = stable_id("card-1", GROUP.platform, GROUP.id)


@asynccontextmanager
async def running(router: NotificationRouter) -> AsyncIterator[None]:
    task = asyncio.create_task(router.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def settle(router: NotificationRouter) -> None:
    await router.flush(5)


def final(card: Card, summary: str) -> Card:
    return card.model_copy(update={"summary": summary, "final": True})


async def test_a_card_is_posted_once_under_a_stable_key(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await router.send_card(CARD, (GROUP,))
        await settle(router)
    assert [key for key, _ in door.sent] == [KEY]


async def test_steps_on_the_way_are_coalesced_and_the_final_one_always_goes_out(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        for second in range(120):
            clock.advance(1)
            await router.update_card(CARD.model_copy(update={"summary": f"{second} s"}))
            await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
    assert len(door.sent) == 1
    assert len(door.updated) == 3, "two steps and the end: four calls in all"
    assert door.shown.summary == "成功"


async def test_a_final_card_that_comes_while_a_step_is_being_put_off_is_due_at_once(store: Store, clock: Clock) -> None:
    async def due() -> list[outbox.Due]:
        return (await store.read(partial(outbox.look, platform=GROUP.platform, now=clock(), limit=8))).due

    await store.write(lambda tx: deliveries.add_card(tx, CARD, (GROUP,), clock()))
    [step] = await due()
    await store.write(lambda tx: deliveries.put_card(tx, final(CARD, "失败"), clock()))
    later = clock() + timedelta(seconds=30)
    await store.write(lambda tx: outbox.put_off(tx, [(step, later)]))
    [copy] = await due()
    assert copy.final
    await store.write(lambda tx: outbox.put_off(tx, [(copy, later)]))
    assert await due() == []


async def test_what_happened_while_the_platform_was_away_is_one_call(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    door.errors = deque([Unreachable("down")] * 3)
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await router.update_card(final(CARD, "成功"))
        while door.errors:
            clock.advance(60)
            router.wake()
            await asyncio.sleep(0.01)
        clock.advance(60)
        await settle(router)
    assert [card.summary for _, card in door.sent] == ["成功"]
    assert door.updated == []


async def test_throttling_waits_as_long_as_it_was_told(router: NotificationRouter, door: Door, clock: Clock) -> None:
    door.errors = deque([Throttled("qps", retry_after=30)])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        clock.advance(29)
        await settle(router)
        assert door.sent == []
        clock.advance(2)
        await settle(router)
    assert len(door.sent) == 1


async def test_a_recalled_card_ends_the_retries_and_its_end_is_told_in_words(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        door.errors = deque([MessageGone("recalled")])
        clock.advance(60)
        await router.update_card(CARD.model_copy(update={"summary": "50%"}))
        await settle(router)
        assert door.said == [], "a card that somebody took away is not brought back for a step on the way"
        await router.update_card(final(CARD, "成功"))
        await settle(router)
        clock.advance(3600)
        await settle(router)
    assert door.updated == []
    (told,) = door.said
    assert isinstance(told, Card)
    assert told.summary == "成功"
    assert "recalled" in told.footer[-1]


async def test_a_conversation_that_is_gone_ends_the_retries(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    door.errors = deque([MessageGone("dissolved")])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
        clock.advance(3600)
        await settle(router)
    assert (door.sent, door.updated, door.said) == ([], [], [])


async def test_a_refused_card_is_told_in_words_when_it_begins_and_when_it_ends(
    router: NotificationRouter, door: Door
) -> None:
    door.errors = deque([Refused("template not published")])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        await router.update_card(CARD.model_copy(update={"summary": "50%"}))
        await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
    told = [card for card in door.said if isinstance(card, Card)]
    assert [card.summary for card in told] == ["执行中", "成功"]
    assert all("template not published" in card.footer[-1] for card in told), "it is said why"


async def test_what_a_call_that_was_given_up_may_still_do_is_undone_in_the_end(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    """It may be carried out after a newer one."""
    door.errors = deque([None, Unreachable("no answer")])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
        clock.advance(2)
        await settle(router)
        assert [card.summary for _, card in door.updated] == ["成功"]
        clock.advance(60)
        await settle(router)
        assert [card.summary for _, card in door.updated] == ["成功", "成功"]
        clock.advance(600)
        await settle(router)
    assert len(door.updated) == 2


async def test_words_for_which_a_permission_is_missing_are_told_once_it_is_granted(
    router: NotificationRouter, door: Door, clock: Clock
) -> None:
    door.errors = deque([NotPermitted("lacks im:message"), NotPermitted("lacks im:message")])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        clock.advance(60)
        await settle(router)
    assert [card.summary for card in door.said if isinstance(card, Card)] == ["执行中"]


async def test_no_update_goes_out_while_a_click_is_being_answered(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        async with router.answering(KEY):
            await router.update_card(final(CARD, "成功"))
            await asyncio.sleep(0.05)
            assert door.updated == []
        await until(lambda: bool(door.updated))


async def test_a_copy_is_held_until_every_click_on_it_has_been_answered(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        async with router.answering(KEY):
            async with router.answering(KEY):
                await router.update_card(final(CARD, "成功"))
            await asyncio.sleep(0.05)
            assert door.updated == []
        await until(lambda: bool(door.updated))


class SlowDoor(Door):
    """Its updates wait for `go`; `begun` is set once one is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def update(self, sent: Sent, card: Card) -> None:
        self.begun.set()
        await self.go.wait()
        await super().update(sent, card)


async def test_an_update_that_a_click_overtook_does_not_stay_on_the_screen(store: Store, clock: Clock) -> None:
    door = SlowDoor()
    router = NotificationRouter(store, {"dingtalk": door}, clock)
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        clock.advance(60)
        await router.update_card(CARD.model_copy(update={"summary": "还在等"}))
        await door.begun.wait()
        async with router.answering(KEY):
            newer = await router.update_card(final(CARD, "已拒绝"))
            await router.answered(KEY, newer.version)
        door.go.set()
        await settle(router)
    assert door.shown.summary == "已拒绝"


async def test_a_late_clicks_older_answer_does_not_stay_on_the_screen(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
        await router.answered(KEY, 1)
        await settle(router)
    assert [card.summary for _, card in door.updated] == ["成功", "成功"]


async def test_a_card_that_our_own_bug_keeps_from_being_shown_is_told_in_words(
    router: NotificationRouter, door: Door
) -> None:
    door.errors = deque([KeyError("a renderer's bug")])
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await router.send_card(CARD.model_copy(update={"id": "card-2"}), (GROUP,))
        await settle(router)
    assert len(door.said) == 1
    assert len(door.sent) == 1


async def test_the_answer_to_a_click_spends_no_call(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        async with router.answering(KEY):
            newer = await router.update_card(final(CARD, "已拒绝"))
            await router.answered(KEY, newer.version)
        await settle(router)
    assert door.updated == []


async def test_a_lost_answer_is_repaired(router: NotificationRouter, door: Door) -> None:
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        async with router.answering(KEY):
            await router.update_card(final(CARD, "已拒绝"))
        await settle(router)
    assert door.shown.summary == "已拒绝"


@pytest.mark.parametrize("already_posted", [False, True])
async def test_a_restart_brings_every_copy_up_to_date(
    store: Store, door: Door, clock: Clock, already_posted: bool
) -> None:
    before = NotificationRouter(store, {"dingtalk": door}, clock)
    await before.send_card(CARD, (GROUP,))
    if already_posted:
        async with running(before):
            await settle(before)
    await before.update_card(final(CARD, "成功"))
    after = NotificationRouter(store, {"dingtalk": door}, clock)
    async with running(after):
        await settle(after)
    assert door.shown.summary == "成功"
    assert len(door.sent) == 1
