"""triage: how many causes the cards show, findings where nothing is wrong, and what a diagnosis costs the API server."""

import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from executor.cluster import connect
from executor.operations import Target
from executor.triage import Diagnosis, diagnose
from sandbox.cluster.standin import ClusterStandIn
from tests.bench.figure import Check, Figure
from tests.cluster.ailments import ALL, Ailment
from tests.cluster.ailments.cards import on_cards
from tests.cluster.bench import Bench, eventually
from tests.cluster.healthy import healthy

_SECONDS = 20
_SPEED = 4
_MOST_CALLS = 25


async def triage(folder: Path) -> Figure:
    """Each ailment in a cluster of its own; the card in both languages."""
    shown, calls, missed = 0, [], []
    for ailment in ALL:
        async with _cluster(folder, ailment.name) as (cluster, bench):
            found, spent = await _diagnosed(cluster, bench, ailment)
        shown += found
        calls += [spent] if spent else []
        missed += [] if found else [ailment.name]
    false = 0
    async with _cluster(folder, "healthy") as (_, bench):
        well = await healthy(bench, measured=True)
        namespaces = (Target(kind="Namespace", name=name) for name in (bench.namespace, "kube-system", "default"))
        for target in (*namespaces, *well):
            false += len((await diagnose(bench.reader, target)).findings)
    beside = f"API calls per diagnosis {statistics.median(calls):.0f} (median)"
    return Figure(
        "triage",
        (
            Check(f"cards of {len(ALL)} that show the cause", shown, len(ALL), "", at_least=True),
            Check("findings in healthy namespaces and of what is in them", false, 0, ""),
            Check("API calls of the costliest diagnosis", max(calls), _MOST_CALLS, "calls"),
        ),
        beside + (f"; not shown: {', '.join(missed)}" if missed else ""),
    )


@asynccontextmanager
async def _cluster(folder: Path, name: str) -> AsyncIterator[tuple[ClusterStandIn, Bench]]:
    async with ClusterStandIn(speed=_SPEED) as cluster, connect(str(cluster.write_kubeconfig(folder / name))) as line:
        bench = Bench(line, "bench")
        await bench.open()
        yield cluster, bench
        await bench.close()


async def _diagnosed(cluster: ClusterStandIn, bench: Bench, ailment: Ailment) -> tuple[bool, int]:
    """Whether the card shows it in the end, and the API calls of the last diagnosis (discovery is remembered by then)."""
    target = await ailment.make(bench)
    spent = 0

    async def look() -> Diagnosis | None:
        nonlocal spent
        before = len(cluster.calls)
        diagnosis = await diagnose(bench.reader, target)
        spent = len(cluster.calls) - before
        return diagnosis if ailment.found_by(diagnosis) and on_cards(diagnosis, ailment) else None

    try:
        await eventually(look, _SECONDS)
    except TimeoutError:
        return False, spent
    await look()
    return True, spent
