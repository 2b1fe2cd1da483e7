"""`python -m tests.pictures.setup`: walks through /setup and takes a picture of each page into `docs/pictures/web`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from sandbox.cluster import ClusterStandIn
from tests.browser import setup_walk as walk
from tests.browser.chromium import DESK, PHONE, chromium
from tests.pictures.__main__ import _small
from tests.setup_server.newcomer import gateways, installed

FOLDER = Path(__file__).parents[2] / "docs/pictures/web"
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {**DESK, "width": 900, "height": 600}, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "device_scale_factor": 2},
}
KEPT = {
    "desk": {"token", "administrator", "dingtalk", "wrong-secret", "press-the-button", "feishu-findings", "cluster", "pairing",
             "done", "settings"},
    "phone": {"administrator", "feishu-findings", "pairing"},
}  # fmt: skip
"""All pages are walked through; these say something of their own."""


async def take(browser: Browser, look: str) -> None:
    context = await browser.new_context(locale="zh-CN", **LOOKS[look])
    page = await context.new_page()

    async def shot(name: str) -> None:
        if name not in KEPT[look]:
            return
        picture = await page.screenshot(animations="disabled", full_page=True)
        (FOLDER / f"setup-{look}-{name}.png").write_bytes(await asyncio.to_thread(_small, picture))

    with tempfile.TemporaryDirectory() as folder:
        async with (
            gateways() as (dingtalk, feishu, endpoints),
            ClusterStandIn() as cluster,
            installed(Path(folder), **endpoints) as house,
        ):
            kubeconfig = cluster.write_kubeconfig(Path(folder) / "kubeconfig")
            await walk.create_owner(page, house, shot)
            await walk.connect_dingtalk(page, dingtalk, shot)
            await walk.connect_feishu(page, feishu, shot)
            await walk.connect_cluster(page, cluster, kubeconfig, shot)
            await walk.pair(page, dingtalk, shot)
            await walk.sign_in_again(page, house, shot)
    await context.close()


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        for look in LOOKS:
            await take(browser, look)


if __name__ == "__main__":
    asyncio.run(main())
