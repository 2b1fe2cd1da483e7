"""What was acknowledged is on disk and is handled or answered, in order, exactly as often as it takes (I5)."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.types import Conversation, Message
from bot.inbox import Flood, Handle, Inbox, QueueFull
from bot.store import Body, Store, Transaction
from tests.bot.stand import GROUP, MEMBER, Clock, slow_disk

CLOCK = Clock()


def message(number: int, conversation: Conversation = GROUP) -> Message:
    return Message(id=f"msg{number}", conversation=conversation, sender=MEMBER, text=f"帮助 {number}", sent_at=CLOCK())


@asynccontextmanager
async def running(inbox: Inbox) -> AsyncIterator[None]:
    task = asyncio.create_task(inbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def nothing(_: Message) -> None:
    return


def inbox_of(
    store: Store, handle: Handle, apologise: Handle = nothing, *, longest: int = 1000, seconds: float = 180
) -> Inbox:
    return Inbox(store, handle, apologise, CLOCK, pause=0.001, longest=longest, seconds=seconds)


async def handled_all(store: Store) -> None:
    async with asyncio.timeout(40):
        while (row := await store.row("SELECT count(*) AS n FROM inbox WHERE state = 'NEW'")) and row["n"]:
            await asyncio.sleep(0.005)


async def test_a_message_delivered_twice_is_handled_once(store: Store) -> None:
    seen: list[str] = []

    async def handle(each: Message) -> None:
        seen.append(each.id)

    inbox = inbox_of(store, handle)
    async with running(inbox):
        await asyncio.gather(*(inbox.on_message(message(1)) for _ in range(5)))
        await inbox.on_message(message(1))
        await handled_all(store)
    assert seen == ["msg1"]


async def test_accepted_means_on_disk(store: Store) -> None:
    blocked = asyncio.Event()

    async def handle(_: Message) -> None:
        await blocked.wait()

    inbox = inbox_of(store, handle)
    async with running(inbox):
        await inbox.on_message(message(1))
        row = await store.row("SELECT id, state FROM inbox")
    assert row is not None and (row["id"], row["state"]) == ("dingtalk:msg1", "NEW")


async def test_what_is_left_to_write_is_written_with_the_note_that_the_message_was_handled(store: Store) -> None:
    tries: list[str] = []

    async def handle(each: Message) -> Body[None]:
        tries.append(each.id)
        number = len(tries)

        async def rest(tx: Transaction) -> None:
            await tx.execute("INSERT INTO users (id) VALUES (?)", f"{each.id}/{number}")
            if number == 1:
                raise RuntimeError("our bug, after half of it was written")

        return rest

    inbox = inbox_of(store, handle)
    async with running(inbox):
        await inbox.on_message(message(1))
        await inbox.on_message(message(2))
        await handled_all(store)
    assert tries == ["msg1", "msg1", "msg2"]
    assert [row["id"] for row in await store.rows("SELECT id FROM users ORDER BY id")] == ["msg1/2", "msg2/3"]


async def test_whoever_gives_up_waiting_finds_the_message_handled_all_the_same(store: Store) -> None:
    handled = asyncio.Event()
    begun, go = threading.Event(), threading.Event()

    async def handle(_: Message) -> None:
        handled.set()

    async def hold(_: Transaction) -> None:
        begun.set()
        go.wait(20)

    inbox = inbox_of(store, handle)
    async with running(inbox):
        async with slow_disk(store):
            holding = asyncio.create_task(store.write(hold))
            waiting = asyncio.create_task(inbox.on_message(message(1)))
            await asyncio.sleep(0)
        await asyncio.to_thread(begun.wait, 20)
        waiting.cancel()
        await asyncio.wait([waiting])
        go.set()
        await holding
        async with asyncio.timeout(30):
            await handled.wait()


async def test_a_restart_handles_what_was_accepted(store: Store) -> None:
    never = asyncio.Event()

    async def stuck(_: Message) -> None:
        await never.wait()

    before = inbox_of(store, stuck)
    async with running(before):
        for number in range(3):
            await before.on_message(message(number))
    seen: list[str] = []

    async def handle(each: Message) -> None:
        seen.append(each.id)

    async with running(inbox_of(store, handle)):
        await handled_all(store)
    assert seen == ["msg0", "msg1", "msg2"]


async def test_one_conversation_is_in_order_and_others_do_not_wait_for_it(store: Store) -> None:
    gate, seen = asyncio.Event(), []
    other = GROUP.model_copy(update={"id": "cid-other"})

    async def handle(each: Message) -> None:
        if each.conversation == GROUP and each.id == "msg1":
            await gate.wait()
        seen.append((each.conversation.id, each.id))

    inbox = inbox_of(store, handle)
    async with running(inbox):
        for each in (message(1), message(2), message(3, other)):
            await inbox.on_message(each)
        async with asyncio.timeout(5):
            while not seen:
                await asyncio.sleep(0.005)
        assert seen == [("cid-other", "msg3")]
        gate.set()
        await handled_all(store)
    assert seen[1:] == [("cid-ops", "msg1"), ("cid-ops", "msg2")]


async def test_a_message_that_keeps_failing_is_answered_with_an_apology(store: Store) -> None:
    tries, sorry = [], []

    async def handle(each: Message) -> None:
        tries.append(each.id)
        raise RuntimeError("our bug")

    async def apologise(each: Message) -> None:
        sorry.append(each.id)

    inbox = inbox_of(store, handle, apologise)
    async with running(inbox):
        await inbox.on_message(message(1))
        await inbox.on_message(message(2))
        await handled_all(store)
    assert (tries, sorry) == (["msg1"] * 3 + ["msg2"] * 3, ["msg1", "msg2"])


async def test_an_apology_that_fails_too_stops_neither_the_queue_nor_the_daemon(store: Store) -> None:
    seen: list[str] = []

    async def handle(each: Message) -> None:
        if each.id == "msg1":
            raise RuntimeError("our bug")
        seen.append(each.id)

    async def apologise(_: Message) -> None:
        raise RuntimeError("another one")

    inbox = inbox_of(store, handle, apologise)
    async with running(inbox):
        await inbox.on_message(message(1))
        await inbox.on_message(message(2))
        await handled_all(store)
    assert seen == ["msg2"]
    assert [row["state"] for row in await store.rows("SELECT state FROM inbox ORDER BY seq")] == ["FAILED", "DONE"]


async def test_a_message_that_is_handled_for_ever_is_given_up(store: Store) -> None:
    sorry = []

    async def handle(each: Message) -> None:
        if each.id == "msg1":
            await asyncio.Event().wait()

    async def apologise(each: Message) -> None:
        sorry.append(each.id)

    inbox = inbox_of(store, handle, apologise, seconds=0.01)
    async with running(inbox):
        await inbox.on_message(message(1))
        await inbox.on_message(message(2))
        await handled_all(store)
    assert sorry == ["msg1"]


@pytest.mark.parametrize(
    ("change", "answered"),
    [
        ("json_set(body, '$.added_by_a_newer_version', 1)", "handled"),
        ("json_set(body, '$.sender.badge', 'x')", "handled"),
        ("json_remove(body, '$.text')", "apologised"),
        ("json_remove(body, '$.text', '$.conversation')", ""),
        ("'no json'", ""),
    ],
)
async def test_what_another_version_wrote_is_handled_or_answered_and_blocks_nobody(
    store: Store, change: str, answered: str
) -> None:
    seen: list[tuple[str, str]] = []

    async def handle(each: Message) -> None:
        seen.append(("handled", each.id))

    async def apologise(each: Message) -> None:
        assert each.conversation == GROUP
        seen.append(("apologised", each.id))

    never = asyncio.Event()

    async def stuck(_: Message) -> None:
        await never.wait()

    before = inbox_of(store, stuck)
    async with running(before):
        await before.on_message(message(1))
        await before.on_message(message(2))
    await store.write(lambda tx: tx.execute(f"UPDATE inbox SET body = {change} WHERE id = 'dingtalk:msg1'"))
    async with running(inbox_of(store, handle, apologise)):
        await handled_all(store)
    assert seen == [*([(answered, "msg1")] if answered else []), ("handled", "msg2")]


async def test_drain_finishes_what_is_in_hand_and_keeps_the_rest(store: Store) -> None:
    begun, seen = asyncio.Event(), []

    async def handle(each: Message) -> None:
        begun.set()
        await asyncio.sleep(0.02)
        seen.append(each.id)

    inbox = inbox_of(store, handle)
    async with running(inbox):
        for number in range(5):
            await inbox.on_message(message(number))
        await begun.wait()
        await inbox.drain(5)
    rows = await store.rows("SELECT id FROM inbox WHERE state = 'NEW' ORDER BY seq")
    assert 0 < len(seen) < 5
    assert [row["id"] for row in rows] == [f"dingtalk:msg{number}" for number in range(len(seen), 5)]


async def test_a_thousand_messages_at_once_are_all_kept(store: Store) -> None:
    seen = 0

    async def handle(_: Message) -> None:
        nonlocal seen
        seen += 1

    inbox = inbox_of(store, handle)
    async with running(inbox):
        await asyncio.gather(*(inbox.on_message(message(number)) for number in range(1000)))
        await handled_all(store)
    assert seen == 1000


async def test_only_what_waits_fills_a_queue(store: Store) -> None:
    accepted = [asyncio.Event() for _ in range(21)]

    async def handle(each: Message) -> None:
        await accepted[int(each.id.removeprefix("msg")) + 1].wait()  # so that one more always waits

    inbox = inbox_of(store, handle, longest=3)
    async with running(inbox):
        for number in range(20):
            await inbox.on_message(message(number))
            await inbox.on_message(message(number))
            accepted[number].set()
            async with asyncio.timeout(5):
                while (row := await store.row("SELECT count(*) AS n FROM inbox WHERE state = 'NEW'")) and row["n"] > 1:
                    await asyncio.sleep(0.001)
        await inbox.on_message(message(20))
        await inbox.on_message(message(21))
        with pytest.raises(QueueFull):
            await inbox.on_message(message(22))


async def test_in_a_flood_all_are_acknowledged_before_one_is_handled(store: Store) -> None:
    seen: list[str] = []

    async def handle(each: Message) -> None:
        seen.append(each.id)

    inbox = Inbox(store, handle, nothing, CLOCK, flood=Flood(messages=10, seconds=2, longest=60))
    async with running(inbox):
        for begin in range(0, 100, 20):
            await asyncio.gather(*(inbox.on_message(message(number)) for number in range(begin, begin + 20)))
            assert not seen
        await handled_all(store)
    assert len(seen) == 100


async def test_a_flood_without_an_end_holds_nothing_up_for_ever(store: Store) -> None:
    inbox = Inbox(store, nothing, nothing, CLOCK, flood=Flood(messages=10, seconds=1000, longest=0.001))
    async with running(inbox):
        await asyncio.gather(*(inbox.on_message(message(number)) for number in range(20)))
        await handled_all(store)
