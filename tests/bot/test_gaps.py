"""Who could not be heard says so: from when to when, once, to the right people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.types import Conversation, Message, Platform
from bot.clock import stamp
from bot.gaps import Gaps
from bot.lines import Line, Lines
from bot.router import NotificationRouter
from bot.store import Store, open_store
from tests.bot.stand import GROUP, MEMBER, ZH, Clock, Door, run_sql

OPS = Conversation(platform="dingtalk", id="cid-duty", kind="group")
OPS_FEISHU = Conversation(platform="feishu", id="oc_duty", kind="group")


@dataclass
class World:
    store: Store
    clock: Clock
    line: Line

    async def cards(self, count: int) -> list[tuple[str, str]]:
        """Where each card goes, and what it says; waits for so many."""
        async with asyncio.timeout(5):
            while len(rows := await self._rows()) < count:
                await asyncio.sleep(0.005)
        return rows

    async def _rows(self) -> list[tuple[str, str]]:
        sql = "SELECT d.platform || ':' || json_extract(d.conversation, '$.id') AS place, json_extract(c.body, '$.summary') AS said"
        rows = await self.store.rows(sql + " FROM deliveries d JOIN cards c ON c.id = d.card_id ORDER BY c.rowid")
        return [(row["place"], row["said"]) for row in rows]

    async def heard_at(self) -> str:
        row = await self.store.row("SELECT heard_at FROM lines")
        return row["heard_at"] if row else ""


@asynccontextmanager
async def world(
    folder: Path, clock: Clock, *, every: float = 30, ops: dict[Platform, tuple[Conversation, ...]] | None = None
) -> AsyncIterator[World]:
    """One process's life; at the end it is killed."""
    doors: dict[Platform, Door] = {"dingtalk": Door(), "feishu": Door(platform="feishu")}
    async with open_store(folder / "steward.db") as store:
        lines = Lines(doors, clock)
        router = NotificationRouter(store, doors, clock)
        gaps = Gaps(store, lines, router, ZH, clock, ops=ops or {}, every=every)
        await gaps.look_back()
        running = asyncio.create_task(gaps.run())
        try:
            yield World(store, clock, lines.by_platform["dingtalk"])
        finally:
            running.cancel()
            await asyncio.wait([running])


async def told_of(world: World, seconds: float) -> None:
    world.line.ends_to_hear()
    world.clock.advance(seconds)
    world.line.begins_to_hear()


async def test_the_first_start_ever_has_missed_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, Clock(), ops={"dingtalk": (OPS,)}, every=0.01) as here:
        here.clock.advance(3600)
        here.line.begins_to_hear()
        async with asyncio.timeout(5):
            while not await here.heard_at():
                await asyncio.sleep(0.005)
        assert await here.cards(0) == []


async def test_a_gap_is_told_with_its_times_to_those_on_duty(tmp_path: Path) -> None:
    async with world(tmp_path, Clock(), ops={"dingtalk": (OPS,), "feishu": (OPS_FEISHU,)}) as here:
        here.line.begins_to_hear()
        since = here.clock.now.astimezone()
        await told_of(here, 200)
        ((place, said),) = await here.cards(1)
        until = since + timedelta(seconds=200)
        assert place == "dingtalk:cid-duty"
        assert f"钉钉连接在 {since:%m-%d %H:%M:%S} – {until:%m-%d %H:%M:%S}" in said or (
            f"钉钉连接在 {since:%H:%M:%S} – {until:%H:%M:%S}" in said
        )
        assert "请重发" in said


async def test_without_those_on_duty_the_group_that_spoke_last_is_told(tmp_path: Path) -> None:
    async with world(tmp_path, Clock()) as here:
        for number, conversation in enumerate(
            (
                Conversation(platform="dingtalk", id="cid-old", kind="group"),
                GROUP,
                Conversation(platform="dingtalk", id="user123", kind="single"),
                Conversation(platform="feishu", id="oc_other", kind="group"),
            )
        ):
            message = Message(
                id=str(number), conversation=conversation, sender=MEMBER, text="状态", sent_at=here.clock.now
            )
            await run_sql(
                here.store,
                "INSERT INTO inbox (id, conversation, body, received_at) VALUES (?, ?, ?, ?)",
                str(number),
                f"{conversation.platform}:{conversation.id}",
                message.model_dump_json(),
                stamp(here.clock.now),
            )
        here.line.begins_to_hear()
        await told_of(here, 61)
        assert [place for place, _ in await here.cards(1)] == ["dingtalk:cid-ops"]


async def test_nobody_to_tell_is_no_error_and_not_told_later(tmp_path: Path) -> None:
    clock = Clock()
    async with world(tmp_path, clock) as here:
        here.line.begins_to_hear()
        await told_of(here, 3600)
        async with asyncio.timeout(5):
            while await here.heard_at() != stamp(clock.now):
                await asyncio.sleep(0.005)
    async with world(tmp_path, clock, ops={"dingtalk": (OPS,)}) as here:
        here.line.begins_to_hear()
        await asyncio.sleep(0.02)
        assert await here.cards(0) == []


async def test_the_time_between_two_lives_counts_and_is_told_once(tmp_path: Path) -> None:
    clock = Clock()
    async with world(tmp_path, clock, ops={"dingtalk": (OPS,)}, every=0.01) as here:
        here.line.begins_to_hear()
        async with asyncio.timeout(5):
            while not await here.heard_at():
                await asyncio.sleep(0.005)
    clock.advance(600)
    for _ in range(2):
        async with world(tmp_path, clock, ops={"dingtalk": (OPS,)}) as here:
            here.line.begins_to_hear()
            assert len(await here.cards(1)) == 1


async def test_a_line_that_went_down_before_the_end_was_deaf_since_then(tmp_path: Path) -> None:
    clock = Clock()
    async with world(tmp_path, clock, every=0.01) as here:
        here.line.begins_to_hear()
        here.line.ends_to_hear()
        went = stamp(clock.now)
        clock.advance(50)
        async with asyncio.timeout(5):
            while await here.heard_at() != went:
                await asyncio.sleep(0.005)
    clock.advance(20)
    async with world(tmp_path, clock, ops={"dingtalk": (OPS,)}) as here:
        here.line.begins_to_hear()
        assert len(await here.cards(1)) == 1


async def test_a_parked_line_is_told_on_the_other_platform(tmp_path: Path) -> None:
    async with world(tmp_path, Clock(), ops={"dingtalk": (OPS,), "feishu": (OPS_FEISHU,)}) as here:
        here.line.move("parked", "authFailed 鉴权失败")
        here.line.move("parked", "authFailed 鉴权失败")  # tried again
        ((place, said),) = await here.cards(1)
        assert place == "feishu:oc_duty"
        assert "authFailed" in said


async def test_a_process_that_never_lives_for_long_is_not_taken_for_deaf(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(5):
        async with world(tmp_path, clock, ops={"dingtalk": (OPS,)}) as here:
            here.line.begins_to_hear()
            async with asyncio.timeout(5):
                while await here.heard_at() != stamp(clock.now):
                    await asyncio.sleep(0.005)
            assert await here.cards(0) == []
            clock.advance(25)
