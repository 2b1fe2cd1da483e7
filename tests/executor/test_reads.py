"""What people get to read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from executor.ages import age
from executor.digest import yaml_lines
from executor.errors import Forbidden, NotFound, NotServed
from executor.glances import quantity
from executor.kinds import KINDS
from executor.operations import Describe, Events, Get, Logs, Other, Target
from executor.pods import ready_count, restart_count, status_word
from executor.reads import NotReadable, Reading, read

from .raws import (
    Raw,
    daemon_set,
    deployment,
    ended,
    event,
    looping,
    pod,
    replica_set,
    running,
    stateful_set,
    waiting,
)
from .virtual import WORDS, World

WEB = Target(kind="Deployment", name="web", namespace="shop")


async def seen(operation: Any, *raws: Raw, world: World | None = None) -> Reading:
    reading = await read(world or World(*raws), operation)  # type: ignore[arg-type]
    for why in (reading.title, reading.headline):
        assert all(why.code not in words.say(why) for words in WORDS)
    for table in reading.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
    return reading


async def refusal(operation: Any, *raws: Raw, world: World | None = None) -> str:
    with pytest.raises(NotReadable) as caught:
        await seen(operation, *raws, world=world)
    assert all(caught.value.reason.code not in words.say(caught.value.reason) for words in WORDS)
    return caught.value.reason.code


INITIALIZED = [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "True"}]
SIDECAR = {"initContainers": [{"name": "setup", "image": "proxy:1", "restartPolicy": "Always"}]}

STATUS: list[tuple[str, Raw, str, str, int]] = [
    ("running", pod(), "1/1", "Running", 0),
    ("not ready", pod(state=running(ready=False)), "0/1", "Running", 0),
    ("creating", pod(state=waiting("ContainerCreating"), phase="Pending"), "0/1", "ContainerCreating", 0),
    ("crash loop", pod(state=looping(restarts=7)), "0/1", "CrashLoopBackOff", 7),
    ("image", pod(state=waiting("ImagePullBackOff"), phase="Pending"), "0/1", "ImagePullBackOff", 0),
    ("out of memory", pod(state={"state": ended(137, "OOMKilled")}), "0/1", "OOMKilled", 0),
    ("exit code", pod(state={"state": ended(3, "")}), "0/1", "ExitCode:3", 0),
    ("signal", pod(state={"state": ended(0, "", signal=9)}), "0/1", "Signal:9", 0),
    ("completed", pod(state={"state": ended(0, "Completed")}, phase="Succeeded"), "0/1", "Completed", 0),
    ("terminating", pod(going=True), "1/1", "Terminating", 0),
    ("evicted", {**pod(), "status": {"phase": "Failed", "reason": "Evicted"}}, "0/1", "Evicted", 0),
    (
        "init to come",
        pod(state=waiting("PodInitializing"), init=running(ready=False), phase="Pending"),
        "0/1",
        "Init:0/1",
        0,
    ),
    (
        "init crashes",
        pod(state=waiting("PodInitializing"), init=looping(restarts=2)),
        "0/1",
        "Init:CrashLoopBackOff",
        2,
    ),
    ("init failed", pod(state=waiting("PodInitializing"), init={"state": ended(2, "Error")}), "0/1", "Init:Error", 0),
    ("init done", pod(init={"state": ended(0, "Completed")}), "1/1", "Running", 0),
    (
        "sidecar",
        pod(init={**running(), "started": True}, spec=SIDECAR, conditions=INITIALIZED),
        "2/2",
        "Running",
        0,
    ),
    ("no status yet", {**pod(), "status": {"phase": "Pending"}}, "0/1", "Pending", 0),
]


@pytest.mark.parametrize(
    ("raw", "ready", "word", "restarts"), [case[1:] for case in STATUS], ids=[case[0] for case in STATUS]
)
def test_a_pod_reads_as_kubectl_prints_it(raw: Raw, ready: str, word: str, restarts: int) -> None:
    assert (ready_count(raw), status_word(raw), restart_count(raw)) == (ready, word, restarts)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (119, "119s"), (120, "2m"), (192, "3m12s"), (1200, "20m"), (10_800, "3h"), (12_000, "3h20m"), (72_000, "20h"),
     (180_000, "2d2h"), (864_000, "10d"), (70_000_000, "2y80d"), (400_000_000, "12y"), (-5, "0s")],
)  # fmt: skip
def test_ages_read_as_kubectl_prints_them(seconds: int, text: str) -> None:
    assert age(timedelta(seconds=seconds)) == text


async def test_pods_in_trouble_come_first_and_are_counted_first() -> None:
    raws = [pod(f"ok-{n}") for n in range(3)] + [pod("z-bad", looping()), pod("y-pull", waiting("ImagePullBackOff"))]
    reading = await seen(Get(kind="Pod", namespace="shop"), *raws)
    (table,) = reading.tables
    assert table.columns == ("NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE")
    assert [row[0] for row in table.rows] == ["y-pull", "z-bad", "ok-0", "ok-1", "ok-2"]
    assert reading.headline.values["states"] == "1 CrashLoopBackOff, 1 ImagePullBackOff, 3 Running"


async def test_what_is_left_out_is_said() -> None:
    reading = await seen(Get(kind="Pod", namespace="shop"), *(pod(f"p-{n:03}") for n in range(312)))
    assert (len(reading.tables[0].rows), reading.more) == (40, 272)
    assert reading.headline.code == "read.counted"
    reading = await seen(Get(kind="Pod", namespace="shop"), *(pod(f"p-{n:03}") for n in range(600)))
    assert reading.headline.code == "read.counted_first"
    assert reading.headline.values["count"] == 500


async def test_nothing_found_is_an_answer() -> None:
    assert (await seen(Get(kind="Pod", namespace="shop"))).headline.code == "read.none"


async def test_lists_of_all_namespaces_name_them() -> None:
    reading = await seen(Get(kind="Pod", all_namespaces=True), pod())
    assert reading.tables[0].columns[0] == "NAMESPACE"
    assert reading.tables[0].rows[0][0] == "shop"


LISTED: list[tuple[Raw, str]] = [
    (deployment(3), "Ready"),
    (deployment(3, ready=1), "NotReady"),
    (deployment(3, updated=1), "Updating"),
    (deployment(0), "Stopped"),
    (stateful_set(3, readyReplicas=0), "NotReady"),
    (daemon_set(3), "Ready"),
]


@pytest.mark.parametrize(("raw", "state"), LISTED, ids=lambda value: value if isinstance(value, str) else value["kind"])
async def test_workloads_are_counted_by_state(raw: Raw, state: str) -> None:
    reading = await seen(Get(kind=raw["kind"], namespace="shop"), raw)
    assert reading.headline.values["states"] == f"1 {state}"


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS if kind.kind != "Secret"])
async def test_every_kind_has_a_table_even_of_objects_that_say_nothing(kind: str) -> None:
    bare = {"kind": kind, "metadata": {"name": "x", "namespace": "shop", "uid": "u"}}
    reading = await seen(Get(kind=kind, namespace="shop"), bare)
    assert len(reading.tables[0].rows) == 1
    assert (await seen(Get(kind=kind, name="x", namespace="shop"), bare)).lines


@pytest.mark.parametrize(
    "operation",
    [
        Get(kind="Secret", namespace="shop"),
        Get(kind="Secret", name="x", namespace="shop", output="yaml"),
        Describe(target=Target(kind="Secret", name="x", namespace="shop")),
        Events(target=Target(kind="Secret", name="x", namespace="shop")),
    ],
    ids=str,
)
async def test_secrets_are_not_fetched_in_any_form(operation: Any) -> None:
    world = World({"kind": "Secret", "metadata": {"name": "x", "uid": "u"}, "data": {"password": "czNjcjN0"}})
    assert await refusal(operation, world=world) == "read.secret"
    assert world.lists == 0


async def test_unknown_kinds_and_kinds_that_are_not_served_are_refused_clearly() -> None:
    assert await refusal(Get(kind="Widget", namespace="shop")) == "read.kind_unknown"
    world = World()
    world.reads["CronJob"] = NotServed("no")
    assert await refusal(Get(kind="CronJob", namespace="shop"), world=world) == "read.not_served"
    world.reads["LimitRange"] = NotFound("the server could not find the requested resource")
    assert await refusal(Get(kind="LimitRange", namespace="shop"), world=world) == "read.not_served"


async def test_errors_of_the_cluster_are_the_callers() -> None:
    with pytest.raises(NotFound):
        await seen(Get(kind="Pod", name="gone", namespace="shop"))
    world = World()
    world.reads["Pod"] = Forbidden("no")
    with pytest.raises(Forbidden):
        await seen(Get(kind="Pod", namespace="shop"), world=world)


async def test_one_object_is_summed_up_with_its_pods_and_events() -> None:
    raws = (deployment(1, ready=0), replica_set(), pod(state=looping()), event("BackOff", "Back-off restarting"))
    reading = await seen(Describe(target=WEB), *raws)
    assert reading.headline.values == {"state": "NotReady", "count": 1}
    assert reading.tables[0].rows[0][2] == "CrashLoopBackOff"
    assert any("BackOff" in line for line in reading.lines)
    assert any(line.startswith("Container app: nginx:1") for line in reading.lines)


async def test_a_summary_fits_six_kibibytes_and_says_what_it_left_out() -> None:
    big = {
        "kind": "Ingress",
        "metadata": {"name": "x", "namespace": "shop", "uid": "u"},
        "spec": {f"field{n}": "x" * 250 for n in range(60)},
    }
    reading = await seen(Get(kind="Ingress", name="x", namespace="shop"), big)
    assert sum(len(line) + 1 for line in reading.lines) <= 6 * 1024
    assert reading.more > 0


async def test_environment_values_are_not_shown_and_the_rest_is_masked() -> None:
    raw = pod()
    container = raw["spec"]["containers"][0]
    container["env"] = [{"name": "DB_PASSWORD", "value": "s3cr3t-pw"}]
    container["livenessProbe"] = {"httpGet": {"path": "/?token=abcdefgh12345678"}}
    config = {
        "kind": "ConfigMap",
        "metadata": {"name": "env", "namespace": "shop", "uid": "u"},
        "data": {"url": "postgres://shop:s3cr3t-pw@db/shop"},
    }
    for operation in (
        Describe(target=Target(kind="Pod", name="web-new-1", namespace="shop")),
        Get(kind="Pod", name="web-new-1", namespace="shop", output="yaml"),
        Get(kind="Pod", namespace="shop", output="json"),
        Get(kind="ConfigMap", name="env", namespace="shop", output="yaml"),
        Describe(target=Target(kind="ConfigMap", name="env", namespace="shop")),
    ):
        text = (await seen(operation, raw, config)).model_dump_json()
        assert "s3cr3t" not in text
        assert "abcdefgh1234" not in text


async def test_names_only() -> None:
    reading = await seen(Get(kind="Pod", namespace="shop", output="name"), pod("a"), pod("b"))
    assert reading.lines == ("pod/a", "pod/b")


def test_yaml_reads_back_as_what_it_was() -> None:
    value = {
        "a": {"b": [1, "1", "yes", "2026-01-02", None, True, {"c": "x: y", "d": []}], "e": {}, "f": "line\nbreak"},
        "g": "plain/text:1",
    }
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load("\n".join(yaml_lines(value))) == json.loads(json.dumps(value))


async def test_logs_of_a_workload_are_those_of_its_worst_pod_with_the_telling_line() -> None:
    world = World(deployment(2), replica_set(), pod("a"), pod("b", looping(restarts=3)))
    world.said = {"a": ["fine"], "b": ["INFO start", "ERROR postgres://shop:s3cr3t-pw@db: refused", "INFO end"]}
    reading = await seen(Logs(target=WEB), world=world)
    assert reading.title.values["pod"] == "b"
    assert reading.headline.code == "read.logs_best"
    assert reading.lines[1] == "ERROR postgres://shop:***@db: refused"
    assert reading.masked == 1
    assert len((await seen(Logs(target=WEB, tail=1), world=world)).lines) == 1


async def test_logs_that_are_not_there() -> None:
    world = World(deployment(1), replica_set(), pod("a"))
    assert (await seen(Logs(target=WEB), world=world)).headline.code == "read.logs_empty"
    world.had_previous = False
    assert await refusal(Logs(target=WEB, previous=True), world=world) == "read.no_previous"
    assert await refusal(Logs(target=WEB), deployment(1)) == "read.no_pods"
    node = {"kind": "Node", "metadata": {"name": "n", "uid": "u"}}
    assert await refusal(Logs(target=Target(kind="Node", name="n")), node) == "read.no_logs"


async def test_events_that_repeat_are_one_row() -> None:
    raws = [event("BackOff", "Back-off", at=f"2026-01-02T03:0{n}:00Z") for n in range(5)]
    for number, raw in enumerate(raws):
        raw["metadata"]["name"] += str(number)
    reading = await seen(Events(namespace="shop"), *raws, event("Pulled", "pulled", kind="Normal", about="other"))
    assert [row[2] for row in reading.tables[0].rows] == ["Pulled", "BackOff x5"]
    of_one = await seen(Events(target=Target(kind="Pod", name="web-new-1", namespace="shop")), pod(), *raws)
    assert len(of_one.tables[0].rows) == 1
    none = await seen(Events(target=Target(kind="Pod", name="web-new-1", namespace="shop")), pod())
    assert none.headline.code == "read.no_events"


def other(command: str, *rest: str, target: Target | None = None) -> Other:
    return Other(command=command, argv=(*command.split(), *rest), target=target)


async def test_other_reading_verbs() -> None:
    assert (await seen(other("version"))).headline.values["version"] == "v1.20.2"
    status = await seen(other("rollout status", "deployment/web", "-n", "shop", target=WEB), deployment(3, updated=1))
    assert status.headline.code == "verify.step.updated"
    history = await seen(
        other("rollout history", "deployment/web", target=WEB),
        deployment(1),
        replica_set("1", name="web-old", image="nginx:0"),
        replica_set("2"),
    )
    assert [row[:2] for row in history.tables[0].rows] == [("2", "nginx:1"), ("1", "nginx:0")]


@pytest.mark.parametrize(
    "operation",
    [
        other("explain", "pod"),
        other("api-resources"),
        other("cordon", "node-1", target=Target(kind="Node", name="node-1")),
        other("rollout history", "deployment/web", "--revision=3", target=WEB),
        other("rollout status", "deployment/web", "--revision=3", target=WEB),
        other("top", "pods", "--containers"),
    ],
    ids=lambda operation: " ".join(operation.argv),
)
async def test_what_is_not_performed_is_said(operation: Other) -> None:
    assert await refusal(operation, deployment(), pod()) == "read.not_performed"


async def test_usage_is_read_from_the_metrics_api_if_there_is_one() -> None:
    world = World()
    world.reads["PodMetrics"] = NotServed("no")
    assert await refusal(other("top", "pods", "-n", "shop"), world=world) == "read.no_metrics"
    metrics = [
        {
            "kind": "PodMetrics",
            "metadata": {"name": name, "namespace": "shop", "uid": name},
            "containers": [{"usage": {"cpu": cpu, "memory": "1Gi"}}, {"usage": {"cpu": "500u", "memory": "2048Ki"}}],
        }
        for name, cpu in (("calm", "1500000n"), ("busy", "1200m"))
    ]
    reading = await seen(other("top", "pods", "-n", "shop"), *metrics)
    assert reading.tables[0].rows == (("busy", "1200m", "1026Mi"), ("calm", "2m", "1026Mi"))


@pytest.mark.parametrize(("amount", "value"), [("100m", 0.1), ("2", 2), ("", 0), ("x", 0), ("1.5", 1.5)])
def test_quantities(amount: str, value: float) -> None:
    assert quantity(amount, {"m": 1e-3, "": 1}) == pytest.approx(value)
