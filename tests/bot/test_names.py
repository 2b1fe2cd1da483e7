"""People whom their platform only names by id have a name on cards all the same."""

from collections import deque
from datetime import UTC, datetime

from adapters.errors import Refused
from adapters.types import Message, Person
from bot.names import Names
from tests.bot.stand import FEISHU_GROUP, Door

NAMELESS = Person(platform="feishu", id="ou_1", name="")


def message(sender: Person) -> Message:
    return Message(id="m", conversation=FEISHU_GROUP, sender=sender, text="帮助", sent_at=datetime.now(UTC))


async def heard(door: Door, *senders: Person) -> list[str]:
    names: list[str] = []

    async def handle(each: Message) -> None:
        names.append(each.sender.name)

    named = Names({"feishu": door}).before(handle)
    for sender in senders:
        await named(message(sender))
    return names


async def test_a_name_is_asked_for_where_there_is_none() -> None:
    assert await heard(Door(platform="feishu"), NAMELESS) == ["ou_1"]  # the stand-in calls people by their id


async def test_whoever_has_a_name_keeps_it() -> None:
    assert await heard(Door(platform="feishu"), NAMELESS.model_copy(update={"name": "李雷"})) == ["李雷"]


async def test_without_the_permission_the_message_is_handled_and_nobody_is_asked_again() -> None:
    door = Door(platform="feishu", errors=deque([Refused("no permission"), AssertionError("asked again")]))
    assert await heard(door, NAMELESS, NAMELESS) == ["", ""]


async def test_a_stranger_without_an_id_is_not_asked_for() -> None:
    door = Door(platform="feishu", errors=deque([AssertionError("asked")]))
    assert await heard(door, NAMELESS.model_copy(update={"id": ""})) == [""]
