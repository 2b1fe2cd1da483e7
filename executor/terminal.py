"""Running one command in a container: the WebSocket protocol `v5.channel.k8s.io` and `v4.channel.k8s.io`.

Every binary message starts with its channel: 1 stdout, 2 stderr, 3 the end as a `Status`. No input, no terminal.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import NamedTuple

import aiohttp

from executor.wire import Wire

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
MAX_OUTPUT = 256 * 1024
"""Bytes of stdout and stderr together; what comes after is dropped, and the command is still waited for."""
_HEARTBEAT = 20.0


class Ending(NamedTuple):
    """`exit_code` is None when the end was not seen; `problem` says why, or why the command could not be started."""

    output: str
    exit_code: int | None
    problem: str = ""
    cut: bool = False
    refused: bool = False
    """The container runtime said that it did not start the command."""


async def run_command(wire: Wire, path: str, container: str | None, argv: Sequence[str], *, seconds: float) -> Ending:
    """Not masked. Closing the line does not kill the command: after `seconds` it may go on, unseen.

    Raises Lost when the handshake's answer was lost, the other errors when the API refused it: nothing ran then."""
    query: list[tuple[str, str]] = [("command", word) for word in argv]
    query += [("stdout", "true"), ("stderr", "true")]
    if container:
        query.append(("container", container))
    gathered = bytearray()
    status: bytes | None = None
    cut = False
    problem = "the connection closed before the command ended"
    async with wire.websocket(path, query=query, protocols=PROTOCOLS, heartbeat=_HEARTBEAT) as socket:
        try:
            async with asyncio.timeout(seconds):
                async for message in socket:
                    if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
                        continue
                    channel, content = message.data[0], message.data[1:]
                    if channel == 3:
                        status = (status or b"") + content
                    elif channel in (1, 2):
                        room = MAX_OUTPUT - len(gathered)
                        cut = cut or len(content) > room
                        gathered += content[:room]
        except TimeoutError:
            problem = f"no end within {seconds:g} s"
    output = bytes(gathered).decode("utf-8", "replace")
    if status is None:
        return Ending(output, None, problem, cut)
    code, said = _end_of(status)
    return Ending(output, code, said, cut, refused=code is None)


def _end_of(status: bytes) -> tuple[int | None, str]:
    """The exit code that a `Status` tells; None and its message when the command could not be run."""
    try:
        said = json.loads(status)
    except ValueError:
        return None, status.decode("utf-8", "replace")
    if said.get("status") == "Success":
        return 0, ""
    if said.get("reason") == "NonZeroExitCode":
        for cause in (said.get("details") or {}).get("causes") or ():
            if cause.get("reason") == "ExitCode" and str(cause.get("message", "")).isdigit():
                return int(cause["message"]), ""
    return None, str(said.get("message") or said.get("reason") or "")
