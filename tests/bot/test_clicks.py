"""A click is decided and durable before it is answered, answered in any case, and leaves one audit row (I5 I6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from sqlite3 import IntegrityError

import pytest

from adapters.errors import Unreachable
from adapters.types import Answer, CardAction, Message
from bot import audit
from bot.answers import question
from bot.approvals import Approvals
from bot.clicks import Clicks
from bot.deliveries import stable_id
from bot.inbox import Inbox, Note, QueueFull
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.views import DIGEST_PREFIX
from tests.bot.stand import ADMIN, GROUP, MEMBER, ZH, Clock, Door, restart_order, slow_disk


class Desk:
    """Clicks with everything behind them; remembers what was answered and what became a message."""

    def __init__(self, store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock) -> None:
        self.answers: list[Answer] = []
        self.messages: list[Message] = []
        self.clock = clock
        self.store = store
        self.clicks = Clicks(store, router, approvals, ZH, clock, as_message=self._message)

    async def _message(self, message: Message, note: Note) -> None:
        async def noted(tx: Transaction) -> None:
            await note(tx)

        await self.store.write(noted)
        self.messages.append(message)

    async def handled(self, message: Message) -> None:
        self.messages.append(message)

    async def _acknowledge(self, answer: Answer) -> None:
        self.answers.append(answer)

    async def click(self, key: str, button: str, *, by=MEMBER, digest: str = "") -> Answer:
        action = CardAction(key=key, button=button, digest=digest, operator=by, received_at=self.clock())
        await self.clicks.on_action(action, self._acknowledge)
        return self.answers[-1]


@asynccontextmanager
async def delivering(router: NotificationRouter) -> AsyncIterator[None]:
    task = asyncio.create_task(router.run())
    try:
        yield
    finally:
        await router.flush(5)
        task.cancel()
        await asyncio.wait([task])


async def statuses(store: Store) -> list[str]:
    return [row["status"] async for row in audit.entries(store)]


async def test_a_click_on_a_card_that_is_not_ours_runs_nothing_and_is_on_record(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    desk = Desk(store, router, approvals, clock)
    answer = await desk.click("no-such-card", "approve", by=ADMIN)
    assert "找不到" in answer.toast
    assert await statuses(store) == ["UNKNOWN_CARD"]


async def test_an_unknown_button_of_a_known_card_shows_the_card_again(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="m1")
    key = stable_id(action.card_id, GROUP.platform, GROUP.id)
    answer = await Desk(store, router, approvals, clock).click(key, "explode", by=ADMIN)
    assert answer.card is not None and answer.card.tag == "待审批"
    assert (await statuses(store))[-1] == "UNKNOWN_BUTTON"


async def test_the_answer_carries_the_next_card_and_costs_no_call(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, door: Door
) -> None:
    async with delivering(router):
        action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="m1")
        await router.flush(5)
        key = door.sent[0][0]
        digest = action.order.digest[:DIGEST_PREFIX]
        answer = await Desk(store, router, approvals, clock).click(key, "approve", by=ADMIN, digest=digest)
        await router.flush(5)
    assert answer.card is not None and answer.card.tag == "执行中"
    assert all(button.disabled for button in answer.card.buttons)
    assert door.updated == []


async def test_the_end_is_shown_by_a_call_too_as_nobody_says_whether_an_answer_was_taken(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, door: Door
) -> None:
    async with delivering(router):
        action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="m1")
        await router.flush(5)
        key = door.sent[0][0]
        digest = action.order.digest[:DIGEST_PREFIX]
        answer = await Desk(store, router, approvals, clock).click(key, "deny", by=ADMIN, digest=digest)
        await router.flush(5)
    assert answer.card is not None and answer.card.tag == "已拒绝"
    assert [card.tag for _, card in door.updated] == ["已拒绝"]


async def test_an_answer_that_cannot_be_given_is_repaired_by_an_update(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, door: Door
) -> None:
    async def gone(_: Answer) -> None:
        raise Unreachable("the line dropped")

    async with delivering(router):
        action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="m1")
        await router.flush(5)
        click = CardAction(
            key=door.sent[0][0],
            button="deny",
            digest=action.order.digest[:DIGEST_PREFIX],
            operator=ADMIN,
            received_at=clock(),
        )
        await Desk(store, router, approvals, clock).clicks.on_action(click, gone)
    assert door.shown.tag == "已拒绝"


async def test_a_choice_becomes_a_message_of_the_clicker_in_the_cards_conversation(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    told = question(ZH, "q1", "哪一个？", (("deployment/api (shop)", "重启 deployment/api -n shop"),))
    await router.send_card(told.card, (GROUP,), commands=told.commands)
    desk = Desk(store, router, approvals, clock)
    await desk.click(stable_id("q1", GROUP.platform, GROUP.id), "option-1")
    (message,) = desk.messages
    assert (message.text, message.sender, message.conversation) == ("重启 deployment/api -n shop", MEMBER, GROUP)
    assert await statuses(store) == ["CHOSEN"]


async def test_a_choice_pressed_again_later_is_said_again_and_not_silently_dropped(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    told = question(ZH, "q1", "哪一个？", (("deployment/api (shop)", "重启 deployment/api -n shop"),))
    await router.send_card(told.card, (GROUP,), commands=told.commands)
    desk, key = Desk(store, router, approvals, clock), stable_id("q1", GROUP.platform, GROUP.id)
    await desk.click(key, "option-1")
    await desk.click(key, "option-1")
    clock.advance(20 * 60)
    await desk.click(key, "option-1")
    once, twice, later = (message.id for message in desk.messages)
    assert once == twice != later


async def test_a_choice_is_on_disk_together_with_its_row_or_not_at_all(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    """What a kill between the two would leave: here the disk is full when the row is written."""
    told = question(ZH, "q1", "哪一个？", (("deployment/api (shop)", "重启 deployment/api -n shop"),))
    await router.send_card(told.card, (GROUP,), commands=told.commands)
    await store.write(
        lambda tx: tx.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit_logs WHEN new.status = 'CHOSEN'"
            " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    )
    desk = Desk(store, router, approvals, clock)
    inbox = Inbox(store, desk.handled, desk.handled, clock)
    desk.clicks = Clicks(store, router, approvals, ZH, clock, as_message=inbox.on_message)
    running = asyncio.create_task(inbox.run())
    with pytest.raises(ExceptionGroup) as raised:  # not answered: it can be pressed again
        await desk.click(stable_id("q1", GROUP.platform, GROUP.id), "option-1")
    assert raised.group_contains(IntegrityError, match="disk is full")
    assert await store.rows("SELECT id FROM inbox") == []
    assert desk.messages == []
    running.cancel()
    await asyncio.wait([running])


async def test_a_choice_that_finds_the_queue_full_is_answered_so_and_on_record(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    async def full(_: Message, __: Note) -> None:
        raise QueueFull("dingtalk:cid-ops")

    told = question(ZH, "q1", "哪一个？", (("deployment/api (shop)", "重启 deployment/api -n shop"),))
    await router.send_card(told.card, (GROUP,), commands=told.commands)
    desk = Desk(store, router, approvals, clock)
    desk.clicks = Clicks(store, router, approvals, ZH, clock, as_message=full)
    answer = await desk.click(stable_id("q1", GROUP.platform, GROUP.id), "option-1")
    assert "没有处理" in answer.toast
    assert await statuses(store) == ["REFUSED"]


async def test_a_slow_decision_is_answered_in_time_and_shown_later(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, door: Door
) -> None:
    async with delivering(router):
        action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="m1")
        await router.flush(5)
        desk = Desk(store, router, approvals, clock)
        async with slow_disk(store):
            digest = action.order.digest[:DIGEST_PREFIX]
            clicking = asyncio.create_task(desk.click(door.sent[0][0], "deny", by=ADMIN, digest=digest))
            while not desk.answers:
                await asyncio.sleep(0.01)
        await clicking
    assert desk.answers[0].toast == "已收到，正在处理"
    assert door.shown.tag == "已拒绝"
