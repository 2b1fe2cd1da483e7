import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.sandbox.cluster.client import Api


async def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox.cluster",
        "--kubeconfig",
        str(config),
        "--crowd",
        "5",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            server = (await process.stdout.readline()).decode().strip()
        parsed = json.loads(await asyncio.to_thread(config.read_text))
        assert parsed["clusters"][0]["cluster"]["server"] == server
        async with Api(server, parsed["users"][0]["user"]["token"]) as api:
            shop = await api.get("/apis/apps/v1/namespaces/shop/deployments/nginx")
            assert shop.body["spec"]["replicas"] == 3
            crowd = await api.get("/apis/apps/v1/namespaces/default/deployments/crowd")
            assert crowd.body["status"]["readyReplicas"] == 5
        nobody = json.loads(await asyncio.to_thread((tmp_path / "kubeconfig.nobody").read_text))
        async with Api(server, nobody["users"][0]["user"]["token"]) as api:
            assert (await api.get("/api/v1/pods")).status == 403
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
