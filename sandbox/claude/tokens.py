"""How many tokens a request is, and how many of them an earlier one has put into the cache.

A token is four bytes here. The real count differs; what is compared (one request with the next, the cached share) does not.
"""

import hashlib
import json
from typing import Any

from sandbox.clock import Clock

LIFE_SECONDS = 300.0
LEAST_CACHED = 1024
"""Tokens of the shortest prefix that is kept."""
LOOK_BACK = 20
"""Blocks before a mark in which the end of an earlier request is found."""


def tokens(text: str) -> int:
    return -(-len(text.encode()) // 4)


class Cache:
    """Prefixes that requests have marked by cache_control, for five minutes after their last use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def usage(self, body: dict[str, Any]) -> dict[str, int]:
        """The input side of a usage: what is read from the cache, what is put there, and the rest. They add up."""
        now, total = self._clock.time(), 0
        prefix = hashlib.sha256(str(body["model"]).encode())
        ends: list[tuple[str, int]] = []
        marks: list[int] = []
        for number, (segment, marked) in enumerate(_segments(body)):
            prefix.update(segment.encode())
            total += tokens(segment)
            ends.append((prefix.hexdigest(), total))
            if marked and total >= LEAST_CACHED:
                marks.append(number)
        near = {number for mark in marks for number in range(max(0, mark - LOOK_BACK), mark + 1)}
        read = max((ends[number][1] for number in near if self._until.get(ends[number][0], 0.0) > now), default=0)
        for number in near:
            if number in marks or self._until.get(ends[number][0], 0.0) > now:
                self._until[ends[number][0]] = now + LIFE_SECONDS
        kept = ends[marks[-1]][1] if marks else 0
        return {
            "input_tokens": total - kept,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": kept - read,
        }


def _segments(body: dict[str, Any]) -> list[tuple[str, bool]]:
    """The request in the order in which it is cached, tools first, with where it may be cut."""
    system = body.get("system", "")
    blocks = [*body.get("tools", []), *([{"type": "text", "text": system}] if isinstance(system, str) else system)]
    for message in body["messages"]:
        content = message["content"]
        blocks += [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [
        (
            json.dumps({key: value for key, value in block.items() if key != "cache_control"}, sort_keys=True),
            block.get("cache_control") is not None,
        )
        for block in blocks
    ]
