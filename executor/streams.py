"""What comes from the API piece by piece: watch events, log lines. Each call is one connection with an end; reconnecting is the
caller's (a watch goes on from the last resource version, or from a new list after Gone)."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal, NamedTuple

import aiohttp

from executor.errors import Gone, Unreachable, error_of
from executor.wire import Query, Wire

Raw = dict[str, Any]

MAX_EVENT = 8 * 1024 * 1024
"""Bytes of one watch event; etcd takes objects of up to 1.5 MiB."""
MAX_LOG = 512 * 1024
"""Bytes of log that are kept, the newest."""
MAX_LINE = 16 * 1024


class Change(NamedTuple):
    type: Literal["ADDED", "MODIFIED", "DELETED"]
    object: Raw


async def changes(wire: Wire, path: str, query: Query, *, seconds: float) -> AsyncGenerator[Change]:
    """Ends when the server ends the watch. Raises Gone when the version is too old, Unreachable when the line broke."""
    async with wire.stream(path, query=query, seconds=seconds) as body, aclosing(_lines(body, MAX_EVENT)) as lines:
        async for line in lines:
            if not line.strip():
                continue
            try:
                event = json.loads(line)
            except ValueError as exc:
                raise Unreachable("a watch event broke off") from exc
            said, found = event.get("type"), event.get("object") or {}
            if said == "ERROR":
                code = int(found.get("code") or 500)
                raise Gone(str(found.get("message", ""))) if code == 410 else error_of(code, found)
            if said in ("ADDED", "MODIFIED", "DELETED"):
                yield Change(said, found)


async def log_lines(wire: Wire, path: str, query: Query, *, seconds: float) -> AsyncGenerator[str]:
    """Lines as they are written, each cut at 16 KiB, not masked; ends with the log or after `seconds`."""
    ends_at = asyncio.get_running_loop().time() + seconds
    async with (
        wire.stream(path, query=query, seconds=seconds) as body,
        aclosing(_lines(body, MAX_LINE, cut=True, ends_at=ends_at)) as lines,
    ):
        async for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")


async def log_tail(wire: Wire, path: str, query: Query, *, seconds: float) -> str:
    """The newest 512 KiB of what the server sends. (`limitBytes` would keep the oldest.)"""
    parts: deque[bytes] = deque()
    size = 0
    async with wire.stream(path, query=query, seconds=seconds) as body:
        try:
            async with asyncio.timeout(seconds):
                async for part in body.iter_any():
                    parts.append(part)
                    size += len(part)
                    while size - len(parts[0]) >= MAX_LOG:
                        size -= len(parts.popleft())
        except (aiohttp.ClientError, OSError) as exc:
            raise Unreachable(f"the log broke off: {type(exc).__name__}") from exc
    kept = b"".join(parts)
    if len(kept) > MAX_LOG:
        kept = kept[-MAX_LOG:].partition(b"\n")[2]
    return kept.decode("utf-8", "replace")


async def _lines(
    body: aiohttp.StreamReader, longest: int, *, cut: bool = False, ends_at: float | None = None
) -> AsyncGenerator[bytes]:
    """Lines without their end. One that is too long is cut if `cut`, else an error. With `ends_at` (loop time), silence and talk
    both end there."""
    rest = b""
    skipping = False  # the end of a line that was cut
    while part := await _part(body, ends_at):
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            if not skipping:
                yield line[:longest]
            skipping = False
        if len(rest) > longest:
            if not cut:
                raise Unreachable("a watch event is too large")
            if not skipping:
                yield rest[:longest]
            rest, skipping = b"", True
    if rest and not skipping:
        yield rest


async def _part(body: aiohttp.StreamReader, ends_at: float | None) -> bytes:
    """What came next; empty at the end."""
    try:
        async with asyncio.timeout_at(
            ends_at
        ):  # here and not around the generator: there it would cancel whoever reads it
            return await body.readany()
    except TimeoutError:
        if ends_at is not None and asyncio.get_running_loop().time() >= ends_at:
            return b""
        raise Unreachable("the stream fell silent") from None
    except (aiohttp.ClientError, OSError) as exc:
        raise Unreachable(f"the stream broke: {type(exc).__name__}") from exc
