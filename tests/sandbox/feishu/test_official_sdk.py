import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.feishu import FeishuStandIn
from tests.sandbox.feishu.conftest import GROUP, LI, populate

CLIENT = Path(__file__).with_name("official_client.py")
pytestmark = pytest.mark.timeout(150)  # importing the SDK takes seconds


class Official:
    """The unmodified SDK's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def heard(self, kind: str) -> dict[str, Any]:
        """The SDK logs to the same output: what is no JSON is passed over."""
        assert self._process.stdout
        while line := await asyncio.wait_for(self._process.stdout.readline(), 40):
            if line.startswith(b"{"):
                told: dict[str, Any] = json.loads(line)
                if told["kind"] == kind:
                    return told
        raise AssertionError("the client ended")


@pytest.fixture
async def real_time() -> AsyncIterator[FeishuStandIn]:
    async with FeishuStandIn() as gateway:
        populate(gateway)
        gateway.opening.config.reconnect_nonce = 0
        gateway.opening.config.reconnect_interval = 1
        gateway.opening.config.ping_interval = 1
        yield gateway


@pytest.fixture
async def official(real_time: FeishuStandIn) -> AsyncIterator[Official]:
    arguments = [sys.executable, str(CLIENT), real_time.url, real_time.app_id, real_time.app_secret]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    await real_time.connected(seconds=50)
    yield Official(process)
    process.kill()
    await process.wait()


async def test_the_official_client_connects_hears_and_answers(real_time: FeishuStandIn, official: Official) -> None:
    gateway = real_time
    message = await gateway.say(LI, "send a card", conversation=GROUP)
    told = await official.heard("message")
    assert (told["text"], told["user"], told["mentions"]) == ("@_user_1 send a card", LI, 1)
    assert (await message.acked()).code == 200

    told = await official.heard("card")
    assert told["code"] == 0
    message_id = told["message_id"]
    assert [button.text for button in gateway.cards[message_id].view(LI).buttons] == ["Approve"]

    click = await gateway.click(LI, message_id, "Approve")
    told = await official.heard("click")
    assert (told["card"], told["user"], told["value"]) == (message_id, LI, {"act": "Approve"})
    assert click.ok and click.toast and click.view
    assert click.toast.content == "Approved"
    assert (click.view.markdown, click.view.title, click.view.buttons) == (f"approved by {LI}", "Approve?", ())

    gateway.faults.split_frames(3)
    await gateway.say(LI, "in three parts")
    assert (await official.heard("message"))["text"] == "in three parts"
    await gateway.until(lambda: gateway.lines[0].pings)
    assert list(gateway.violations) == []
    assert gateway.calls["POST /callback/ws/endpoint"] == 1


async def test_the_official_client_comes_back_after_a_drop(real_time: FeishuStandIn, official: Official) -> None:
    [first] = real_time.lines
    real_time.faults.abort()
    await real_time.until(lambda: [line for line in real_time.lines if line is not first], 30)
    message = await real_time.say(LI, "still there?")
    assert (await official.heard("message"))["text"] == "still there?"
    assert (await message.acked()).code == 200
