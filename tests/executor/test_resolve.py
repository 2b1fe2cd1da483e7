"""From what people say to one object."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from executor.cluster import Connection
from executor.errors import Forbidden, Unreachable
from executor.operations import (
    ContainerImage,
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Restart,
    Scale,
    SetImage,
    Target,
)
from executor.resolve import Ambiguous, Impossible, Missing, Resolved, resolve
from tests.executor.fake_api import FakeApi, connected, deployment, pod, status


def said(name: str = "web", kind: str = "", namespace: str | None = None) -> Target:
    return Target(kind=kind, name=name, namespace=namespace)


def there(name: str = "web", kind: str = "Deployment", namespace: str = "shop") -> Target:
    return Target(kind=kind, name=name, namespace=namespace)


def other_kind(kind: str, name: str = "web", namespace: str = "shop") -> dict[str, Any]:
    return {**deployment(name, namespace, uid=f"uid-{kind}"), "kind": kind}


def owned(name: str, owner: str, **more: Any) -> dict[str, Any]:
    raw = pod(name, **more)
    raw["metadata"]["ownerReferences"] = [{"uid": owner, "kind": "ReplicaSet", "name": "web-a", "controller": True}]
    return raw


def replica_set() -> dict[str, Any]:
    raw = other_kind("ReplicaSet", "web-a")
    raw["metadata"] |= {
        "uid": "rs",
        "ownerReferences": [{"uid": "uid-web", "kind": "Deployment", "name": "web", "controller": True}],
        "labels": {"app": "web"},
    }
    return raw


@pytest.fixture
def api() -> FakeApi:
    fake = FakeApi()
    fake.put(deployment())
    return fake


@pytest.fixture
async def line(api: FakeApi, tmp_path: Path) -> AsyncIterator[Connection]:
    async with connected(api, tmp_path) as connection:
        yield connection


async def whole(line: Connection, operation: Operation) -> Operation:
    found = await resolve(line.reader, operation)
    assert isinstance(found, Resolved), found
    return found.operation


async def impossible(line: Connection, operation: Operation) -> str:
    found = await resolve(line.reader, operation)
    assert isinstance(found, Impossible), found
    return found.reason.code


async def test_kind_and_namespace_are_found_by_the_name(line: Connection) -> None:
    for target in (said(), said(kind="Deployment"), said(namespace="shop"), there()):
        assert await whole(line, Restart(target=target)) == Restart(target=there())


async def test_the_same_name_twice_is_a_question(line: Connection, api: FakeApi) -> None:
    api.put(deployment(namespace="other"), other_kind("StatefulSet"))
    found = await resolve(line.reader, Restart(target=said()))
    assert found == Ambiguous(candidates=(there(namespace="other"), there(), there(kind="StatefulSet")))
    found = await resolve(line.reader, Restart(target=said(kind="StatefulSet")))
    assert found == Resolved(operation=Restart(target=there(kind="StatefulSet")))


async def test_the_namespace_of_the_conversation_wins(line: Connection, api: FakeApi) -> None:
    api.put(deployment(namespace="other"))
    found = await resolve(line.reader, Restart(target=said()), namespaces_hint="other")
    assert found == Resolved(operation=Restart(target=there(namespace="other")))


async def test_system_namespaces_are_not_taken_when_another_has_it(line: Connection, api: FakeApi) -> None:
    api.put(deployment(namespace="kube-system"), deployment("dns", "kube-system"))
    assert await whole(line, Restart(target=said())) == Restart(target=there())
    assert await whole(line, Describe(target=said("dns"))) == Describe(target=there("dns", namespace="kube-system"))


async def test_an_exact_name_comes_before_a_longer_one(line: Connection, api: FakeApi) -> None:
    api.put(deployment("web-admin"))
    assert await whole(line, Restart(target=said())) == Restart(target=there())


async def test_the_beginning_of_a_name_or_its_label_will_do(line: Connection, api: FakeApi) -> None:
    api.put(
        deployment("orders-api"),
        {**deployment("x-1"), "metadata": {**deployment("x-1")["metadata"], "labels": {"app": "cart"}}},
    )
    assert await whole(line, Restart(target=said("orders"))) == Restart(target=there("orders-api"))
    assert await whole(line, Restart(target=said("Orders"))) == Restart(target=there("orders-api"))
    assert await whole(line, Restart(target=said("cart"))) == Restart(target=there("x-1"))
    api.put(deployment("orders-db"))
    assert isinstance(await resolve(line.reader, Restart(target=said("orders"))), Ambiguous)


async def test_a_name_given_in_full_is_never_taken_for_another(line: Connection, api: FakeApi) -> None:
    api.put(deployment("orders-api"))
    found = await resolve(line.reader, Delete(target=there("orders")))
    assert found == Missing(target=there("orders"), similar=(there("orders-api"),))


async def test_what_is_missing_comes_with_what_looks_like_it(line: Connection, api: FakeApi) -> None:
    api.put(deployment("payment"), deployment("frontend"))
    assert await resolve(line.reader, Restart(target=said("paymnet"))) == Missing(
        target=said("paymnet"), similar=(there("payment"),)
    )
    api.put(deployment("cart", "other"), other_kind("StatefulSet", "db"))
    found = await resolve(line.reader, Restart(target=there("cart")))
    assert isinstance(found, Missing)
    assert found.similar[0] == there("cart", namespace="other")
    found = await resolve(line.reader, Delete(target=there("db")))
    assert isinstance(found, Missing)
    assert found.similar[0] == there("db", "StatefulSet")


@pytest.mark.parametrize("name", ["..", "a/b", "a,b=c", "订单", "x" * 300, "A B"])
async def test_a_name_that_cannot_be_is_missing_and_not_asked_for(line: Connection, api: FakeApi, name: str) -> None:
    for target in (said(name), said(name, "Deployment"), there(name)):
        assert isinstance(await resolve(line.reader, Restart(target=target)), Missing)
    assert isinstance(await resolve(line.reader, Restart(target=said(namespace=name))), Missing)
    assert not [path for _, path in api.requests if "metadata.name" in path and "web" not in path]


async def test_a_kind_that_is_not_known_is_said(line: Connection) -> None:
    assert await impossible(line, Delete(target=said(kind="Widget"))) == "resolve.kind_unknown"


async def test_namespaces_that_are_closed_to_us_are_passed_over(line: Connection, api: FakeApi) -> None:
    for name in ("shop", "closed"):
        api.objects[f"/api/v1/namespaces/{name}"] = {"kind": "Namespace", "metadata": {"name": name}}

    def closed(request: Any) -> None:
        path = request.path
        if path.startswith("/apis/apps/v1/") and ("/namespaces/" not in path or "/closed/" in path):
            api.plan = [("GET", path, status(403, "Forbidden", "no"))]

    api.before.append(closed)
    assert await whole(line, Restart(target=said())) == Restart(target=there())


async def test_a_cluster_that_cannot_be_asked_is_no_missing_object(line: Connection, api: FakeApi) -> None:
    api.before.append(lambda request: api.plan.append(("GET", "/statefulsets", "lose-before")))
    with pytest.raises(Unreachable):
        await resolve(line.reader, Restart(target=said()))


async def test_where_nothing_may_be_seen_nothing_is_said_to_be_missing(line: Connection, api: FakeApi) -> None:
    api.before.append(lambda request: api.plan.append(("GET", "/namespaces", status(403, "Forbidden", "no"))))
    api.before.append(lambda request: api.plan.append(("GET", "/apps/v1/", status(403, "Forbidden", "no"))))
    for target in (said(), said(kind="Deployment"), there()):
        with pytest.raises(Forbidden):
            await resolve(line.reader, Restart(target=target))


async def test_suggestions_come_from_where_we_may_look(line: Connection, api: FakeApi) -> None:
    def closed(request: Any) -> None:
        if "/namespaces/shop/" not in request.path and request.path.startswith(
            ("/apis/apps/v1/", "/api/v1/namespaces")
        ):
            api.plan = [("GET", request.path, status(403, "Forbidden", "no"))]

    api.before.append(closed)
    assert await resolve(line.reader, Restart(target=there("wbe"))) == Missing(target=there("wbe"), similar=(there(),))


# amounts


@pytest.mark.parametrize(
    ("amount", "replicas"),
    [
        ({"replicas": 7}, 7),
        ({"replicas": 0}, 0),
        ({"factor": 2}, 20),
        ({"factor": 0.5}, 5),
        ({"factor": 1.1}, 11),
        ({"factor": 0.33}, 4),
        ({"delta": 2}, 12),
        ({"delta": -3}, 7),
        ({"delta": -30}, 0),
    ],
)
async def test_amounts_become_absolute(line: Connection, api: FakeApi, amount: dict[str, Any], replicas: int) -> None:
    api.put(deployment(replicas=10))
    assert await whole(line, Scale(target=said(), **amount)) == Scale(target=there(), replicas=replicas)


async def test_what_has_no_replicas_cannot_be_scaled(line: Connection, api: FakeApi) -> None:
    api.put(other_kind("DaemonSet", "agent"), pod("lone"), deployment(replicas=5000))
    assert await impossible(line, Scale(target=said("agent"), replicas=2)) == "resolve.scale_daemonset"
    assert await impossible(line, Scale(target=said("lone"), replicas=2)) == "resolve.not_scalable"
    assert await impossible(line, Scale(target=said(), factor=100)) == "resolve.too_many"


# containers


def with_containers(**images: str) -> dict[str, Any]:
    raw = deployment()
    spec = raw["spec"]["template"]["spec"]
    spec["containers"] = [{"name": name, "image": image} for name, image in images.items()]
    return raw


def set_image(container: str | None, image: str) -> SetImage:
    return SetImage(target=said(), images=(ContainerImage(container=container, image=image),))


async def test_the_only_container_is_meant(line: Connection) -> None:
    operation = await whole(line, set_image(None, "shop/web"))
    assert operation == SetImage(target=there(), images=(ContainerImage(container="app", image="shop/web"),))


@pytest.mark.parametrize("image", ["reg:5000/shop/web:2", "reg:5000/shop/web", "reg:5000/shop/web@sha256:" + "0" * 64])
async def test_among_several_the_one_of_the_same_image_is_meant(line: Connection, api: FakeApi, image: str) -> None:
    api.put(with_containers(app="reg:5000/shop/web:1", proxy="envoy:1"))
    operation = await whole(line, set_image(None, image))
    assert isinstance(operation, SetImage)
    assert operation.images == (ContainerImage(container="app", image=image),)


async def test_several_containers_are_a_question_and_a_star_is_all(line: Connection, api: FakeApi) -> None:
    api.put(with_containers(app="web:1", proxy="envoy:1"))
    assert await impossible(line, set_image(None, "other:1")) == "resolve.which_container"
    assert await impossible(line, set_image("db", "other:1")) == "resolve.no_container"
    operation = await whole(line, set_image("*", "other:1"))
    assert isinstance(operation, SetImage)
    assert [each.container for each in operation.images] == ["app", "proxy"]


async def test_what_has_no_containers_gets_no_image(line: Connection, api: FakeApi) -> None:
    api.objects["/api/v1/namespaces/shop/services/web"] = {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {},
    }
    operation = SetImage(target=there(kind="Service"), images=(ContainerImage(container=None, image="a"),))
    assert await impossible(line, operation) == "resolve.no_containers"


# pods


async def test_a_command_runs_in_a_ready_pod_of_the_workload(line: Connection, api: FakeApi) -> None:
    api.put(
        replica_set(),
        owned("web-a-1", "rs", uid="1", ready=False),
        owned("web-a-2", "rs", uid="2"),
        pod("web-z", uid="3"),
    )
    operation = await whole(line, Exec(target=said(), argv=("id",)))
    assert operation == Exec(target=there("web-a-2", "Pod"), container="app", argv=("id",))


async def test_without_a_ready_pod_no_command_runs(line: Connection, api: FakeApi) -> None:
    api.put(replica_set(), owned("web-a-1", "rs", uid="1", ready=False))
    assert await impossible(line, Exec(target=said(), argv=("id",))) == "resolve.no_ready_pod"


async def test_the_container_of_a_command_is_the_annotated_or_the_first(line: Connection, api: FakeApi) -> None:
    raw = pod("lone")
    raw["spec"]["containers"].append({"name": "side", "image": "x"})
    api.put(raw)
    operation = await whole(line, Exec(target=said("lone"), argv=("id",)))
    assert isinstance(operation, Exec)
    assert operation.container == "app"
    raw["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "side"}
    api.put(raw)
    operation = await whole(line, Exec(target=said("lone"), argv=("id",)))
    assert isinstance(operation, Exec)
    assert operation.container == "side"
    assert await impossible(line, Exec(target=said("lone"), container="db", argv=("id",))) == "resolve.no_container"


async def test_the_logs_of_a_workload_are_those_of_its_worst_pod(line: Connection, api: FakeApi) -> None:
    bad = owned("web-a-2", "rs", uid="2", ready=False)
    bad["spec"]["containers"].append({"name": "side", "image": "x"})
    bad["status"]["containerStatuses"].append(
        {"name": "side", "restartCount": 9, "ready": False, "state": {"waiting": {}}}
    )
    api.put(replica_set(), owned("web-a-1", "rs", uid="1"), bad)
    assert await whole(line, Logs(target=said())) == Logs(target=there("web-a-2", "Pod"), container="side")
    api.put(deployment("empty", uid="uid-empty"))
    assert await impossible(line, Logs(target=said("empty"))) == "resolve.no_pods"


async def test_restarting_a_pod_is_deleting_it_if_it_comes_back(line: Connection, api: FakeApi) -> None:
    api.put(owned("web-a-1", "rs", uid="1"), pod("lone"))
    assert await whole(line, Restart(target=said("web-a-1"))) == Delete(target=there("web-a-1", "Pod"))
    assert await impossible(line, Restart(target=said("lone"))) == "resolve.pod_without_owner"
    static = pod("static", "kube-system")
    static["metadata"]["ownerReferences"] = [{"uid": "n", "kind": "Node", "name": "node-1", "controller": True}]
    api.put(static)
    assert await impossible(line, Restart(target=said("static"))) == "resolve.static_pod"


async def test_what_cannot_be_restarted_says_why(line: Connection, api: FakeApi) -> None:
    api.put(replica_set())
    assert await impossible(line, Restart(target=said("web-a", "ReplicaSet"))) == "resolve.restart_owner"
    api.objects["/api/v1/namespaces/shop/configmaps/web"] = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "web", "namespace": "shop"},
    }
    assert await impossible(line, Restart(target=said(kind="ConfigMap"))) == "resolve.not_restartable"


# lists and the rest


async def test_a_list_gets_a_namespace(line: Connection, api: FakeApi) -> None:
    assert await whole(line, Get(kind="Pod")) == Get(kind="Pod", namespace="default")
    found = await resolve(line.reader, Get(kind="Pod"), namespaces_hint="shop")
    assert found == Resolved(operation=Get(kind="Pod", namespace="shop"))
    for same in (
        Get(kind="Node"),
        Get(kind="Pod", all_namespaces=True),
        Get(kind="Pod", namespace="a"),
        Events(namespace="a"),
    ):
        assert await whole(line, same) == same
    assert await whole(line, Events()) == Events(namespace="default")
    assert api.requests == []


async def test_one_object_is_found_for_reads_too(line: Connection) -> None:
    found = await whole(line, Get(kind="Deployment", name="web"))
    assert found == Get(kind="Deployment", name="web", namespace="shop")
    assert await whole(line, Events(target=said())) == Events(target=there(), namespace="shop")


async def test_what_steward_does_not_perform_is_left_as_it_is(line: Connection, api: FakeApi) -> None:
    other = Other(command="drain", argv=("drain", "n1"), target=said("n1"))
    assert await whole(line, other) == other
    assert api.requests == []
