"""`python -m sandbox.dingtalk`: the gateway as a process. The first line on standard output says where it listens."""

import argparse
import asyncio
from typing import Any

from sandbox.dingtalk.control import DingTalkDoor
from sandbox.dingtalk.gateway import DingTalkStandIn
from sandbox.process import serve


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


async def main(options: argparse.Namespace) -> None:
    limits: dict[str, Any] = {"qps": None, "month_calls": None, "month_pushes": None} if options.unlimited else {}
    gateway = DingTalkStandIn(port=options.port, again_after=options.again_after, offline=options.offline, **limits)
    await serve(gateway, DingTalkDoor(gateway, port=options.control_port))


if __name__ == "__main__":
    asyncio.run(main(arguments()))
