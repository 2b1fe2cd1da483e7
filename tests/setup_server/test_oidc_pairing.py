"""Somebody who signs in at the identity provider has no user name here, and is tied to who they are in the groups all the same."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import utc_now
from sandbox.dingtalk import DingTalkStandIn
from tests.setup_server.gatehouse import Browser, browser
from tests.setup_server.hostile_provider import SECRET, HostileProvider, hostile_provider
from tests.setup_server.newcomer import DING_ADMIN, DING_GROUP, Installation, gateways, installed

TOLD = re.compile(r"(?:绑定|bind) *(?:<b>)?(\w{4}-\w{4})")


@asynccontextmanager
async def house_of_the_provider(
    folder: Path,
) -> AsyncIterator[tuple[Installation, HostileProvider, DingTalkStandIn]]:
    """A Steward with DingTalk, which nobody but the provider's people can enter."""
    async with hostile_provider(utc_now) as provider, gateways() as (dingtalk, _, endpoints):
        own = {
            "oidc_issuer": provider.url,
            "oidc_client_id": "steward",
            "oidc_client_secret": SECRET,
            "oidc_admin_group": "k8s-admins",
            "dingtalk_enabled": True,
            "dingtalk_client_id": dingtalk.client_id,
            "dingtalk_client_secret": dingtalk.client_secret,
            "steward_public_url": "http://localhost",
        }
        async with installed(folder, **endpoints, **own) as house:
            await dingtalk.connected(seconds=20)
            yield house, provider, dingtalk


async def enter(visitor: Browser, provider: HostileProvider, **claims: object) -> None:
    provider.claims = claims
    begun = await visitor.get("/oidc/login")
    assert (await visitor.get(f"/oidc/callback?{provider.allow(begun.location)}")).status == 303


async def command(folder: Path, *arguments: str) -> tuple[int, str]:
    """Another `steward` command on the same data."""
    environment = {**os.environ, "STEWARD_DATA_DIR": str(folder)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments), env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode()


async def test_an_administrator_by_group_pairs_on_the_page(tmp_path: Path) -> None:
    async with house_of_the_provider(tmp_path) as (house, provider, dingtalk), browser(house.url) as visitor:
        await enter(visitor, provider, name="王伟", groups=["k8s-admins"])
        page = await visitor.get("/setup/pairing")
        assert page.status == 200, page.text
        await visitor.post("/setup/pairing", {"csrf": page.field("csrf")})
        found = TOLD.search((await visitor.get("/setup/pairing")).text)
        assert found is not None
        await dingtalk.say(DING_ADMIN, f"绑定 {found[1]}", conversation=DING_GROUP)
        card = await dingtalk.next_card(containing="绑定成功")
        assert "王伟" in str(card) and "管理员" in str(card)
        assert "王伟" in (await visitor.get("/setup/pairing")).text


@pytest.mark.timeout(120)
async def test_the_command_line_pairs_by_name_or_id_and_never_by_chance(tmp_path: Path) -> None:
    async with house_of_the_provider(tmp_path) as (house, provider, dingtalk):
        async with browser(house.url) as wang, browser(house.url) as impostor:
            await enter(wang, provider, name="王伟", sub="wang", groups=["k8s-admins"])
            code, told = await command(tmp_path, "admin", "pair", "王伟")
            assert code == 0 and "becomes 王伟, with the role admin" in told
            await enter(impostor, provider, name="王伟", sub="mallory", groups=[])
        code, told = await command(tmp_path, "admin", "pair", "王伟")
        assert code == 1 and "several at the identity provider are called so" in told
        (identifier,) = re.findall(r"([0-9a-f-]{36}) \(admin\)", told)
        code, told = await command(tmp_path, "admin", "pair", identifier)
        found = TOLD.search(told)
        assert code == 0 and found is not None
        await dingtalk.say(DING_ADMIN, f"绑定 {found[1]}", conversation=DING_GROUP)
        await dingtalk.next_card(containing="绑定成功")
        _, listed = await command(tmp_path, "admin", "list")
        assert f"王伟 (id {identifier})\tadmin\tdingtalk:{DING_ADMIN}" in listed
        assert (await command(tmp_path, "admin", "pair", "mallory"))[0] == 0, "what the provider calls them for ever"
        code, told = await command(tmp_path, "admin", "reset-password", identifier)
        assert code == 1 and "signs in at the identity provider" in told
