"""A newcomer's whole way through /setup, as one person walks it: for the test, and for the pictures."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, expect

from sandbox.cluster import ClusterStandIn
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from tests.setup_server.newcomer import (
    DING_ADMIN,
    DING_GROUP,
    FEISHU_ADMIN,
    FEISHU_GROUP,
    OWNER,
    PASSWORD,
    Installation,
)

Look = Callable[[str], Awaitable[None]]
"""Called where the page is worth a look, with its name."""


async def see(page: Page, text: str) -> None:
    await expect(page.locator("main")).to_contain_text(text, timeout=20_000)


async def create_owner(page: Page, house: Installation, look: Look) -> None:
    await page.goto(f"{house.url}/chat?card_id=7f3k")
    await see(page, "欢迎使用 Steward")
    await page.get_by_label("初始化令牌").fill("ABCD-EFGH")
    await page.get_by_role("button", name="继续").click()
    await see(page, "令牌不正确")
    await look("token")
    await page.get_by_label("初始化令牌").fill(house.token)
    await page.get_by_role("button", name="继续").click()
    await page.get_by_label("用户名").fill(OWNER)
    for password in ("steward12345", PASSWORD):
        await page.get_by_label("密码", exact=True).fill(password)
        await page.get_by_label("再输入一次密码").fill(password)
        await page.get_by_role("button", name="创建管理员并继续").click()
        if password != PASSWORD:
            await see(page, "太容易猜到")
            await look("administrator")
    await see(page, "连接钉钉")


async def connect_dingtalk(page: Page, gateway: DingTalkStandIn, look: Look) -> None:
    await look("dingtalk")
    await page.get_by_label("Client ID").fill(gateway.client_id)
    await page.get_by_label("Client Secret").fill("this-is-not-the-secret")
    await page.get_by_role("button", name="测试并发送测试卡片").click()
    await see(page, "凭证被拒绝")
    await look("wrong-secret")
    await page.get_by_label("Client Secret").fill(gateway.client_secret)
    await page.get_by_role("button", name="测试并发送测试卡片").click()
    await see(page, "凭证有效")
    await see(page, "请在群里 @机器人 说一句话")
    await look("say-something")
    await gateway.say(DING_ADMIN, "你好", conversation=DING_GROUP)
    card = await gateway.next_card(containing="连接测试")
    await see(page, "请点一下上面的按钮")
    await look("press-the-button")
    await gateway.click(DING_ADMIN, card.out_track_id, "收到")
    await see(page, "测试通过，已保存并生效")
    await look("kept")
    await page.get_by_role("button", name="下一步：飞书").click()


async def connect_feishu(page: Page, gateway: FeishuStandIn, look: Look) -> None:
    """The console is not ready at first: a permission and the callback are missing."""
    people = {name for name in gateway.credentials.scopes if name.startswith("contact:")}
    gateway.credentials.scopes -= people
    gateway.faults.unpublish_callbacks()
    await page.get_by_label("App ID").fill(gateway.app_id)
    await page.get_by_label("App Secret").fill(gateway.app_secret)
    await page.get_by_role("button", name="测试并发送测试卡片").click()
    await see(page, "缺少权限 contact:contact.base:readonly")
    await see(page, "没有订阅回调")
    await see(page, "请在群里 @机器人 说一句话")
    await look("feishu-findings")
    gateway.credentials.scopes |= people
    gateway.credentials.callbacks.add("card.action.trigger")
    await gateway.say(FEISHU_ADMIN, "你好", conversation=FEISHU_GROUP)
    card = await gateway.next_card(containing="连接测试")
    await see(page, "请点一下上面的按钮")
    await gateway.click(FEISHU_ADMIN, card.message_id, "收到")
    await see(page, "测试通过，已保存并生效")
    await page.get_by_role("button", name="下一步：集群").click()


async def connect_cluster(page: Page, cluster: ClusterStandIn, path: Path, look: Look) -> None:
    await see(page, "没有可用的凭证")
    await page.get_by_label("kubeconfig 文件的路径").fill(str(path))
    await page.get_by_role("button", name="测试").click()
    await see(page, "patch deployments")
    await see(page, "测试通过，已保存并生效")
    await look("cluster")
    assert cluster.calls
    await page.get_by_role("button", name="下一步：模型").click()


async def pair(page: Page, gateway: DingTalkStandIn, look: Look) -> None:
    await see(page, "连接模型")
    await look("model")
    await page.get_by_role("button", name="跳过，下一步：绑定").click()
    await page.get_by_role("button", name="生成绑定码").click()
    spoken = page.locator(".speech")
    await expect(spoken).to_contain_text("绑定")
    await look("pairing")
    said = await spoken.inner_text()
    found = re.search(r"绑定 [0-9A-Z]{4}-[0-9A-Z]{4}", said)
    assert found, said
    await gateway.connected()
    await gateway.say(DING_ADMIN, found[0], conversation=DING_GROUP)
    await see(page, "已绑定钉钉身份：王伟")
    await page.get_by_role("link", name="完成").click()
    await see(page, "一切就绪")
    await look("done")


async def sign_in_again(page: Page, house: Installation, look: Look) -> None:
    """Out, in by password, and to the settings."""
    await page.goto(f"{house.url}/logout")
    await page.get_by_role("button", name="在此浏览器退出").click()
    await page.goto(f"{house.url}/setup")
    await page.get_by_label("用户名").fill(OWNER)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await see(page, "每一项都可以随时重新测试和修改")
    await expect(page.locator(".overview li").nth(0)).to_contain_text("正常")
    await look("settings")
