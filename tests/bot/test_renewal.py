"""The daemon moves into another house while it runs: nothing that was acknowledged is lost, nothing runs twice."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.lines import Lines
from bot.renewal import Renewal
from bot.sources import load_settings
from sandbox.cluster import ClusterStandIn
from sandbox.cluster.worlds import demo_shop
from tests.bot.stand import Clock
from tests.setup_server.gatehouse import browser
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


async def test_a_platform_that_is_added_does_not_cost_the_other_one_anything(tmp_path: Path) -> None:
    async with gateways() as (dingtalk, feishu, endpoints), ClusterStandIn(seed=demo_shop, speed=20) as cluster:
        kubeconfig = await asyncio.to_thread(cluster.write_kubeconfig, tmp_path / "kubeconfig")
        given = {
            **endpoints,
            "kubeconfig": str(kubeconfig),
            "dingtalk_enabled": True,
            "dingtalk_client_id": dingtalk.client_id,
            "dingtalk_client_secret": dingtalk.client_secret,
            "steward_admins": frozenset({("dingtalk", DING_ADMIN)}),
        }
        async with installed(tmp_path, **given) as house, browser(house.url) as visitor:
            await become_owner(visitor, house.token)
            await dingtalk.connected()
            await dingtalk.say(DING_ADMIN, "帮我重启下 nginx", conversation=DING_GROUP)
            card = await dingtalk.next_card(containing="待审批")
            values = {"feishu_app_id": feishu.app_id, "feishu_app_secret": feishu.app_secret}
            await send(visitor, "feishu", **values)
            delivery = await dingtalk.say(DING_ADMIN, "状态", conversation=DING_GROUP)
            await send(visitor, "feishu", "keep")
            await house.until_logged("steward.started", 2)
            await feishu.connected()
            await delivery.acked()
            await dingtalk.next_card(containing="状态")
            await dingtalk.connected()
            await dingtalk.click(DING_ADMIN, card.out_track_id, "批准")
            await dingtalk.shown(card.out_track_id, "成功", seconds=30)
            writes = [call for call in cluster.calls if call.method == "PATCH" and "dryRun" not in call.query]
            assert len(writes) == 1
            await feishu.say(FEISHU_ADMIN, "状态", conversation=FEISHU_GROUP)
            await feishu.next_card(containing="状态")


async def reader(monkeypatch: pytest.MonkeyPatch, folder: Path, stored: dict[str, str]) -> Renewal:
    monkeypatch.chdir(folder)
    settings = await asyncio.to_thread(load_settings)
    return Renewal(settings, load_settings, Lines({}, Clock()), stored)


async def test_stored_settings_that_cannot_be_used_are_left_aside_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal = await reader(monkeypatch, tmp_path, {"feishu_enabled": "true", "kubeconfig": "k"})
    with capture_logs() as logged:
        settings = await asyncio.to_thread(renewal.settings)
    assert not settings.feishu_enabled
    assert [entry["event"] for entry in logged] == ["settings.wrong"]


async def test_while_the_file_is_wrong_all_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewal = await reader(monkeypatch, tmp_path, {"kubeconfig": "k"})
    await asyncio.to_thread((tmp_path / "steward.toml").write_text, "nonsense = 1")
    assert await asyncio.to_thread(renewal.settings) is renewal.present.settings


async def test_the_environment_wins_over_the_file_and_the_file_over_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {"kubeconfig": "stored", "anthropic_model": "stored", "anthropic_base_url": "https://stored.example"}
    renewal = await reader(monkeypatch, tmp_path, stored)
    file = 'kubeconfig = "file"\nanthropic_model = "file"\n'
    await asyncio.to_thread((tmp_path / "steward.toml").write_text, file)
    monkeypatch.setenv("KUBECONFIG", "environment")
    settings = await asyncio.to_thread(renewal.settings)
    found = (settings.kubeconfig, settings.anthropic_model, settings.anthropic_base_url)
    assert found == ("environment", "file", "https://stored.example")


async def test_a_platform_comes_from_one_source_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"feishu_enabled": "true", "feishu_app_id": "stored", "feishu_app_secret": "stored"}
    renewal = await reader(monkeypatch, tmp_path, stored)
    monkeypatch.setenv("FEISHU_APP_ID", "environment")
    settings = await asyncio.to_thread(renewal.settings)
    assert (settings.feishu_enabled, settings.feishu_app_secret.get_secret_value()) == (False, "")
