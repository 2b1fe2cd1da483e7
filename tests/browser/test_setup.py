"""The wizard in a real browser, from the token in the log to the settings."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from sandbox.cluster import ClusterStandIn
from tests.browser import setup_walk as walk
from tests.browser.chromium import DESK, PHONE
from tests.setup_server.newcomer import DING_ADMIN, DING_GROUP, gateways, installed


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("width", "scheme"), [("phone", "dark"), ("desk", "light")])
async def test_a_newcomer_gets_from_the_log_to_a_tested_bot_by_the_wizard_alone(
    browser: Browser, tmp_path: Path, width: Literal["phone", "desk"], scheme: Literal["dark", "light"]
) -> None:
    context = await browser.new_context(
        viewport=PHONE if width == "phone" else DESK, color_scheme=scheme, locale="zh-CN", java_script_enabled=False
    )
    page = await context.new_page()

    async def look(name: str) -> None:
        """Nothing sticks out sideways, and every field has a name."""
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= (PHONE if width == "phone" else DESK)["width"], name
        for field in await page.locator("input:not([type=hidden])").all():
            label = page.locator(f'label[for="{await field.get_attribute("id")}"]')
            assert await label.count() == 1, name

    async with (
        gateways() as (dingtalk, feishu, endpoints),
        ClusterStandIn() as cluster,
        installed(tmp_path, **endpoints) as house,
    ):
        kubeconfig = await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig")
        await walk.create_owner(page, house, look)
        await walk.connect_dingtalk(page, dingtalk, look)
        await walk.connect_feishu(page, feishu, look)
        await walk.connect_cluster(page, cluster, kubeconfig, look)
        await walk.pair(page, dingtalk, look)
        await walk.sign_in_again(page, house, look)
        await dingtalk.say(DING_ADMIN, "我是谁", conversation=DING_GROUP)
        await dingtalk.next_card(containing="管理员")
    await context.close()
