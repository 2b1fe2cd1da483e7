"""A world that outlives the daemon: the gateway and the cluster stay while the process is killed and started again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.cluster import Call, ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from tests.daemon import ADMIN, GROUP, MEMBER, Daemon, daemon_at

FINAL = ("SUCCESS", "FAILED", "DENIED", "EXPIRED", "STALE", "CANCELLED")
WORD = {"SUCCESS": "成功", "FAILED": "失败", "STALE": "已失效"}


@dataclass
class World:
    gateway: DingTalkStandIn
    cluster: ClusterStandIn
    daemon: Daemon

    def generation(self) -> int:
        return int(self.nginx()["metadata"]["generation"])

    def nginx(self) -> dict[str, Any]:
        found = self.cluster.get("deployment", "nginx", "shop")
        assert found is not None
        return found

    async def ask(self, text: str = "帮我重启下 nginx") -> str:
        """Say it and wait for the approval card; its key."""
        since = self.gateway.now
        await self.gateway.say(MEMBER, text, conversation=GROUP)
        card = await self.gateway.next_card(containing="待审批", after=since, seconds=20)
        return card.out_track_id

    async def approve(self, key: str) -> None:
        await self.gateway.click(ADMIN, key, "approve")

    async def replay(self, call: Call) -> None:
        """Let a request that was under way reach the cluster after all, as the wire may do."""
        kubeconfig = json.loads(self.cluster.kubeconfig())
        headers = {
            "Authorization": f"Bearer {kubeconfig['users'][0]['user']['token']}",
            "Content-Type": "application/strategic-merge-patch+json",
        }
        url = f"{self.cluster.server}{call.path}?{call.query}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(call.method, url, data=call.body, headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()

    async def restart_daemon(self) -> None:
        await self.daemon.kill()
        await self.daemon.start()

    async def ended(self, key: str) -> str:
        """The terminal state, once the card shows what the row says."""
        state = await self.daemon.until_state(*FINAL)
        unlike = {"待审批", "执行中", "验证中"}
        await self.gateway.until(
            lambda: not any(word in self.gateway.cards[key].view(ADMIN).title for word in unlike), 20
        )
        return state


@asynccontextmanager
async def world(folder: Path, **settings: str) -> AsyncIterator[World]:
    async with (
        ClusterStandIn(seed=demo_shop) as cluster,
        DingTalkStandIn(offline="redeliver", again_after=1.0, month_calls=None, month_pushes=None) as gateway,
    ):
        cluster.write_kubeconfig(folder / "kubeconfig")
        async with daemon_at(folder, gateway, folder / "kubeconfig", **settings) as daemon:
            yield World(gateway, cluster, daemon)
