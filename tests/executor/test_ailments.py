"""Every ailment on the stand-in, so that no cluster is needed; what is real is held to the same in `tests/cluster`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.cluster import connect
from executor.operations import Target
from executor.triage import Diagnosis, diagnose
from sandbox.cluster.access import VIEWER
from sandbox.cluster.standin import ClusterStandIn
from tests.cluster.ailments import ALL, Ailment
from tests.cluster.ailments.ailment import deployment, service
from tests.cluster.ailments.cards import on_cards
from tests.cluster.ailments.proposals import can_be_proposed
from tests.cluster.bench import Bench, eventually, rolled_out
from tests.cluster.healthy import healthy, rolling

_SECONDS = 20


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
        await bench.close()


@pytest.mark.parametrize("ailment", ALL, ids=[ailment.name for ailment in ALL])
async def test_the_card_shows_the_cause(bench: Bench, ailment: Ailment) -> None:
    target = await ailment.make(bench)

    seen: list[Diagnosis] = []

    async def look() -> Diagnosis | None:
        diagnosis = await diagnose(bench.reader, target)
        seen.append(diagnosis)
        return diagnosis if ailment.found_by(diagnosis) and on_cards(diagnosis, ailment) else None

    try:
        diagnosis = await eventually(look, _SECONDS)
    except TimeoutError:
        pytest.fail(f"{ailment.name}: {seen[-1].model_dump_json(indent=1)}")
    assert "s3cr3t-pw" not in diagnosis.model_dump_json()
    await can_be_proposed(bench, diagnosis)


async def test_a_healthy_namespace_has_no_finding(bench: Bench) -> None:
    for target in (Target(kind="Namespace", name="bench"), *await healthy(bench, measured=True)):
        diagnosis = await diagnose(bench.reader, target)
        assert diagnosis.findings == (), target
        assert diagnosis.ready is not False, target


async def test_a_rollout_on_its_way_is_no_finding(bench: Bench) -> None:
    """Whenever it is looked at, from its first pod to its last."""
    target, looks = await rolling(bench), 0
    while not rolled_out(await bench.get("Deployment", "web")):
        for what in (target, Target(kind="Namespace", name=bench.namespace)):
            assert (await diagnose(bench.reader, what)).findings == ()
        looks += 1
    assert looks > 1


async def test_a_namespace_names_the_root_before_who_suffers_from_it(bench: Bench) -> None:
    await deployment(bench, "missing:1", "db")
    await service(bench, "db", app="db", port=5432)
    await deployment(bench, "crash:1")

    async def look() -> list[str] | None:
        diagnosis = await diagnose(bench.reader, Target(kind="Namespace", name="bench"))
        found = [finding.cause.code for finding in diagnosis.findings]
        return found if "triage.dependency" in found else None

    assert await eventually(look, _SECONDS) == ["triage.namespace", "triage.image_missing", "triage.dependency"]


async def test_a_namespace_costs_no_more_than_its_budget(cluster: ClusterStandIn, bench: Bench) -> None:
    for number in range(8):
        await deployment(bench, "crash:1", f"web-{number}")
    target = Target(kind="Namespace", name="bench")

    async def look() -> Diagnosis | None:
        before = len(cluster.calls)
        diagnosis = await diagnose(bench.reader, target)
        assert len(cluster.calls) - before <= 25 + 12, "and what discovery asks once"
        found = diagnosis.findings[:1]
        crashing = [line for finding in found for line in finding.evidence[0].lines if "CrashLoopBackOff" in line]
        return diagnosis if len(crashing) == 8 else None

    assert await eventually(look, _SECONDS)


async def test_who_may_see_less_is_told_what_was_not_looked_at(
    cluster: ClusterStandIn, tmp_path: Path, bench: Bench
) -> None:
    await deployment(bench, resources={"requests": {"cpu": "640"}})
    path = cluster.write_kubeconfig(tmp_path / "viewer", VIEWER.name)
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "none",
    }
    await bench.create("PersistentVolumeClaim", {"metadata": {"name": "data"}, "spec": claim})
    async with connect(str(path)) as line:
        target = Target(kind="PersistentVolumeClaim", name="data", namespace="bench")
        diagnosis = await diagnose(line.reader, target)
    denied = {value for label, value in diagnosis.facts if label.code == "triage.fact.denied"}
    assert denied == {"StorageClass", "PersistentVolume"}
    assert [finding.cause.code for finding in diagnosis.findings] == ["triage.claim"]
