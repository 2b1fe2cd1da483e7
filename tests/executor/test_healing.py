"""What a diagnosis proposes heals: approved and run, the finding is gone. On the stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.cluster import connect
from executor.operations import Change, Patch, Scale, SetImage
from executor.preview import preview
from executor.run import run
from executor.triage import Diagnosis, diagnose
from sandbox.cluster.standin import ClusterStandIn
from tests.cluster.ailments import ALL, Ailment
from tests.cluster.bench import Bench, eventually
from tests.executor.ledger import Book

_SECONDS = 20
HEALED = (
    "a_deployment_that_was_paused_before_its_first_pod",
    "a_job_that_is_suspended",
    "a_cron_job_that_is_suspended",
    "a_paused_deployment",
    "a_port_that_no_container_has",
    "a_rollout",
    "a_rollout_that_asks_for_too_much",
    "a_service_before_no_replicas",
    "an_autoscaler_at_its_maximum",
    "an_ingress_to_another_port",
    "no_replicas",
    "out_of_memory",
)
"""Whose first proposal is more than to begin anew."""


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


async def sick(bench: Bench, ailment: Ailment) -> Diagnosis:
    target = await ailment.make(bench)

    async def look() -> Diagnosis | None:
        diagnosis = await diagnose(bench.reader, target)
        return diagnosis if ailment.found_by(diagnosis) else None

    return await eventually(look, _SECONDS)


async def approve(bench: Bench, operation: Change) -> None:
    order = await preview(bench.writer, operation)
    await run(bench.writer, order, action_id="heal", ledger=Book().approve("heal", order))


@pytest.mark.parametrize("name", HEALED)
async def test_the_proposal_heals(bench: Bench, name: str) -> None:
    diagnosis = await sick(bench, next(ailment for ailment in ALL if ailment.name == name))
    fix = diagnosis.findings[0].next_steps[0]
    assert isinstance(fix, Scale | SetImage | Patch)
    await approve(bench, fix)

    seen: list[Diagnosis] = []

    async def well() -> bool | None:
        after = await diagnose(bench.reader, diagnosis.target)
        seen.append(after)
        return True if not after.findings and after.ready is not False else None

    try:
        assert await eventually(well, _SECONDS)
    except TimeoutError:
        pytest.fail(seen[-1].model_dump_json(indent=1))
