"""Names and numbers made whole against a real API."""

import pytest

from executor.cluster import Connection
from executor.errors import Forbidden
from executor.operations import ContainerImage, Delete, Exec, Logs, Restart, Scale, SetImage, Target
from executor.resolve import Ambiguous, Impossible, Missing, Resolved, resolve
from tests.cluster.bench import OTHER_IMAGE, Bench


def there(bench: Bench, name: str, kind: str = "Deployment") -> Target:
    return Target(kind=kind, name=name, namespace=bench.namespace)


def said(name: str) -> Target:
    return Target(kind="", name=name)


async def test_a_workload_is_found_across_namespaces(bench: Bench) -> None:
    name = f"{bench.namespace}-web"
    await bench.workload(name=name, replicas=2)
    for words in (name, name.removesuffix("-web")):
        found = await resolve(bench.reader, Scale(target=said(words), factor=2))
        assert found == Resolved(operation=Scale(target=there(bench, name), replicas=4))
    await bench.create("StatefulSet", {**await sibling(bench, name)})
    found = await resolve(bench.reader, Restart(target=said(name)))
    assert found == Ambiguous(candidates=(there(bench, name), there(bench, name, "StatefulSet")))


async def sibling(bench: Bench, name: str) -> dict:
    spec = (await bench.get("Deployment", name))["spec"]
    body = {key: spec[key] for key in ("replicas", "selector", "template")}
    body["selector"] = {"matchLabels": {"app": "other"}}
    body["template"]["metadata"]["labels"] = {"app": "other"}
    return {"metadata": {"name": name}, "spec": {**body, "serviceName": name}}


async def test_what_is_missing_is_said_with_what_is_near(bench: Bench) -> None:
    await bench.workload(name="payment", replicas=1)
    found = await resolve(bench.reader, Delete(target=there(bench, "paymnet")))
    assert found == Missing(target=there(bench, "paymnet"), similar=(there(bench, "payment"),))


async def test_a_pod_is_chosen_for_a_command_and_for_logs(bench: Bench) -> None:
    await bench.workload(name="web", replicas=2)
    names = sorted(pod["metadata"]["name"] for pod in await bench.pods())
    found = await resolve(bench.reader, Exec(target=there(bench, "web"), argv=("true",)))
    assert found == Resolved(operation=Exec(target=there(bench, names[0], "Pod"), container="app", argv=("true",)))
    found = await resolve(bench.reader, Logs(target=there(bench, "web")))
    assert isinstance(found, Resolved)
    assert isinstance(found.operation, Logs)
    assert found.operation.target.name in names
    image = (ContainerImage(container=None, image=OTHER_IMAGE),)
    found = await resolve(bench.reader, SetImage(target=there(bench, "web"), images=image))
    assert isinstance(found, Resolved)
    assert isinstance(found.operation, SetImage)
    assert found.operation.images[0].container == "app"


async def test_a_pod_restarts_only_if_something_makes_it_again(bench: Bench) -> None:
    await bench.workload(name="web", replicas=1)
    await bench.pod("lone")
    name = (await bench.pods())[0]["metadata"]["name"]
    found = await resolve(bench.reader, Restart(target=there(bench, name, "Pod")))
    assert found == Resolved(operation=Delete(target=there(bench, name, "Pod")))
    found = await resolve(bench.reader, Restart(target=there(bench, "lone", "Pod")))
    assert isinstance(found, Impossible)


async def test_who_may_read_nothing_is_told_so(bench: Bench, nobody: Connection) -> None:
    await bench.workload(name="web", replicas=1)
    for target in (there(bench, "web"), said("web"), Target(kind="", name="web", namespace=bench.namespace)):
        with pytest.raises(Forbidden):
            await resolve(nobody.reader, Restart(target=target))
