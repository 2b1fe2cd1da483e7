"""What another process may ask of DingTalk's stand-in, and which faults it may plan."""

from sandbox.control import Call, ControlDoor
from sandbox.dingtalk.gateway import DingTalkStandIn
from sandbox.dingtalk.template import read_template


class DingTalkDoor(ControlDoor):
    faults = frozenset(
        {
            "fail_next",
            "delay_next",
            "lose_reply_next",
            "fail_deliver_next",
            "ban_ip",
            "expire_tokens",
            "revoke_scope",
            "reject_content",
            "exhaust_calls",
            "exhaust_pushes",
            "drop_next",
            "drop_clicks",
            "duplicate_next",
            "disconnect",
            "close",
            "abort",
            "freeze",
        }
    )

    def more(self) -> dict[str, Call]:
        return {"add_template": self.add_template, "fill": self._gateway.fill}

    def credentials(self) -> dict[str, str]:
        gateway: DingTalkStandIn = self._gateway
        ids = {"client_id": gateway.client_id, "client_secret": gateway.client_secret}
        return {**ids, "corp_id": gateway.credentials.corp_id}

    async def add_template(self, template_id: str, export: str = "") -> None:
        self._gateway.add_template(template_id, read_template(export) if export else None)
