"""Putting together what came in several frames: bounded in size, number and time, as the parts that miss may never come."""

import asyncio
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

_MOST_BYTES = 16 * 1024 * 1024
"""Of all that wait for a part."""
_MOST_PARTS = 1024
_SECONDS = 10.0
"""The SDKs keep parts for 5 to 10 s."""


@dataclass(slots=True)
class _Waiting:
    total: int
    until: float
    parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts.values()))


class Parts:
    def __init__(self, *, seconds: float = _SECONDS, most_bytes: int = _MOST_BYTES) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._waiting: dict[str, _Waiting] = {}

    def add(self, message_id: str, total: int, which: int, payload: bytes) -> bytes | None:
        """The whole payload with its last part, None before. A message in too many parts is dropped; it comes again or not."""
        if total == 1:
            return payload
        now = asyncio.get_running_loop().time()
        for late in [one for one, waiting in self._waiting.items() if waiting.until <= now]:
            self._drop(late, "too late")
        if not message_id or total > _MOST_PARTS:
            log.warning("feishu.parts.dropped", why="nameless or too many", total=total)
            return None
        waiting = self._waiting.setdefault(message_id, _Waiting(total, now + self._seconds))
        if waiting.total != total:
            self._drop(message_id, "parts of two messages")
            return None
        waiting.parts[which] = payload
        if len(waiting.parts) == total:
            del self._waiting[message_id]
            return b"".join(waiting.parts[n] for n in range(total))
        while sum(one.size for one in self._waiting.values()) > self._most_bytes:
            self._drop(next(iter(self._waiting)), "too large")
        return None

    def _drop(self, message_id: str, why: str) -> None:
        dropped = self._waiting.pop(message_id)
        log.warning("feishu.parts.dropped", why=why, heard=len(dropped.parts), total=dropped.total)
