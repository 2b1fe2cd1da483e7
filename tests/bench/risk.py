"""risk: what the rules make of every verb, flag form and trick of writing: changes let through, and reads held up."""

from pathlib import Path

from tests.bench.figure import Check, Figure
from tests.corpus.commands import weighed


async def risk(_: Path) -> Figure:
    found = weighed()
    return Figure(
        "risk",
        (
            Check("misses", len(found.misses), 0, ""),
            Check("needless approvals for reads", 100 * len(found.needless) / found.reads, 5, "%"),
        ),
        f"{found.tried} changes and tricks, {found.reads} reads",
    )
