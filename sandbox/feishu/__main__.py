"""`python -m sandbox.feishu`: the gateway as a process. The first line on standard output says where it listens."""

import argparse
import asyncio
from typing import Any

from sandbox.feishu.control import FeishuDoor
from sandbox.feishu.gateway import FeishuStandIn
from sandbox.process import serve

LIMITS = ("api_qps", "api_minute", "chat_qps", "card_qps", "entity_qps")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.feishu", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--app-id", default="", help="cli_ and 16 hexadecimal digits; made up by default")
    parser.add_argument("--offline", choices=("lose", "redeliver"), default="redeliver")
    parser.add_argument("--unlimited", action="store_true", help="no rate limit")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    limits: dict[str, Any] = dict.fromkeys(LIMITS) if options.unlimited else {}
    gateway = FeishuStandIn(port=options.port, app_id=options.app_id, offline=options.offline, **limits)
    await serve(gateway, FeishuDoor(gateway, port=options.control_port))


if __name__ == "__main__":
    asyncio.run(main(arguments()))
