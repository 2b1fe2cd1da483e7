"""The steps of /setup: tried before they are kept, nothing half-saved, in use without a restart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import audit
from bot.store import open_store
from sandbox.claude import ClaudeStandIn
from sandbox.cluster import ClusterStandIn
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from tests.setup_server.gatehouse import Browser, Page, browser
from tests.setup_server.newcomer import (
    DING_ADMIN,
    DING_GROUP,
    FEISHU_ADMIN,
    FEISHU_GROUP,
    become_owner,
    gateways,
    installed,
    send,
)


async def shown(visitor: Browser, step: str, text: str, seconds: float = 15) -> Page:
    """The page of a step, as soon as it says this."""
    async with asyncio.timeout(seconds):
        while text not in (page := await visitor.get(f"/setup/{step}")).text:
            await asyncio.sleep(0.05)
    return page


def of_dingtalk(gateway: DingTalkStandIn, secret: str = "") -> dict[str, str]:
    return {"dingtalk_client_id": gateway.client_id, "dingtalk_client_secret": secret or gateway.client_secret}


def of_feishu(gateway: FeishuStandIn, secret: str = "") -> dict[str, str]:
    return {"feishu_app_id": gateway.app_id, "feishu_app_secret": secret or gateway.app_secret}


async def press_test_card(gateway: Any, who: str, group: str, visitor: Browser, step: str) -> None:
    await shown(visitor, step, "请在群里")
    await gateway.say(who, "你好", conversation=group)
    card = await gateway.next_card(containing="连接测试")
    key = getattr(card, "out_track_id", None) or card.message_id
    await shown(visitor, step, "测试卡片已发出")
    await gateway.click(who, key, "收到")


async def test_dingtalk_is_tried_with_a_real_click_and_then_served_without_a_restart(tmp_path: Path) -> None:
    async with gateways() as (dingtalk, _, endpoints), installed(tmp_path, **endpoints) as house:
        async with browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            page = await send(visitor, "dingtalk", **of_dingtalk(dingtalk))
            assert "凭证有效" in page.text
            assert await house.kept() == {}, "nothing before the click"
            await press_test_card(dingtalk, DING_ADMIN, DING_GROUP, visitor, "dingtalk")
            page = await shown(visitor, "dingtalk", "已保存并生效")
            assert dingtalk.client_secret not in page.text
            assert await house.kept() == {"dingtalk_enabled": "true", **of_dingtalk(dingtalk)}
            await house.until_logged("steward.started", 2)
            await dingtalk.connected()
            await dingtalk.say(DING_ADMIN, "帮助", conversation=DING_GROUP)
            await dingtalk.next_card(containing="审批")
        async with browser(house.url) as stranger:
            assert '"up"' in (await stranger.get("/healthz")).text
    assert (tmp_path / "steward.db").stat().st_mode & 0o777 == 0o600


async def test_feishu_is_added_beside_dingtalk_and_both_are_served_after_a_restart(tmp_path: Path) -> None:
    async with gateways() as (dingtalk, feishu, endpoints):
        async with installed(tmp_path, **endpoints) as house, browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            await send(visitor, "dingtalk", **of_dingtalk(dingtalk))
            await send(visitor, "dingtalk", "keep")
            await dingtalk.connected()
            await send(visitor, "feishu", **of_feishu(feishu))
            await press_test_card(feishu, FEISHU_ADMIN, FEISHU_GROUP, visitor, "feishu")
            await shown(visitor, "feishu", "测试通过")
            await feishu.connected()
            await dingtalk.connected()
        async with installed(tmp_path, **endpoints):
            await dingtalk.connected()
            await feishu.connected()


async def test_a_wrong_secret_is_said_beside_the_field_and_nothing_is_kept(tmp_path: Path) -> None:
    async with (
        gateways() as (dingtalk, feishu, endpoints),
        installed(tmp_path, **endpoints) as house,
        browser(house.url) as visitor,
    ):
        await become_owner(visitor, house.token)
        for step, values in (
            ("dingtalk", of_dingtalk(dingtalk, "not-the-secret-at-all")),
            ("feishu", of_feishu(feishu, "not-the-secret-at-all")),
        ):
            page = await send(visitor, step, **values)
            assert "凭证被拒绝" in page.text
            assert "凭证与基础信息" in page.text
            assert "什么都没有保存" in page.text
            assert page.text.index("凭证被拒绝") > page.text.index('aria-invalid="true"'), "beside the field"
            assert "not-the-secret-at-all" not in page.text
            assert "••••-all" in page.text
        assert await house.kept() == {}
        await send(visitor, "dingtalk", "keep")
        assert (await house.kept())["dingtalk_client_secret"] == "not-the-secret-at-all"
        await house.until_logged("line.parked")
        assert "凭证被拒绝" in (await visitor.get("/setup")).text


async def test_a_callback_that_is_not_configured_and_a_missing_permission_are_named(tmp_path: Path) -> None:
    async with gateways() as (_, feishu, endpoints), installed(tmp_path, **endpoints) as house:
        feishu.faults.unpublish_callbacks()
        feishu.faults.revoke_scope("contact:contact.base:readonly")
        feishu.faults.revoke_scope("contact:contact:readonly_as_app")
        feishu.faults.revoke_scope("contact:user.base:readonly")
        async with browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            page = await send(visitor, "feishu", **of_feishu(feishu))
            assert "回调配置" in page.text
            assert "缺少权限 contact:contact.base:readonly" in page.text
            await shown(visitor, "feishu", "请在群里")
            await feishu.connected()
            feishu.credentials.callbacks.add("card.action.trigger")
            feishu.credentials.scopes.add("contact:contact.base:readonly")
            await press_test_card(feishu, FEISHU_ADMIN, FEISHU_GROUP, visitor, "feishu")
            await shown(visitor, "feishu", "测试通过")
            assert (await house.kept())["feishu_app_id"] == feishu.app_id


async def test_a_step_that_is_left_in_the_middle_or_cut_by_a_restart_keeps_nothing(tmp_path: Path) -> None:
    async with gateways() as (dingtalk, _, endpoints):
        async with installed(tmp_path, **endpoints) as house, browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            await send(visitor, "dingtalk", **of_dingtalk(dingtalk))
            await shown(visitor, "dingtalk", "请在群里")
            page = await send(visitor, "dingtalk", "leave")
            assert "连接飞书" in page.text
            await send(visitor, "dingtalk", **of_dingtalk(dingtalk))
            await shown(visitor, "dingtalk", "请在群里")
            session = visitor.cookie("steward")
        async with installed(tmp_path, **endpoints) as house, browser(house.url) as visitor:
            assert await house.kept() == {}
            visitor.plant("steward", session)
            page = await visitor.get("/setup/dingtalk")
            assert "测试并发送测试卡片" in page.text
            assert page.field("dingtalk_client_id") == ""


async def test_a_step_is_repeated_later_over_the_line_that_runs(tmp_path: Path) -> None:
    async with (
        gateways() as (dingtalk, _, endpoints),
        installed(tmp_path, **endpoints) as house,
        browser(house.url) as visitor,
    ):
        await become_owner(visitor, house.token)
        await send(visitor, "dingtalk", **of_dingtalk(dingtalk))
        await send(visitor, "dingtalk", "keep")
        await house.until_logged("line.up")
        await send(visitor, "dingtalk", "again")
        page = await send(visitor, "dingtalk", dingtalk_client_id=dingtalk.client_id, dingtalk_client_secret="")
        assert "凭证有效" in page.text, "the secret that is there already"
        await press_test_card(dingtalk, DING_ADMIN, DING_GROUP, visitor, "dingtalk")
        await shown(visitor, "dingtalk", "测试通过")
        assert len(dingtalk.lines) == 1, "no second line took anything away"


async def test_a_kept_secret_goes_nowhere_new(tmp_path: Path) -> None:
    """Who gets hold of a session must not have the daemon send a secret to a server of theirs."""
    async with (
        ClaudeStandIn() as claude,
        ClaudeStandIn() as another,
        installed(tmp_path) as house,
        browser(house.url) as visitor,
    ):
        await become_owner(visitor, house.token)
        values = {"anthropic_base_url": claude.url, "anthropic_model": ""}
        page = await send(visitor, "model", anthropic_api_key=claude.api_key, **values)
        assert "测试通过" in page.text
        assert await house.kept() == {"anthropic_api_key": claude.api_key, "anthropic_base_url": claude.url}
        await send(visitor, "model", "again")
        page = await send(visitor, "model", anthropic_api_key="", **{**values, "anthropic_base_url": another.url})
        assert page.status == 422
        assert "请重新输入密钥" in page.text
        assert claude.api_key not in page.text
        assert not another.bodies
        assert (await house.kept())["anthropic_base_url"] == claude.url


async def test_the_environment_wins_and_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with gateways() as (dingtalk, _, endpoints):
        monkeypatch.setenv("DINGTALK_CLIENT_ID", dingtalk.client_id)
        monkeypatch.setenv("DINGTALK_CLIENT_SECRET", dingtalk.client_secret)
        given = {"dingtalk_enabled": True, **of_dingtalk(dingtalk), **endpoints}
        async with installed(tmp_path, **given) as house, browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            page = await visitor.get("/setup/dingtalk")
            assert "由环境变量设定" in page.text
            assert 'name="dingtalk_client_secret"' not in page.text
            assert dingtalk.client_secret not in page.text
            await send(visitor, "dingtalk", dingtalk_client_id="another", dingtalk_client_secret="another-secret")
            assert await house.kept() == {}


async def test_the_cluster_is_shown_by_verb_and_taken_up_when_it_appears(tmp_path: Path) -> None:
    async with ClusterStandIn() as cluster, installed(tmp_path) as house, browser(house.url) as visitor:
        await become_owner(visitor, house.token)
        page = await visitor.get("/setup/cluster")
        assert "没有可用的凭证" in page.text
        nowhere = await send(visitor, "cluster", kubeconfig=str(tmp_path / "nothing"))
        assert "什么都没有保存" in nowhere.text
        assert await house.kept() == {}
        path = await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig", "viewer")
        page = await send(visitor, "cluster", kubeconfig=str(path))
        assert "list pods" in page.text
        assert "不允许" in page.text
        assert await house.kept() == {}, "a cluster that lacks permissions is kept only when somebody says so"
        await send(visitor, "cluster", "keep")
        await house.until_logged("cluster.reached")
        await send(visitor, "cluster", "again")
        path = await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "admin", "admin")
        page = await send(visitor, "cluster", kubeconfig=str(path))
        assert "测试通过" in page.text
        assert await house.kept() == {"kubeconfig": str(path)}


async def test_what_is_kept_is_in_the_audit_book_without_a_secret(tmp_path: Path) -> None:
    async with (
        gateways() as (_, feishu, endpoints),
        installed(tmp_path, **endpoints) as house,
        browser(house.url) as visitor,
    ):
        await become_owner(visitor, house.token)
        await send(visitor, "feishu", **of_feishu(feishu, "not-the-secret-at-all"))
        await send(visitor, "feishu", "keep")
        await send(visitor, "feishu", "off")
        assert await house.kept() == {}
    async with open_store(tmp_path / "steward.db") as store:
        rows = [row async for row in audit.entries(store)]
        of_step = [(row["status"], row["detail"]) for row in rows if row["action_type"] == "setup_feishu"]
        assert of_step == [
            ("DENIED", "the platform refused or did not answer"),
            ("SUCCESS", "not tested, or the test failed"),
            ("SUCCESS", "turned off"),
        ]
        assert "not-the-secret-at-all" not in str([tuple(row) for row in rows])
    assert "not-the-secret-at-all" not in str(house.log)


@pytest.mark.parametrize(
    "values",
    [
        {"feishu_app_id": "", "feishu_app_secret": ""},
        {"feishu_app_id": "cli_x", "feishu_app_secret": ""},
    ],
)
async def test_a_field_that_is_needed_is_asked_for(tmp_path: Path, values: dict[str, str]) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        await become_owner(visitor, house.token)
        page = await send(visitor, "feishu", **values)
        assert page.status == 422
        assert page.text.count("这一项需要填写") == list(values.values()).count("")
        assert page.field("feishu_app_id") == values["feishu_app_id"]


async def test_settings_that_make_no_sense_are_refused_in_words(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        await become_owner(visitor, house.token)
        page = await send(
            visitor, "model", anthropic_api_key="k" * 30, anthropic_base_url="ftp://x", anthropic_model=""
        )
        assert "什么都没有保存" in page.text
        await send(visitor, "model", "keep")
        assert await house.kept() == {}


async def test_a_page_of_ours_is_needed_to_change_anything(tmp_path: Path) -> None:
    async with installed(tmp_path) as house, browser(house.url) as visitor:
        await become_owner(visitor, house.token)
        for step in ("dingtalk", "pairing"):
            assert (await visitor.post(f"/setup/{step}", {"do": "off"})).status == 403
        assert (await visitor.get("/setup/nothing")).status == 404
