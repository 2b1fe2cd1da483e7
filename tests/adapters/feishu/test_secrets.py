"""No secret leaves: not in a log, not in an error, not in a repr."""

import asyncio
import logging
import traceback

import pytest
from structlog.typing import EventDict

from adapters.errors import CredentialsRejected, PlatformError, Unreachable
from adapters.feishu import Feishu
from adapters.feishu.endpoint import Endpoint
from adapters.feishu.openapi import Account
from adapters.types import Message
from cards.model import Card
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import SEND
from tests.adapters.ears import Ears, listening
from tests.adapters.feishu.conftest import GROUP, LI, OPS, door_to
from tests.adapters.feishu.wire import strange


def test_a_repr_hides_the_secret() -> None:
    assert repr(Feishu("cli_x", "s3cret")) == "Feishu('cli_x', ***)"
    assert "s3cret" not in repr(Account("cli_x", "s3cret"))
    assert "s3cret" not in repr(Endpoint("wss://x/ws/v2?ticket=s3cret", 1, 120.0))


async def test_nothing_of_a_line_s_life_is_logged_that_opens_a_door(
    door: Feishu,
    ears: Ears,
    gateway: FeishuStandIn,
    waiting: Card,
    logged: list[EventDict],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def fail(_: Message) -> None:
        raise OSError("disk full")

    ears.on_message = fail
    secrets = [gateway.app_secret]
    for end in (gateway.faults.close, gateway.faults.abort):
        async with listening(door, ears, gateway) as line:
            secrets += [one.id for one in gateway.lines]
            await gateway.say(LI, "hi", conversation=GROUP)
            await ears.next()
            await gateway.inject(b"\xff\xff")
            await gateway.inject("text")
            end()
            await asyncio.wait([line], timeout=5)
    await door.send(OPS, waiting, key="k")
    await door.person(LI)
    secrets.append(await door._api.token())
    assert len(secrets) == 4
    everything = repr(logged) + caplog.text + "".join(map(trace, logged))
    for secret in secrets:
        assert secret not in everything


async def test_no_error_quotes_an_address_or_a_secret(ears: Ears, waiting: Card) -> None:
    told = []
    async with strange(Status="514", Msg="x") as door:
        with pytest.raises(Unreachable) as refused:
            await door.listen(ears.message, ears.click)
        told.append(refused.value)
    for url in ("ws://127.0.0.1:9/ws?service_id=1&ticket=t1cket", "ws://[bad/?service_id=1&ticket=t1cket"):
        async with strange(answers={"/callback/ws/endpoint": {"code": 0, "data": {"URL": url}}}) as door:
            with pytest.raises(Unreachable) as refused:
                await door.listen(ears.message, ears.click)
            told.append(refused.value)
    for error in told:
        assert "t1cket" not in everything(error)


async def test_neither_does_a_refusal(gateway: FeishuStandIn, ears: Ears, waiting: Card) -> None:
    door = door_to(gateway, secret="wr0ng")
    with pytest.raises(CredentialsRejected) as rejected:
        await door.listen(ears.message, ears.click)
    await door.close()
    good = door_to(gateway)
    token = await good._api.token()
    gateway.faults.lose_reply_next(SEND.name)
    with pytest.raises(Unreachable) as lost:
        await good.send(OPS, waiting, key="k")
    await good.close()
    assert "wr0ng" not in everything(rejected.value)
    assert token not in everything(lost.value)


def everything(error: PlatformError) -> str:
    return "".join(traceback.format_exception(error))


def trace(entry: EventDict) -> str:
    error = entry.get("exc_info")
    return "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""
