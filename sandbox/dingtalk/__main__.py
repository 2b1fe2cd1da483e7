"""`python -m sandbox.dingtalk`: the gateway as a process. The first line on standard output says where it listens."""

import argparse
import asyncio
import json
import signal
from typing import Any

from sandbox.dingtalk.control import ControlDoor
from sandbox.dingtalk.gateway import DingTalkStandIn


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.dingtalk", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument(
        "--again-after", type=float, default=60.0, help="seconds until an unanswered message comes again"
    )
    parser.add_argument("--offline", choices=("lose", "redeliver"), default="lose")
    parser.add_argument("--unlimited", action="store_true", help="no rate limit and no monthly budget")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    limits: dict[str, Any] = {"qps": None, "month_calls": None, "month_pushes": None} if options.unlimited else {}
    gateway = DingTalkStandIn(port=options.port, again_after=options.again_after, offline=options.offline, **limits)
    async with gateway, ControlDoor(gateway, port=options.control_port) as door:
        about = {
            "url": gateway.url,
            "control": door.url,
            "client_id": gateway.client_id,
            "client_secret": gateway.client_secret,
        }
        print(json.dumps(about), flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
