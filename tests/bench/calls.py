"""DingTalk calls per approved operation: what an organisation's monthly budget pays, counted by the gateway."""

from collections import Counter
from pathlib import Path

from sandbox.feishu.api import PATCH
from tests.bench.figure import Check, Figure
from tests.bench.kubernetes import api, deploy, deployment, namespace
from tests.bench.story import story
from tests.bench.world import gateway_with, started
from tests.daemon import FEISHU_ADMIN


async def calls(folder: Path, kubeconfig: Path) -> Figure:
    """From the click to the final card, for a change that is done at once, one that takes more than ten seconds and one that
    fails, each shown in a Feishu group as well. The click's own answer brings the first new card and is no call."""
    async with (
        api(kubeconfig) as cluster,
        namespace(cluster, "bench-calls") as name,
        gateway_with() as (gateway, [group]),
        gateway_with(platform="feishu") as (feishu, [ops]),
        started(folder, [gateway, feishu], kubeconfig, STEWARD_OPS_CONVERSATIONS=f"feishu:{ops}"),
    ):
        await deploy(cluster, deployment("web", name))
        told = {
            word: await story(gateway, group, f"{text} -n {name}")
            for word, text in {
                "quick restart": "kubectl rollout restart deployment/web",
                "slow rollout": "kubectl set image deployment/web app=shop:slow",
                "failing rollout": "kubectl set image deployment/web app=shop:missing",
            }.items()
        }
        shown = [card.view(FEISHU_ADMIN) for card in [await feishu.card(each) for each in await feishu.cards()]]
        there = Counter(await feishu.counts())
    if [view.tags for view in shown] != [("成功",), ("成功",), ("失败",)]:
        raise RuntimeError(f"Feishu's cards ended otherwise than meant: {[view.tags for view in shown]}")
    ends = {"quick restart": "✅", "slow rollout": "✅", "failing rollout": "❌"}
    for word, each in told.items():
        if not each.title.startswith(ends[word]):
            raise RuntimeError(f"{word} ended otherwise than meant: {each.title}")
    return Figure(
        "DingTalk calls per approved operation",
        tuple(Check(word, each.calls.total(), 4, "calls") for word, each in told.items()),
        f"with the proposal and its card {', '.join(f'{each.all_calls.total()}' for each in told.values())}; "
        f"Feishu's card of the same was changed {there[PATCH.name]} times in all",
    )
