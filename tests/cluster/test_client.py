"""The client against a real API."""

import asyncio
from contextlib import aclosing

import pytest

from executor.cluster import Connection
from executor.errors import Conflict, Forbidden, Invalid, NotFound
from executor.kinds import kind_named
from executor.reader import Listing
from tests.cluster.bench import Bench, eventually

PODS = kind_named("Pod")
CONFIG = kind_named("ConfigMap")


async def some_config(bench: Bench, name: str = "conf") -> dict:
    return await bench.create("ConfigMap", {"metadata": {"name": name, "labels": {"app": name}}, "data": {"a": "1"}})


async def test_the_cluster_has_an_identity_and_a_version(line: Connection) -> None:
    assert await line.reader.uid() == await line.reader.uid() != ""
    assert (await line.reader.version()).startswith("v1.")


async def test_an_object_is_read_and_a_missing_one_is_not_found(bench: Bench) -> None:
    await some_config(bench)
    found = await bench.reader.get(CONFIG, "conf", bench.namespace)
    assert (found["kind"], found["data"]) == ("ConfigMap", {"a": "1"})
    with pytest.raises(NotFound):
        await bench.reader.get(CONFIG, "other", bench.namespace)


async def test_a_listing_can_be_narrowed(bench: Bench) -> None:
    for name in ("one", "two", "three"):
        await some_config(bench, name)
    every = await bench.reader.list(CONFIG, bench.namespace, labels="app in (one,two,three)")
    assert (len(every.items), every.complete) == (3, True)
    assert {item["kind"] for item in every.items} == {"ConfigMap"}
    some = await bench.reader.list(CONFIG, bench.namespace, limit=2, labels="app")
    assert (len(some.items), some.complete) == (2, False)
    named = await bench.reader.list(CONFIG, fields=f"metadata.name=two,metadata.namespace={bench.namespace}")
    assert [item["metadata"]["name"] for item in named.items] == ["two"]


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "CronJob", "Ingress"])
async def test_kinds_are_read_in_the_version_that_is_served(bench: Bench, kind: str) -> None:
    assert isinstance(await bench.reader.list(kind_named(kind), bench.namespace), Listing)


async def test_a_watch_goes_on_from_a_listing(bench: Bench) -> None:
    await some_config(bench)
    start = (await bench.reader.list(CONFIG, bench.namespace)).resource_version

    async def meddle() -> None:
        await bench.meddle("ConfigMap", "conf", {"data": {"a": "2"}})
        await bench.delete("ConfigMap", "conf")

    async with asyncio.TaskGroup() as group:
        group.create_task(meddle())
        seen = []
        watch = bench.reader.watch(CONFIG, bench.namespace, resource_version=start, labels="app=conf", seconds=20)
        async with aclosing(watch) as changes:
            async for change in changes:
                seen.append((change.type, change.object["data"]["a"]))
                if change.type == "DELETED":
                    break
    assert seen == [("MODIFIED", "2"), ("DELETED", "2")]


async def test_a_watch_ends_with_its_seconds(bench: Bench) -> None:
    start = (await bench.reader.list(CONFIG, bench.namespace)).resource_version
    changes = [
        c async for c in bench.reader.watch(CONFIG, bench.namespace, resource_version=start, labels="app=x", seconds=1)
    ]
    assert changes == []


async def test_a_dry_run_of_a_delete_deletes_nothing(bench: Bench) -> None:
    made = await some_config(bench)
    uid, version = made["metadata"]["uid"], made["metadata"]["resourceVersion"]
    await bench.writer.delete(CONFIG, "conf", bench.namespace, uid=uid, resource_version=version, dry_run=True)
    assert (await bench.get("ConfigMap", "conf"))["metadata"]["uid"] == uid
    await bench.writer.delete(CONFIG, "conf", bench.namespace, uid=uid, resource_version=version, dry_run=False)
    await bench.gone("ConfigMap", "conf")


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_delete_of_another_object_or_version_is_a_conflict(bench: Bench, dry_run: bool) -> None:
    meta = (await some_config(bench))["metadata"]
    for uid, version in (("someone-else", meta["resourceVersion"]), (meta["uid"], "1")):
        with pytest.raises(Conflict):
            await bench.writer.delete(
                CONFIG, "conf", bench.namespace, uid=uid, resource_version=version, dry_run=dry_run
            )
    assert (await bench.get("ConfigMap", "conf"))["metadata"]["uid"] == meta["uid"]


async def test_a_dry_run_of_a_patch_changes_nothing(bench: Bench) -> None:
    await some_config(bench)
    body = {"data": {"a": "2"}}
    answer = await bench.writer.patch(CONFIG, "conf", bench.namespace, patch_type="merge", body=body, dry_run=True)
    assert answer.content["data"] == {"a": "2"}
    assert (await bench.get("ConfigMap", "conf"))["data"] == {"a": "1"}


async def test_who_may_not_is_forbidden_and_told_so_beforehand(nobody: Connection, bench: Bench) -> None:
    await some_config(bench)
    assert await bench.reader.may("delete", CONFIG, namespace=bench.namespace)
    assert not await nobody.reader.may("delete", CONFIG, namespace=bench.namespace)
    for call in (
        nobody.reader.get(CONFIG, "conf", bench.namespace),
        nobody.reader.list(CONFIG, bench.namespace),
        nobody.writer.patch(CONFIG, "conf", bench.namespace, patch_type="merge", body={"data": {}}, dry_run=False),
    ):
        with pytest.raises(Forbidden):
            await call


async def test_logs_are_read_and_followed(bench: Bench) -> None:
    """The container writes a line a second (`SLEEP` on a real node writes none, hence the command)."""
    talk = ["sh", "-c", "while true; do echo tick; sleep 1; done"]
    container = {"name": "app", "image": "busybox:1.36", "command": talk}
    await bench.pod("talker", containers=[container])

    async def said() -> str | None:
        return await bench.reader.logs(bench.namespace, "talker", tail=5) or None

    assert await eventually(said)
    async with aclosing(bench.reader.follow(bench.namespace, "talker", seconds=20)) as lines:
        assert await anext(lines)
    with pytest.raises(Invalid):
        await bench.reader.logs(bench.namespace, "talker", container="other")
    with pytest.raises(NotFound):
        await bench.reader.logs(bench.namespace, "nobody")


async def test_a_command_runs_and_its_exit_code_is_known(bench: Bench) -> None:
    await bench.pod("shell")

    async def end() -> tuple[str, int | None]:
        ending = await bench.writer.exec(bench.namespace, "shell", "app", ("echo", "a b"), seconds=10)
        return ending.output, ending.exit_code

    assert await end() == ("a b\n", 0)
    ending = await bench.writer.exec(bench.namespace, "shell", "app", ("false",), seconds=10)
    assert ending.exit_code == 1
    ending = await bench.writer.exec(bench.namespace, "shell", "app", ("sleep", "30"), seconds=1)
    assert (ending.exit_code, ending.refused) == (None, False)
    with pytest.raises(NotFound):
        await bench.writer.exec(bench.namespace, "nobody", "app", ("true",), seconds=10)
