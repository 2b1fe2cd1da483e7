"""The whole daemon in the test's own loop, between both stand-ins."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.dingtalk import DingTalk, Patience
from bot.app import run
from bot.brain.claude.patience import Patience as ModelPatience
from bot.settings import Settings
from sandbox.claude import ClaudeStandIn
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.cards import Card
from tests.daemon import ADMIN, GROUP, MEMBER


@dataclass
class Stage:
    gateway: DingTalkStandIn
    cluster: ClusterStandIn
    folder: Path

    async def answer(
        self, text: str, *, containing: str = "", by: str = MEMBER, seconds: float = 15, **more: object
    ) -> str:
        """Say something in the group; what the first card after it shows to everybody."""
        return (await self.card(text, containing=containing, by=by, seconds=seconds, **more)).view(ADMIN).text

    async def card(
        self, text: str, *, containing: str = "", by: str = MEMBER, seconds: float = 15, **more: object
    ) -> Card:
        since = self.gateway.now
        await self.gateway.say(by, text, conversation=GROUP, **more)  # type: ignore[arg-type]
        return await self.gateway.next_card(containing=containing, after=since, seconds=seconds)

    def writes(self) -> list[str]:
        """Changes that reached the cluster: every request that could have had an effect."""
        return [
            f"{call.method} {call.path}"
            for call in self.cluster.calls
            if call.method in ("POST", "PUT", "PATCH", "DELETE")
            and "dryRun" not in call.query
            and b"dryRun" not in call.body
            and "accessreviews" not in call.path
            and call.user_agent.startswith("steward")
        ]


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    silence: float = 75.0,
    locale: str = "zh",
    templates: Mapping[str, str] | None = None,
    streaming: bool = False,
    model: ClaudeStandIn | None = None,
    thinking: ModelPatience | None = None,
    **more: object,
) -> AsyncIterator[Stage]:
    async with ClusterStandIn(seed=demo_shop, speed=4) as cluster, DingTalkStandIn(qps=None) as gateway:
        gateway.add_user(ADMIN, "王伟")
        gateway.add_user(MEMBER, "李雷")
        gateway.add_group(GROUP, "k8s-ops", [ADMIN, MEMBER])
        cluster.write_kubeconfig(folder / "kubeconfig")
        settings = await asyncio.to_thread(
            Settings,
            kubeconfig=str(folder / "kubeconfig"),
            steward_data_dir=folder,
            steward_admins=frozenset({("dingtalk", ADMIN)}),
            steward_locale=locale,
            steward_listen="",
            **(({"anthropic_api_key": model.api_key, "anthropic_base_url": model.url} if model else {}) | more),
        )
        door = DingTalk(
            gateway.client_id,
            gateway.client_secret,
            openapi_endpoint=gateway.url,
            oapi_endpoint=gateway.url,
            patience=Patience(silence=silence),
            templates=templates,
            streaming=streaming,
        )
        stop = asyncio.Event()
        daemon = asyncio.create_task(run(settings, stop, doors={"dingtalk": door}, patience=thinking))
        try:
            await gateway.connected()
            await cluster.until(
                lambda: all(ready(one) for one in cluster.objects("pods", "shop") if "cart" not in name(one))
            )
            yield Stage(gateway, cluster, folder)
        finally:
            stop.set()
            await daemon


def name(obj: dict) -> str:
    return str(obj["metadata"]["name"])


def ready(pod: dict) -> bool:
    return any(
        each["type"] == "Ready" and each["status"] == "True" for each in pod.get("status", {}).get("conditions", [])
    )
