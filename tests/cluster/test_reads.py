"""Reading a real API for people."""

import pytest

from executor.cluster import Connection
from executor.errors import NotFound
from executor.kinds import KINDS, kind_named
from executor.operations import Describe, Events, Get, Logs, Other, Target
from executor.reads import NotReadable, Reading, read
from tests.cluster.bench import OTHER_IMAGE, Bench
from tests.executor.virtual import WORDS


async def seen(bench: Bench, operation: Get | Describe | Logs | Events | Other) -> Reading:
    reading = await read(bench.reader, operation)
    for why in (reading.title, reading.headline):
        assert all(why.code not in words.say(why) for words in WORDS)
    return reading


def target(bench: Bench, kind: str = "Deployment", name: str = "web") -> Target:
    return Target(kind=kind, name=name, namespace=bench.namespace)


async def test_pods_are_listed_and_selected(bench: Bench) -> None:
    await bench.workload(replicas=2)
    reading = await seen(bench, Get(kind="Pod", namespace=bench.namespace))
    assert [row[1:3] for row in reading.tables[0].rows] == [("1/1", "Running")] * 2
    assert reading.headline.values["states"] == "2 Running"
    none = await seen(bench, Get(kind="Pod", namespace=bench.namespace, selector="app=other"))
    assert none.headline.code == "read.none"


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
async def test_workloads_are_listed_and_summed_up(bench: Bench, kind: str) -> None:
    await bench.workload(kind)
    listed = await seen(bench, Get(kind=kind, namespace=bench.namespace))
    assert listed.tables[0].rows[0][0] == "web"
    assert listed.headline.values["states"] == "1 Ready"
    summed = await seen(bench, Describe(target=target(bench, kind)))
    assert summed.tables[0].rows
    assert any(line.startswith("Container app") for line in summed.lines)
    printed = await seen(bench, Get(kind=kind, name="web", namespace=bench.namespace, output="yaml"))
    assert f"kind: {kind}" in printed.lines


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS if kind.kind != "Secret"])
async def test_every_kind_that_is_served_can_be_listed(line: Connection, kind: str) -> None:
    try:
        reading = await read(line.reader, Get(kind=kind, all_namespaces=kind_named(kind).namespaced))
    except NotReadable as exc:
        assert exc.reason.code == "read.not_served"  # noqa: PT017 either answer is right, by cluster
        with pytest.raises(NotFound):
            await line.reader.list(kind_named(kind))
    else:
        assert all(len(row) == len(table.columns) for table in reading.tables for row in table.rows)


async def test_logs_events_and_history(bench: Bench) -> None:
    await bench.workload(replicas=1)
    container = {"name": "app", "image": OTHER_IMAGE}
    await bench.meddle("Deployment", "web", {"spec": {"template": {"spec": {"containers": [container]}}}})
    await bench.ready("Deployment", "web")
    assert (await seen(bench, Logs(target=target(bench)))).headline.code.startswith("read.logs_")
    events = await seen(bench, Events(target=target(bench)))
    assert any("ScalingReplicaSet" in row[2] for row in events.tables[0].rows)
    history = Other(command="rollout history", argv=("rollout", "history", "deployment/web"), target=target(bench))
    assert [row[0] for row in (await seen(bench, history)).tables[0].rows] == ["2", "1"]
    status = Other(command="rollout status", argv=("rollout", "status", "deployment/web"), target=target(bench))
    assert (await seen(bench, status)).headline.code == "verify.rolled_out"


async def test_what_is_not_there_or_not_for_reading(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await seen(bench, Get(kind="Pod", name="none", namespace=bench.namespace))
    with pytest.raises(NotReadable):
        await seen(bench, Get(kind="Secret", namespace=bench.namespace))
