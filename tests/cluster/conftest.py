"""A real Kubernetes API for every test here: the one that KUBECONFIG names, whatever it is."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.cluster import Connection, connect
from executor.kinds import kind_named
from tests.cluster.bench import Bench

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    path = os.environ.get("KUBECONFIG")
    if not path:
        pytest.skip("KUBECONFIG names no cluster")
    return path


@pytest.fixture
async def line(kubeconfig: str) -> AsyncIterator[Connection]:
    async with connect(kubeconfig, user_agent="steward-tests") as connection:
        yield connection


@pytest.fixture(scope="session")
def kubeconfig_of_nobody(kubeconfig: str) -> str:
    path = f"{kubeconfig}.nobody"
    if not Path(path).is_file():
        pytest.skip("no kubeconfig.nobody beside KUBECONFIG")
    return path


@pytest.fixture
async def nobody(kubeconfig_of_nobody: str) -> AsyncIterator[Connection]:
    """A user with no rights but discovery."""
    async with connect(kubeconfig_of_nobody) as connection:
        yield connection


@pytest.fixture
async def bench(line: Connection) -> AsyncIterator[Bench]:
    """A namespace of the test's own, deleted behind it (its end is not waited for)."""
    bench = Bench(line, f"t-{secrets.token_hex(4)}")
    await bench.open()
    try:
        yield bench
    finally:
        await bench.close()


@pytest.fixture
async def hollow(bench: Bench) -> Bench:
    """The same, on nodes that play their pods by the names of the images."""
    nodes = (await bench.reader.list(kind_named("Node"))).items
    kinds = {node["status"].get("nodeInfo", {}).get("containerRuntimeVersion", "") for node in nodes}
    if not any(kind.startswith("hollow://") for kind in kinds):
        pytest.skip("the nodes run real containers")
    return bench
