"""What is paid for kubernetes_asyncio: its login, and nothing of it is in the way of the whole package."""

import subprocess
import sys

PROBE = """
import sys
import executor.credentials
print(sum(name.startswith("kubernetes_asyncio.") for name in sys.modules))
print(any(name.startswith("kubernetes_asyncio.client.models") for name in sys.modules))

from kubernetes_asyncio import client, config
from kubernetes_asyncio.client import CoreV1Api, V1Pod
from kubernetes_asyncio.config import kube_config
from kubernetes_asyncio.stream import WsApiClient
import asyncio

async def main():
    one = kube_config.ApiClient(configuration=executor.credentials.Configuration())
    print(type(one) is client.ApiClient, client.Configuration is executor.credentials.Configuration)
    await one.close()

asyncio.run(main())
"""


def test_the_models_are_not_imported_and_the_whole_package_still_can_be() -> None:
    said = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60)
    modules, models, same = said.stdout.split("\n")[:3]
    assert int(modules) < 20
    assert (models, same) == ("False", "True True")


def test_the_whole_package_may_come_first() -> None:
    code = "import kubernetes_asyncio.client as c, executor.login as l; print(l.Configuration is c.Configuration)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout == "True\n"
