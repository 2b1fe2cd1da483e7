"""chaos: thousands of things that go wrong between the daemon and both platforms, and what was lost or done twice by that."""

import asyncio
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.chaos.im import played
from tests.chaos.verdict import Verdict

SEEDS = 9
FAULTS = 250
"""In each seed."""


async def chaos(_: Path) -> Figure:
    """As many seeds at once as there are processors. Every misfortune of `tests.chaos.misfortunes` has its turn; what a seed found
    is said with the seed."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        verdicts = await asyncio.gather(
            *(loop.run_in_executor(pool, played, 1000 + number, FAULTS) for number in range(SEEDS))
        )
    return _figure(verdicts)


def _figure(verdicts: list[Verdict]) -> Figure:
    kinds: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for verdict in verdicts:
        kinds.update(verdict.faults)
        counts.update(verdict.counts)
    named = Counter(name for verdict in verdicts for name, _ in verdict.violations)
    wrong = named["wrong card"] + named["lost card"] + named["unknown card"]
    lost = named["lost command"] + named["no answer"] + named["click without its row"] + named["unsettled"]
    twice = named["double execution"] + named["not approved"] + named["no effect"]
    others = named.total() - wrong - lost - twice
    struck = sum(verdict.struck for verdict in verdicts)
    broken = [str(verdict.seed) for verdict in verdicts if not verdict.clean]
    return Figure(
        "chaos",
        (
            Check("faults", struck, 2000, "", at_least=True),
            Check("double executions", twice, 0, ""),
            Check("lost", lost, 0, ""),
            Check("wrong cards", wrong, 0, ""),
            Check("other violations", others, 0, ""),
        ),
        "; ".join(
            [
                f"{SEEDS} seeds, by kind {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}",
                ", ".join(f"{count} {name}" for name, count in sorted(counts.items())),
                *([f"violations in seeds {', '.join(broken)}"] if broken else []),
            ]
        ),
    )
