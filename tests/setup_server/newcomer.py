"""A Steward that nobody has set up yet: the real daemon in this process, with whatever it finds beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from structlog.testing import capture_logs

from bot.app import run
from bot.settings import Settings
from bot.setup.kept import kept_in
from bot.sources import BadSettings
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from tests.setup_server.gatehouse import Browser, Page

OWNER, PASSWORD = "chen", "zebra-mountain-lamp 7"
DING_GROUP, DING_ADMIN = "cidK8sOps0001==", "manager4220"
FEISHU_GROUP, FEISHU_ADMIN = "oc_ops", "ou_wang"


@dataclass
class Installation:
    folder: Path
    url: str
    token: str
    """Of this start's log; "" when none was written."""
    log: list[Any]

    async def kept(self) -> dict[str, str]:
        return await asyncio.to_thread(kept_in, self.folder / "steward.db")

    async def until_logged(self, event: str, count: int = 1) -> None:
        async with asyncio.timeout(20):
            while sum(entry["event"] == event for entry in self.log) < count:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def installed(folder: Path, **settings: Any) -> AsyncIterator[Installation]:
    """Started, and stopped at the end. The same folder again is a restart."""
    given = {"steward_data_dir": folder, "steward_listen": "127.0.0.1:0", **settings}

    def read(stored: Any = {}) -> Settings:  # noqa: B006 - nobody changes it
        try:
            return Settings(**given, **stored)
        except ValidationError as error:
            raise BadSettings(str([problem["loc"][0].upper() for problem in error.errors()])) from error

    stop = asyncio.Event()
    with capture_logs() as log:
        daemon = asyncio.create_task(run(await asyncio.to_thread(read), stop, reread=read))
        try:
            async with asyncio.timeout(20):
                while not any(entry["event"] == "steward.started" for entry in log):
                    assert not daemon.done(), daemon.exception()
                    await asyncio.sleep(0.02)
            said = {entry["event"]: entry for entry in log}
            waiting = said.get("setup.waiting", {})
            yield Installation(folder, said["http.listening"]["address"], waiting.get("token", ""), log)
        finally:
            stop.set()
            await daemon


@asynccontextmanager
async def gateways() -> AsyncIterator[tuple[DingTalkStandIn, FeishuStandIn, dict[str, Any]]]:
    """Both platforms with a group each, and the settings that lead to them."""
    async with DingTalkStandIn() as dingtalk, FeishuStandIn() as feishu:
        dingtalk.add_user(DING_ADMIN, "王伟")
        dingtalk.add_group(DING_GROUP, "k8s-ops", [DING_ADMIN])
        feishu.add_user(FEISHU_ADMIN, "王伟")
        feishu.add_group(FEISHU_GROUP, "k8s-ops", [FEISHU_ADMIN])
        yield (
            dingtalk,
            feishu,
            {
                "dingtalk_openapi_endpoint": dingtalk.url,
                "dingtalk_oapi_endpoint": dingtalk.url,
                "feishu_domain": feishu.url,
            },
        )


async def show_token(visitor: Browser, token: str) -> Page:
    page = await visitor.get("/setup")
    return await visitor.post("/setup/token", {"csrf": page.field("csrf"), "token": token})


async def become_owner(visitor: Browser, token: str, username: str = OWNER, password: str = PASSWORD) -> Page:
    """The token, then the administrator."""
    await show_token(visitor, token)
    page = await visitor.get("/setup")
    form = {"csrf": page.field("csrf"), "username": username, "password": password, "again": password}
    return await visitor.post("/setup/administrator", form)


async def send(visitor: Browser, step: str, do: str = "", **fields: str) -> Page:
    """Fill in a step and send it; the page that one is led to."""
    page = await visitor.get(f"/setup/{step}")
    answer = await visitor.post(f"/setup/{step}", {"csrf": page.field("csrf"), **fields, **({"do": do} if do else {})})
    return await visitor.get(answer.location) if answer.status == 303 else answer
