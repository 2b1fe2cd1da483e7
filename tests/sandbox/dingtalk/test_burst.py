import asyncio

from sandbox.burst import click_burst, say_burst
from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.card import post_card
from tests.sandbox.dingtalk.conftest import GROUP, HAN, LI
from tests.sandbox.dingtalk.line import Client, answering


async def test_messages_in_a_burst_are_each_answered_and_measured(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    async with asyncio.TaskGroup() as tasks:
        burst = tasks.create_task(say_burst(gateway, LI, ["a", "b", "c"], conversation=GROUP, per_second=2000))
        await answering(line, None, None, None)
    assert len(burst.result()) == 3
    assert min(burst.result()) > 0


async def test_clicks_in_a_burst_are_each_answered(gateway: DingTalkStandIn, sdk: Client) -> None:
    line = await sdk.line()
    await post_card(sdk)
    presses = [(LI, "card1", "approve"), (HAN, "card1", "deny"), (LI, "card1", "approve")]
    async with asyncio.TaskGroup() as tasks:
        burst = tasks.create_task(click_burst(gateway, presses, per_second=2000))
        await answering(line, {}, {}, {})
    assert [click.ok for click in burst.result()] == [True] * 3
