"""DingTalk's stand-in in another process, driven through its control door with the same calls."""

from typing import Any

import aiohttp

from sandbox.dingtalk.card_view import CardView
from sandbox.dingtalk.cards import CardSnapshot
from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.robot_messages import RobotMessage
from sandbox.remote import RemoteDelivery, RemoteStandIn

__all__ = ["RemoteDelivery", "RemoteGateway", "gateway_process", "remote_gateway"]


class RemoteGateway(RemoteStandIn[CardSnapshot, CardView, RobotMessage, Click]):
    module = "sandbox.dingtalk"
    card_type = CardSnapshot
    view_type = CardView
    message_type = RobotMessage
    click_type = Click

    def __init__(self, control_url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(control_url, session)
        self.client_id = ""
        self.client_secret = ""
        self.corp_id = ""

    def know(self, about: dict[str, Any]) -> None:
        self.client_id, self.client_secret = about["client_id"], about["client_secret"]
        self.corp_id = about["corp_id"]

    async def add_template(self, template_id: str, export: str = "") -> None:
        """`export` is the text of the card builder's file; without it nothing is known of the layout."""
        await self.call("add_template", template_id, export)

    async def fill(self, user_id: str, out_track_id: str, text: str) -> Click:
        return Click.model_validate(await self.call("fill", user_id, out_track_id, text))


gateway_process = RemoteGateway.process
remote_gateway = RemoteGateway.at
