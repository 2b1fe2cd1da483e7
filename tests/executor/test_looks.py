"""Closer looks at the stand-in, and by somebody who may see half of it; a real API is held to the same in `tests/cluster`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.cluster import connect
from executor.kinds import kind_named
from executor.looks.node import node
from executor.looks.scaling import scaling
from executor.looks.storage import storage
from sandbox.cluster.access import VIEWER
from sandbox.cluster.standin import ClusterStandIn
from tests.cluster.bench import Bench
from tests.executor.looking import EXPECTED, everything_seen, furnished


@pytest.fixture
async def cluster() -> AsyncIterator[ClusterStandIn]:
    async with ClusterStandIn(speed=6) as cluster:
        yield cluster


@pytest.fixture
async def bench(cluster: ClusterStandIn, tmp_path: Path) -> AsyncIterator[Bench]:
    async with connect(str(cluster.write_kubeconfig(tmp_path / "kubeconfig"))) as line:
        bench = Bench(line, "bench")
        await bench.open()
        yield bench


async def test_every_look_shows_what_there_is_and_reads_no_secret(cluster: ClusterStandIn, bench: Bench) -> None:
    seen = await everything_seen(bench, await furnished(bench))
    assert not [
        (name, part, seen[name]) for name, parts in EXPECTED.items() for part in parts if part not in seen[name]
    ]
    assert "no metrics" in seen["usage_of_pods"] or "uses cpu" in seen["usage_of_pods"]
    assert not [call.path for call in cluster.calls if "/secrets" in call.path]


async def test_somebody_who_may_see_half_of_it_is_told_so(
    cluster: ClusterStandIn, bench: Bench, tmp_path: Path
) -> None:
    await furnished(bench)
    path = cluster.write_kubeconfig(tmp_path / "viewer", VIEWER.name)
    async with connect(str(path)) as line:
        nodes = (await bench.reader.list(kind_named("Node"))).items
        assert "(not permitted to read: " in "\n".join(await storage(line.reader, "bench"))
        assert "Ready=True" in "\n".join(await node(line.reader, nodes[0]["metadata"]["name"]))
        assert "pdb web" in "\n".join(await scaling(line.reader, "bench"))
