"""No secret leaves: not in a log, not in an error, not in a repr."""

import asyncio
import logging
import traceback

import pytest
from structlog.typing import EventDict

from adapters.dingtalk import DingTalk
from adapters.dingtalk.line import Ticket
from adapters.errors import PlatformError, Unreachable
from adapters.types import Message
from cards.model import Card
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import CREATE_AND_DELIVER, USER_GET
from tests.adapters.dingtalk.conftest import GROUP, HAN, LI, OPS, door_to
from tests.adapters.ears import Ears, listening


def test_a_repr_hides_the_secret() -> None:
    assert repr(DingTalk("dingxxx", "s3cret")) == "DingTalk('dingxxx', ***)"
    assert "s3cret" not in repr(Ticket("wss://x/connect", "s3cret"))


async def test_nothing_of_a_line_s_life_is_logged_that_opens_a_door(
    door: DingTalk,
    ears: Ears,
    gateway: DingTalkStandIn,
    waiting: Card,
    logged: list[EventDict],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def fail(_: Message) -> None:
        raise OSError("disk full")

    ears.on_message = fail
    secrets = [gateway.client_secret]
    for end in (gateway.faults.disconnect, gateway.faults.close, gateway.faults.abort):
        async with listening(door, ears, gateway) as line:
            secrets += [one.id for one in gateway.lines]
            await gateway.say(LI, "hi", conversation=GROUP)
            await ears.next()
            await gateway.inject('{"type":"CALLBACK","headers":{"messageId":"m","time":"noon"},"data":"{}"}')
            end()
            await asyncio.wait([line], timeout=5)
    await door.send(OPS, waiting, key="k")
    await door.person(HAN)
    secrets += list(gateway.bot.sessions)
    secrets.append(await door._api.token())
    assert len(secrets) == 8
    everything = repr(logged) + caplog.text + "".join(map(trace, logged))
    for secret in secrets:
        assert secret not in everything


def trace(entry: EventDict) -> str:
    error = entry.get("exc_info")
    return "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""


@pytest.mark.parametrize("api", [CREATE_AND_DELIVER.name, USER_GET.name])
async def test_an_error_holds_no_token(door: DingTalk, gateway: DingTalkStandIn, waiting: Card, api: str) -> None:
    token = await door._api.token()
    gateway.faults.lose_reply_next(api)
    with pytest.raises(PlatformError) as caught:
        await (door.send(OPS, waiting, key="k") if api == CREATE_AND_DELIVER.name else door.person(LI))
    assert token not in "".join(traceback.format_exception(caught.value))


async def test_a_refused_connection_s_error_holds_no_ticket(gateway: DingTalkStandIn, ears: Ears) -> None:
    gateway.stream.base = f"{gateway.url}/nowhere"
    door = door_to(gateway)
    with pytest.raises(Unreachable, match="HTTP 404") as caught:
        await door.listen(ears.message, ears.click)
    (ticket,) = gateway.stream._tickets
    assert ticket not in "".join(traceback.format_exception(caught.value))
    await door.close()
