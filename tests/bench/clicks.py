"""click acknowledged: the frame of a click goes in, its answer comes out; decided, swapped and audited on disk in between."""

import asyncio
from pathlib import Path

from tests.bench.commits import commits
from tests.bench.figure import Check, Figure, milliseconds, percentile
from tests.bench.kubernetes import Api, api, create_namespace, deploy, deployment
from tests.bench.world import PEOPLE, Gateway, gateway_with, official_client, platform_of, stand_in, started

CLICKS = 200
PER_SECOND = 50.0
WARM = 20
GROUPS = 10
"""Of people, and namespaces: a team each."""
NAMES = [f"web-{number:03}" for number in range((WARM + CLICKS) // GROUPS)]


async def feishu_clicks(folder: Path) -> Figure:
    """The same on Feishu."""
    return await clicks(folder, "feishu")


async def clicks(folder: Path, platform: str = "dingtalk") -> Figure:
    """200 restarts of 200 Deployments in ten namespaces, asked for in chat, then approved at 50 a second: what is approved is
    written to the cluster's stand-in, watched and told beside the clicks. The official client meets the same clicks on the same
    cards of the same gateway while the daemon is stopped."""
    async with (
        stand_in(folder) as kubeconfig,
        gateway_with(GROUPS, platform) as (gateway, groups),
        api(kubeconfig) as cluster,
    ):
        await _deploy(cluster)
        async with started(folder, [gateway], kubeconfig):
            cards = await _ask(gateway, groups)
        async with official_client(gateway):
            await _press(gateway, cards[:WARM])
            empty = await _press(gateway, cards[WARM:])
        durable = milliseconds(await commits(folder, CLICKS, per_second=PER_SECOND))
        async with started(folder, [gateway], kubeconfig) as daemon:
            await _press(gateway, cards[:WARM])
            ours = await _press(gateway, cards[WARM:])
            states = daemon.states()
    if states.count("WAIT_APPROVAL") or len(states) != WARM + CLICKS:
        raise RuntimeError(f"not every click approved something: {states}")
    handler, commit = percentile(empty, 50), percentile(durable, 50)
    because = f"10 × (SDK's empty handler {handler:.2f} + one commit {commit:.2f})"
    return Figure(
        f"{'Feishu ' if platform == 'feishu' else ''}click acknowledged",
        (
            Check("p50", percentile(ours, 50), 10 * (handler + commit), "ms", because=because),
            Check("p99", percentile(ours, 99), 30, "ms"),
        ),
        f"slowest {max(ours):.1f} ms; p99 of the SDK {percentile(empty, 99):.1f} ms, of commits {percentile(durable, 99):.1f} ms; "
        f"beside them {len(states) - states.count('EXECUTING')} writes reached the cluster",
    )


async def _deploy(cluster: Api) -> None:
    for team in range(GROUPS):
        await create_namespace(cluster, f"team-{team}")
        await deploy(cluster, *(deployment(name, f"team-{team}", replicas=1) for name in NAMES))


async def _ask(gateway: Gateway, groups: list[str]) -> list[str]:
    """Ask for a restart of each; the outTrackIds of their approval cards."""
    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        for team, group in enumerate(groups):
            texts = [f"kubectl rollout restart deployment/{name} -n team-{team}" for name in NAMES]
            _, member = PEOPLE[platform_of(gateway)]
            tasks.create_task(gateway.say_burst(member, texts, conversation=group, per_second=PER_SECOND / GROUPS))
    async with asyncio.timeout(120):
        while len(cards := await gateway.cards()) < WARM + CLICKS:
            await asyncio.sleep(0.2)
    return cards


async def _press(gateway: Gateway, cards: list[str]) -> list[float]:
    """Milliseconds until each click was answered."""
    admin, _ = PEOPLE[platform_of(gateway)]
    seen = await gateway.click_burst([(admin, card, "批准") for card in cards], per_second=PER_SECOND)
    if lost := [click.reason for click in seen if not click.ok]:
        raise RuntimeError(f"clicks without an answer: {lost}")
    return milliseconds([click.seconds for click in seen])
