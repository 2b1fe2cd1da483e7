"""Feishu's stand-in in another process, driven through its control door with the same calls."""

from typing import Any

import aiohttp

from sandbox.feishu.card_view import CardView
from sandbox.feishu.cards import CardSnapshot
from sandbox.feishu.clicks import Click
from sandbox.feishu.messages import BotMessage
from sandbox.remote import RemoteDelivery, RemoteStandIn

__all__ = ["RemoteDelivery", "RemoteGateway", "gateway_process", "remote_gateway"]


class RemoteGateway(RemoteStandIn[CardSnapshot, CardView, BotMessage, Click]):
    module = "sandbox.feishu"
    card_type = CardSnapshot
    view_type = CardView
    message_type = BotMessage
    click_type = Click

    def __init__(self, control_url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(control_url, session)
        self.app_id = ""
        self.app_secret = ""
        self.bot_open_id = ""

    def know(self, about: dict[str, Any]) -> None:
        self.app_id, self.app_secret = about["app_id"], about["app_secret"]
        self.bot_open_id = about["bot_open_id"]

    async def dissolve_group(self, chat_id: str) -> None:
        await self.call("dissolve_group", chat_id)

    async def remove_bot(self, chat_id: str) -> None:
        await self.call("remove_bot", chat_id)

    async def recall(self, message_id: str) -> None:
        await self.call("recall", message_id)

    async def configure(self, **settings: int) -> None:
        """What clients are told about reconnecting and pinging (see ClientConfig)."""
        await self.call("configure", **settings)

    async def inject_bytes(self, frame: bytes) -> int:
        return int(await self.call("inject_bytes", frame.hex()))


gateway_process = RemoteGateway.process
remote_gateway = RemoteGateway.at
