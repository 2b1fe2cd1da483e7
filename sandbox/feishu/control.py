"""What another process may ask of Feishu's stand-in, and which faults it may plan."""

from typing import Any

from sandbox.control import Call, ControlDoor
from sandbox.feishu.gateway import FeishuStandIn
from sandbox.feishu.opening import ClientConfig


class FeishuDoor(ControlDoor):
    faults = frozenset(
        {
            "fail_next",
            "throttle_next",
            "break_next",
            "delay_next",
            "lose_reply_next",
            "expire_tokens",
            "revoke_scope",
            "unpublish_callbacks",
            "drop_next",
            "drop_clicks",
            "duplicate_next",
            "delay_frames",
            "reorder_next",
            "split_frames",
            "as_card_frames",
            "demand_instance",
            "refuse_endpoint",
            "break_endpoint",
            "refuse_handshake",
            "close",
            "abort",
            "freeze",
        }
    )

    def more(self) -> dict[str, Call]:
        return {
            "dissolve_group": self._gateway.dissolve_group,
            "remove_bot": self._gateway.remove_bot,
            "recall": self._gateway.recall,
            "configure": self.configure,
            "inject_bytes": self.inject_bytes,
        }

    def credentials(self) -> dict[str, str]:
        gateway: FeishuStandIn = self._gateway
        return {"app_id": gateway.app_id, "app_secret": gateway.app_secret, "bot_open_id": gateway.bot_open_id}

    async def configure(self, **settings: Any) -> None:
        config: ClientConfig = self._gateway.opening.config
        for name, value in settings.items():
            if not hasattr(config, name):
                raise LookupError(f"no setting {name!r}, only {sorted(config.__slots__)}")
            setattr(config, name, int(value))

    async def inject_bytes(self, frame: str) -> int:
        """`frame` in hexadecimal digits."""
        gateway: FeishuStandIn = self._gateway
        return await gateway.inject(bytes.fromhex(frame))
