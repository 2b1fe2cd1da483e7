"""Who left the organisation, as DingTalk tells it: noted before it is acknowledged, else asked for again."""

import asyncio
from typing import Any

import pytest

from adapters.dingtalk import DingTalk
from adapters.types import Person
from sandbox.dingtalk import Clock, DingTalkStandIn
from tests.adapters.dingtalk.conftest import GROUP, HAN, LI, door_to
from tests.adapters.ears import Ears, listening

Line = asyncio.Task[None]


async def test_who_left_is_noted_and_the_event_acknowledged(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    event = await gateway.event("user_leave_org", {"timeStamp": "1", "userId": [LI, HAN], "optStaffId": "x"})
    assert "SUCCESS" in (await event.acked()).data
    assert ears.left == [Person(platform="dingtalk", id=LI, name=""), Person(platform="dingtalk", id=HAN, name="")]


async def test_an_event_that_could_not_be_noted_comes_again(
    line: Line, ears: Ears, gateway: DingTalkStandIn, clock: Clock
) -> None:
    failures = [OSError("disk full")]

    async def noted(_: Person) -> None:
        if failures:
            raise failures.pop()

    ears.on_left = noted
    event = await gateway.event("user_leave_org", {"userId": [LI]})
    async with asyncio.timeout(10):
        while len(ears.left) < 2:
            await clock.advance(60)
            await asyncio.sleep(0.01)
    await event.acked()
    assert [person.id for person in ears.left] == [LI, LI]


@pytest.mark.parametrize("data", [{}, {"userId": None}, {"userId": [None, 7, ""]}, [], "x", {"userId": {"a": 1}}])
async def test_an_event_of_a_strange_shape_is_acknowledged_and_names_nobody(
    line: Line, ears: Ears, gateway: DingTalkStandIn, data: Any
) -> None:
    event = await gateway.event("user_leave_org", data)
    await event.acked()
    assert ears.left == []


async def test_other_events_are_acknowledged_and_name_nobody(line: Line, ears: Ears, gateway: DingTalkStandIn) -> None:
    for kind in ("user_add_org", "user_modify_org", "org_admin_remove"):
        await (await gateway.event(kind, {"userId": [LI]})).acked()
    assert ears.left == []


async def test_an_event_of_another_organisation_names_nobody(ears: Ears, gateway: DingTalkStandIn) -> None:
    door = DingTalk(
        gateway.client_id,
        gateway.client_secret,
        openapi_endpoint=gateway.url,
        oapi_endpoint=gateway.url,
        corp_id="dingOurs",
    )
    async with listening(door, ears, gateway):
        await (await gateway.event("user_leave_org", {"userId": [LI]})).acked()
    await door.close()
    assert ears.left == []


async def test_an_event_in_hand_is_noted_when_we_leave(ears: Ears, gateway: DingTalkStandIn) -> None:
    begun = asyncio.Event()

    async def slowly(_: Person) -> None:
        begun.set()
        await asyncio.sleep(0.05)

    ears.on_left = slowly
    door = door_to(gateway)
    async with listening(door, ears, gateway):
        event = await gateway.event("user_leave_org", {"userId": [LI]})
        await begun.wait()
    await event.acked()
    await door.close()
    assert [person.id for person in ears.left] == [LI]
    assert GROUP in gateway.directory.groups
