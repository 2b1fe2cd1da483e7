"""The whole way, with the daemon as a process: asked for in the group, opened by the link, approved in the group, watched."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import expect

from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from tests.browser.conftest import OpenPage
from tests.daemon import ADMIN, GROUP, MEMBER, Daemon, daemon_at

PASSWORD = "zebra-mountain-lamp 7"


async def address(running: Daemon) -> str:
    said = await asyncio.to_thread(running.log.read_text)
    found = re.search(r'"address": "([^"]+)", "event": "http.listening"', said)
    assert found, said
    return found[1]


async def test_a_restart_is_watched_from_the_link_on_its_card_to_its_end(tmp_path: Path, open_page: OpenPage) -> None:
    async with ClusterStandIn(seed=demo_shop, speed=4) as cluster, DingTalkStandIn(qps=None) as gateway:
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        settings = {"ADMIN_PASSWORD": PASSWORD, "STEWARD_PUBLIC_URL": "http://ops.example:8080"}
        async with daemon_at(tmp_path, gateway, tmp_path / "kubeconfig", **settings) as running:
            await gateway.say(MEMBER, "帮我重启下 nginx", conversation=GROUP)
            card = await gateway.next_card(containing="待审批", seconds=20)
            link = re.search(r"http://ops\.example:8080(/chat\?card_id=[0-9a-f-]{36})", card.view(ADMIN).text)
            assert link, card.view(ADMIN).text
            page = await open_page(width="desk", locale="zh-CN")
            await page.goto(await address(running) + link[1])
            await page.fill("#username", "admin")
            await page.fill("#password", PASSWORD)
            await page.press("#password", "Enter")
            await expect(page.locator("#card .state")).to_have_text("待审批")
            await expect(page.locator("#line")).to_have_text("实时更新中")
            await gateway.click(ADMIN, card.out_track_id, "批准")
            await expect(page.locator("#card .state")).to_have_text("成功", timeout=30_000)
            await expect(page.locator("#moments")).to_contain_text("王伟 点了批准：已批准")
            await expect(page.locator("#moments")).to_contain_text("王伟 执行：成功")
            await page.get_by_role("link", name="看到的是第 1 版").click()
            await expect(page.locator("#card")).to_contain_text("高危操作确认")
            await page.get_by_role("link", name="卡片", exact=True).click()
            await expect(page.locator(".shelf li").first).to_contain_text("滚动重启 deployment/nginx")
            assert await running.stop() == 0
