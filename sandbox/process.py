"""A stand-in as a process: what it prints first says where it listens, and it ends on SIGINT or SIGTERM."""

import asyncio
import json
import signal

from sandbox.control import Door
from sandbox.listener import Listener


async def serve(gateway: Listener, door: Door) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with gateway, door:
        print(json.dumps(await door.about()), flush=True)
        await stop.wait()
