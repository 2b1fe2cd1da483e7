"""What people are called: asked for where nothing waits for it, and remembered."""

import asyncio

import pytest

from adapters.errors import MessageGone, Refused
from adapters.feishu import Feishu
from adapters.types import Person
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import CONTACT, USERS_BATCH
from tests.adapters.ears import Ears
from tests.adapters.feishu.conftest import GROUP, HAN, LI

Line = asyncio.Task[None]


async def asked(gateway: FeishuStandIn) -> None:
    async with asyncio.timeout(5):
        while gateway.calls[USERS_BATCH.name] != 1:
            await asyncio.sleep(0.005)


async def test_a_name_is_asked_for_once_and_known_the_next_time(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    await (await gateway.say(LI, "早", conversation=GROUP)).acked()
    while not ears.messages[-1].sender.name:
        await (await gateway.say(LI, "在吗", conversation=GROUP)).acked()
    await gateway.press(LI, "om_x", conversation=GROUP)
    assert ears.messages[0].sender == Person(platform="feishu", id=LI, name="")
    assert ears.clicks[0].operator.name == "李雷"
    assert gateway.calls[USERS_BATCH.name] == 1


async def test_nothing_waits_for_a_name(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    gateway.faults.delay_next(USERS_BATCH.name, seconds=3600)
    await (await gateway.say(LI, "早", conversation=GROUP)).acked()
    assert (await gateway.press(LI, "om_x", conversation=GROUP)).ok
    assert gateway.calls[USERS_BATCH.name] == 0
    await gateway.clock.advance(3600)
    await asked(gateway)


async def test_without_the_permission_people_have_no_names_and_it_is_not_asked_again(
    line: Line, ears: Ears, gateway: FeishuStandIn
) -> None:
    gateway.faults.revoke_scope(CONTACT)
    for person in (LI, HAN, LI):
        await (await gateway.say(person, "早", conversation=GROUP)).acked()
        await asked(gateway)
    assert {message.sender.name for message in ears.messages} == {""}


async def test_somebody_who_was_mentioned_is_known(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    await (await gateway.say(LI, f"授权 @{HAN}", conversation=GROUP)).acked()
    await gateway.press(HAN, "om_x", conversation=GROUP)
    assert ears.clicks[0].operator.name == "韩梅梅"


async def test_one_unknown_person_does_not_keep_the_others_nameless(door: Feishu, gateway: FeishuStandIn) -> None:
    people = door._people
    assert {people.name(one) for one in (LI, "ou_nobody", HAN)} == {""}
    gateway.faults.fail_next(USERS_BATCH.name, code=99992351)
    looking = asyncio.create_task(people.look_up())
    async with asyncio.timeout(5):
        while not (people.name(LI) and people.name(HAN)):
            await asyncio.sleep(0.005)
    assert people.name("ou_nobody") == ""
    assert gateway.calls[USERS_BATCH.name] == 4
    looking.cancel()
    await asyncio.wait([looking])


async def test_a_name_that_could_not_be_asked_for_is_asked_for_later(door: Feishu, gateway: FeishuStandIn) -> None:
    people = door._people
    gateway.faults.break_next(USERS_BATCH.name)
    looking = asyncio.create_task(people.look_up())
    people.name(LI)
    await asked(gateway)
    while people._wanted:
        await asyncio.sleep(0.005)
    people._quiet_until = 0.0  # a moment has passed
    async with asyncio.timeout(5):
        while people.name(LI) != "李雷":
            await asyncio.sleep(0.005)
    looking.cancel()
    await asyncio.wait([looking])


async def test_who_somebody_is(door: Feishu, gateway: FeishuStandIn) -> None:
    assert await door.person(LI) == Person(platform="feishu", id=LI, name="李雷")
    with pytest.raises(MessageGone):
        await door.person("ou_nobody")
    gateway.add_user("ou_far", "远方", available=False)
    with pytest.raises(Refused, match="41050"):
        await door.person("ou_far")
    gateway.faults.revoke_scope(CONTACT)
    with pytest.raises(Refused, match=CONTACT):
        await door.person(LI)
