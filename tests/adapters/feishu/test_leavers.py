"""Who left the organisation, as Feishu tells it: by an event, by a status, or by knowing the person no more."""

import asyncio
from typing import Any

import pytest

from adapters.errors import MessageGone
from adapters.feishu import Feishu
from adapters.feishu.events import leaver
from adapters.feishu.frames import Event
from adapters.types import Person
from sandbox.feishu import Clock, FeishuStandIn
from tests.adapters.ears import Ears
from tests.adapters.feishu.conftest import HAN, LI

Line = asyncio.Task[None]
DELETED, UPDATED = "contact.user.deleted_v3", "contact.user.updated_v3"


async def test_who_left_is_noted_and_the_event_acknowledged(line: Line, ears: Ears, gateway: FeishuStandIn) -> None:
    gateway.credentials.events.add(DELETED)
    await gateway.remove_user(HAN)
    await gateway.until(lambda: bool(ears.left))
    assert [(person.platform, person.id) for person in ears.left] == [("feishu", HAN)]


async def test_an_event_that_could_not_be_noted_comes_again(
    line: Line, ears: Ears, gateway: FeishuStandIn, clock: Clock
) -> None:
    failures = [OSError("disk full")]

    async def noted(_: Person) -> None:
        if failures:
            raise failures.pop()

    ears.on_left = noted
    event = await gateway.event(DELETED, {"object": {"open_id": LI}})
    async with asyncio.timeout(10):
        while len(ears.left) < 2:
            await clock.advance(15)
            await asyncio.sleep(0.01)
    await event.acked()
    assert [person.id for person in ears.left] == [LI, LI]


@pytest.mark.parametrize(
    ("kind", "about", "gone"),
    [
        (DELETED, {"open_id": LI}, True),
        (UPDATED, {"open_id": LI, "status": {"is_resigned": True}}, True),
        (UPDATED, {"open_id": LI, "status": {"is_resigned": False, "is_frozen": True}}, False),
        (UPDATED, {"open_id": LI, "status": {"is_resigned": "true"}}, False),
        (UPDATED, {"open_id": LI}, False),
        (DELETED, {}, False),
        (DELETED, {"open_id": 7}, False),
        (DELETED, None, False),
    ],
)
def test_a_change_is_a_departure_only_when_it_says_so(kind: str, about: Any, gone: bool) -> None:
    assert (leaver(Event(kind, {}, {"object": about})) is not None) == gone


async def test_somebody_who_resigned_or_is_unknown_is_nobody(door: Feishu, gateway: FeishuStandIn) -> None:
    assert (await door.person(HAN)).name == "韩梅梅"
    gateway.directory.users[HAN] = gateway.directory.users[HAN].model_copy(update={"resigned": True})
    with pytest.raises(MessageGone):
        await door.person(HAN)
    await gateway.remove_user(HAN)
    with pytest.raises(MessageGone):
        await door.person(HAN)
