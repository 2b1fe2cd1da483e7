"""masking: secrets of every shape in logs, environments, events, output of commands and diffs, and ordinary lines beside them."""

from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.corpus.secrets import ORDINARY, PLANTED, WAYS, false_alarms, leaks

SEEDS = 3
"""Times that each shape is filled with other secrets."""


async def masking(_: Path) -> Figure:
    leaked = {way: sum(bool(leaks(line, way, seed)) for line in PLANTED for seed in range(SEEDS)) for way in WAYS}
    each = len(PLANTED) * SEEDS
    alarms = sum(map(len, false_alarms().values()))
    return Figure(
        "masking",
        (
            Check("recall", 100 * (1 - sum(leaked.values()) / (each * len(WAYS))), 100, "%", at_least=True),
            Check("false alarms", alarms, 0, ""),
        ),
        f"{each} secrets by each of {', '.join(WAYS)}; {len(ORDINARY)} ordinary lines"
        + "".join(f"; {count} came out by {way}" for way, count in leaked.items() if count),
    )
