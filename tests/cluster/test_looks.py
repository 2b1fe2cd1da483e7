"""Closer looks at a real API: its own versions, its own checks, its own endpoints."""

from tests.cluster.bench import Bench
from tests.executor.looking import EXPECTED, everything_seen, furnished


async def test_every_look_shows_what_there_is(bench: Bench) -> None:
    seen = await everything_seen(bench, await furnished(bench))
    assert not [
        (name, part, seen[name]) for name, parts in EXPECTED.items() for part in parts if part not in seen[name]
    ]
    assert "0 failed" in seen["health"] and "checks ok" in seen["health"]
