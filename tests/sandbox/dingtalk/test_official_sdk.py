import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import GROUP, LI, populate

CLIENT = Path(__file__).with_name("official_client.py")


class Official:
    """The unmodified SDK's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def heard(self, kind: str) -> dict[str, Any]:
        assert self._process.stdout
        while True:
            line = await asyncio.wait_for(self._process.stdout.readline(), 20)
            told: dict[str, Any] = json.loads(line)
            if told["kind"] == kind:
                return told


@pytest.fixture
async def real_time() -> AsyncIterator[DingTalkStandIn]:
    async with DingTalkStandIn() as gateway:
        populate(gateway)
        yield gateway


@pytest.fixture
async def official(real_time: DingTalkStandIn) -> AsyncIterator[Official]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CLIENT),
        real_time.url,
        real_time.client_id,
        real_time.client_secret,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await real_time.connected(seconds=30)
        yield Official(process)
    finally:
        process.kill()
        await process.wait()


async def test_the_official_client_connects_hears_and_acknowledges(
    real_time: DingTalkStandIn, official: Official
) -> None:
    gateway = real_time
    message = await gateway.say(LI, "send a card", conversation=GROUP)
    told = await official.heard("message")
    assert (told["text"], told["user"]) == ([" send a card"], LI)
    assert (await message.acked()).code == 200

    track = (await official.heard("card"))["track"]
    assert [button.text for button in gateway.cards[track].view(LI).buttons] == ["Approve"]

    click = await gateway.click(LI, track, "Approve")
    told = await official.heard("click")
    assert (told["track"], told["user"]) == (track, LI)
    assert told["content"]["cardPrivateData"]["actionIds"] == ["approve"]
    assert click.ok
    assert click.view
    assert (click.view.markdown, click.view.title, click.view.buttons) == (f"approved by {LI}", "Approve?", ())

    event = await gateway.event("user_leave_org", {"userId": ["x"]})
    assert (await official.heard("event"))["type"] == "user_leave_org"
    assert (await event.acked()).code == 200

    await gateway.until(lambda: gateway.lines[0].pongs)
    assert len(gateway.violations) == 0
    assert gateway.calls["POST /v1.0/gateway/connections/open"] == 1


async def test_the_official_client_comes_back_after_a_disconnect_frame(
    real_time: DingTalkStandIn, official: Official
) -> None:
    [first] = real_time.lines
    real_time.faults.disconnect()
    await real_time.until(lambda: [line for line in real_time.lines if line is not first], 30)
    message = await real_time.say(LI, "still there?")
    assert (await official.heard("message"))["text"] == ["still there?"]
    assert (await message.acked()).code == 200
