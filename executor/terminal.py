"""Running one command in a container: the WebSocket protocol `v5.channel.k8s.io` and `v4.channel.k8s.io`.

Every binary message starts with its channel: 1 stdout, 2 stderr, 3 the end as a `Status`. No input, no terminal.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import aiohttp

from executor.wire import Wire

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
MAX_OUTPUT = 256 * 1024
"""Bytes of stdout and stderr together; what comes after is dropped, and the command is still waited for."""


class Ending(NamedTuple):
    """`exit_code` is None when the end was not seen; `problem` says why, or why the command could not be started."""

    output: str
    exit_code: int | None
    problem: str = ""
    cut: bool = False
    refused: bool = False
    """The container runtime said that it did not start the command."""


async def run_command(
    wire: Wire, path: str, container: str | None, argv: Sequence[str], *, seconds: float, ping_every: float = 20.0
) -> Ending:
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
    async with wire.websocket(path, query=query, protocols=PROTOCOLS) as socket:
        try:
            async with asyncio.timeout(seconds):
                while (frame := await _frame(socket, ping_every)) is not None:
                    channel, content = frame[0], frame[1:]
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


async def _frame(socket: aiohttp.ClientWebSocketResponse, ping_every: float) -> bytes | None:
    """The next frame that says something; None when the line is closed.

    A command may be silent for long: pings keep proxies from closing the line. An answer to them is not asked for (aiohttp's own
    heartbeat closes the line without one, and a server may be busy with the command)."""
    while True:
        try:
            message = await socket.receive(timeout=ping_every)
            if message.type is aiohttp.WSMsgType.BINARY and message.data:
                return bytes(message.data)
            if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
                return None
        except TimeoutError:
            with suppress(ConnectionError):
                await socket.ping()


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
