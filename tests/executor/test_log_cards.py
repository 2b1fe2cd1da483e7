"""The line that matters is on the card, whatever wrote the log and however much else there is in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.cluster import connect
from executor.triage import diagnose
from sandbox.cluster.standin import ClusterStandIn
from tests.cluster.ailments.cards import quotes
from tests.cluster.ailments.endings import logged
from tests.cluster.bench import Bench
from tests.corpus.logs import LOGS, NOISE, Log, buried


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with (
        ClusterStandIn(speed=6) as cluster,
        connect(str(cluster.write_kubeconfig(tmp_path / "kubeconfig"))) as line,
    ):
        bench = Bench(line, "bench")
        await bench.open()
        yield bench
        await bench.close()


@pytest.mark.parametrize("log", LOGS, ids=[log.name for log in LOGS])
async def test_the_line_that_matters_is_on_the_card(bench: Bench, log: Log) -> None:
    noise = sorted(NOISE)[LOGS.index(log) % len(NOISE)]
    target = await logged(bench, 1, "\n".join(buried(log, noise, 60)) + "\n")
    diagnosis = await diagnose(bench.reader, target)
    assert quotes(diagnosis, log.matters), diagnosis.model_dump_json(indent=1)
