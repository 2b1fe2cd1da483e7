"""One card in several places: where it goes, how fast, and how often a moving one is shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.errors import Unreachable
from adapters.types import Conversation, Rate, Sent
from bot import actions
from bot.pace import FRUGAL, LIVE, ONLY_THE_END, Pace
from bot.router import NotificationRouter
from bot.store import Store
from cards.model import Card
from tests.bot.stand import FEISHU_GROUP, GROUP, Clock, Door, waiting_action
from tests.bot.test_router import CARD, final, running, settle, until

OPS = Conversation(platform="dingtalk", id="cid-all", kind="group")
FEISHU_OPS = Conversation(platform="feishu", id="oc_all", kind="group")


@dataclass
class Doors:
    dingtalk: Door = field(default_factory=Door)
    feishu: Door = field(default_factory=lambda: Door(platform="feishu"))

    def router(self, store: Store, clock: Clock, **options: object) -> NotificationRouter:
        return NotificationRouter(store, {"dingtalk": self.dingtalk, "feishu": self.feishu}, clock, **options)  # type: ignore[arg-type]


async def store_action(store: Store, clock: Clock) -> str:
    action = waiting_action(clock())
    await store.write(lambda tx: actions.insert(tx, action))
    return action.id


async def test_an_action_goes_where_it_was_asked_and_to_every_ops_conversation_once(store: Store, clock: Clock) -> None:
    doors = Doors()
    router = doors.router(store, clock, ops={"dingtalk": (OPS, GROUP), "feishu": (FEISHU_OPS,)})
    async with running(router):
        await router.send_card(CARD, (GROUP,), action_id=await store_action(store, clock))
        await settle(router)
        assert (len(doors.dingtalk.sent), len(doors.feishu.sent)) == (2, 1)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
    assert [card.summary for _, card in doors.dingtalk.updated] == ["成功", "成功"]
    assert [card.summary for _, card in doors.feishu.updated] == ["成功"]


async def test_an_answer_goes_only_to_whoever_asked(store: Store, clock: Clock) -> None:
    doors = Doors()
    router = doors.router(store, clock, ops={"feishu": (FEISHU_OPS,)})
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
    assert (len(doors.dingtalk.sent), doors.feishu.sent) == (1, [])


async def test_a_platform_that_is_away_does_not_hold_up_the_other(store: Store, clock: Clock) -> None:
    doors = Doors()
    doors.dingtalk.errors.extend([Unreachable("down")] * 50)
    router = doors.router(store, clock)
    async with running(router):
        await router.send_card(CARD, (GROUP, FEISHU_GROUP))
        await until(lambda: bool(doors.feishu.sent))
    assert doors.dingtalk.sent == []


class HangingDoor(Door):
    """The first card never gets an answer."""

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        if card.id == CARD.id:
            await asyncio.Event().wait()
        return await super().send(conversation, card, key=key)


async def test_a_call_that_hangs_delays_no_other_card(store: Store, clock: Clock) -> None:
    door = HangingDoor()
    router = NotificationRouter(store, {"dingtalk": door}, clock)
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        for number in range(40):
            await router.send_card(CARD.model_copy(update={"id": f"other-{number}"}), (GROUP,))
        await until(lambda: len(door.sent) == 40)


class CountingDoor(Door):
    """Remembers when it was called, and bears little."""

    def __init__(self, rate: Rate) -> None:
        super().__init__()
        self._rate = rate
        self.calls: list[tuple[str, float]] = []

    @property
    def rate(self) -> Rate:
        return self._rate

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        self.calls.append((conversation.id, asyncio.get_running_loop().time()))
        return await super().send(conversation, card, key=key)


def most_in_a_second(moments: list[float], window: float) -> int:
    return max(sum(start <= moment < start + window for moment in moments) for start in moments)


async def test_a_platform_is_never_called_faster_than_it_bears_and_no_group_starves_another(
    store: Store, clock: Clock
) -> None:
    door = CountingDoor(Rate(sends=50, updates=50, conversation=20, message=5))
    router = NotificationRouter(store, {"dingtalk": door}, clock)
    quiet = GROUP.model_copy(update={"id": "cid-quiet"})
    async with running(router):
        for number in range(30):
            await router.send_card(CARD.model_copy(update={"id": f"loud-{number}"}), (GROUP,))
        await router.send_card(CARD.model_copy(update={"id": "quiet"}), (quiet,))
        await until(lambda: len(door.calls) == 31)
    loud = [moment for place, moment in door.calls if place == GROUP.id]
    assert most_in_a_second(loud, 1.0) <= 20
    assert [place for place, _ in door.calls].index(quiet.id) <= 21, "the quiet group waits for nobody's turn"


async def shown_during(store: Store, clock: Clock, pace: Pace, seconds: int) -> Door:
    door = Door()
    router = NotificationRouter(store, {"dingtalk": door}, clock, pace=lambda _: pace)
    async with running(router):
        await router.send_card(CARD, (GROUP,))
        await settle(router)
        for second in range(seconds):
            clock.advance(1)
            await router.update_card(CARD.model_copy(update={"summary": f"{second} s"}))
            await settle(router)
        await router.update_card(final(CARD, "成功"))
        await settle(router)
    assert door.shown.summary == "成功"
    return door


@pytest.mark.parametrize(("pace", "calls"), [(FRUGAL, 4), (ONLY_THE_END, 1), (LIVE, 60 + 180 + 90)])
async def test_a_job_of_25_minutes_is_shown_as_often_as_the_platform_bears(
    store: Store, clock: Clock, pace: Pace, calls: int
) -> None:
    door = await shown_during(store, clock, pace, 25 * 60)
    assert abs(len(door.updated) - calls) <= 2


@asynccontextmanager
async def viewer(router: NotificationRouter) -> AsyncIterator[AsyncIterator[Card]]:
    async with aclosing(router.watch(CARD.id)) as versions:  # type: ignore[type-var]
        yield versions


async def test_the_web_sees_each_version_as_it_comes_and_ends_with_the_last(store: Store, clock: Clock) -> None:
    router = NotificationRouter(store, {}, clock)
    await router.send_card(CARD, ())
    async with viewer(router) as versions:
        assert (await anext(versions)).summary == "执行中"
        await router.update_card(CARD.model_copy(update={"summary": "50%"}))
        assert (await anext(versions)).summary == "50%"
        for percent in (60, 70, 80):
            await router.update_card(CARD.model_copy(update={"summary": f"{percent}%"}))
        await router.update_card(final(CARD, "成功"))
        assert [card.summary async for card in versions] == ["成功"]


async def test_the_web_view_of_no_card_ends_at_once(store: Store, clock: Clock) -> None:
    router = NotificationRouter(store, {}, clock)
    assert [card async for card in router.watch("nowhere")] == []
