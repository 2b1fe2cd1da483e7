from collections.abc import AsyncIterator

import pytest

from sandbox.cluster import ClusterStandIn
from tests.sandbox.cluster.client import Api


@pytest.fixture
async def cluster() -> AsyncIterator[ClusterStandIn]:
    async with ClusterStandIn(speed=20) as cluster:
        yield cluster


@pytest.fixture
async def api(cluster: ClusterStandIn) -> AsyncIterator[Api]:
    async with Api(cluster.server, "admin-token") as api:
        yield api
