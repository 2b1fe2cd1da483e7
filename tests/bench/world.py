"""What the daemon meets in a measurement: the gateway, the official client and the cluster, each in a process of its own."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.dingtalk.remote import RemoteGateway as DingTalkGateway
from sandbox.feishu.remote import RemoteGateway as FeishuGateway
from tests.bench.figure import Skipped
from tests.daemon import ADMIN, FEISHU_ADMIN, FEISHU_MEMBER, MEMBER, Daemon

Gateway = DingTalkGateway | FeishuGateway

KUBE = Path(os.environ.get("HOLLOW_KUBE") or Path(__file__).parents[3] / "shared" / "kube" / "kube")
"""Starts a real Kubernetes API with hollow nodes; its nodes read a pod's fate off the image's name."""
OFFICIAL = {"dingtalk": "official_sdk.py", "feishu": "official_feishu_sdk.py"}
PEOPLE = {"dingtalk": (ADMIN, MEMBER), "feishu": (FEISHU_ADMIN, FEISHU_MEMBER)}
"""The administrator and the member of every group."""


def platform_of(gateway: Gateway) -> str:
    return "dingtalk" if isinstance(gateway, DingTalkGateway) else "feishu"


@asynccontextmanager
async def gateway_with(groups: int = 1, platform: str = "dingtalk") -> AsyncIterator[tuple[Gateway, list[str]]]:
    """A gateway without budgets, with an administrator and a member in `groups` groups."""
    kind = DingTalkGateway if platform == "dingtalk" else FeishuGateway
    async with kind.process("--unlimited") as gateway:
        admin, member = PEOPLE[platform]
        await gateway.add_user(admin, "王伟")
        await gateway.add_user(member, "李雷")
        form = "cidBench{:03}==" if platform == "dingtalk" else "oc_bench{:03}"
        names = [form.format(number) for number in range(groups)]
        for name in names:
            await gateway.add_group(name, "k8s-ops", [admin, member])
        yield gateway, names


async def no_line(gateway: Gateway) -> None:
    """Until the gateway has noticed that nobody is connected."""
    async with asyncio.timeout(20):
        while await gateway.call("lines"):
            await asyncio.sleep(0.02)


@asynccontextmanager
async def official_client(gateway: Gateway) -> AsyncIterator[None]:
    """The official SDK's client with empty handlers, connected; its line is closed with the block."""
    if isinstance(gateway, DingTalkGateway):
        credentials = gateway.client_id, gateway.client_secret
    else:
        credentials = gateway.app_id, gateway.app_secret
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name(OFFICIAL[platform_of(gateway)])),
        gateway.url,
        *credentials,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await gateway.connected(seconds=90)
        yield
    finally:
        process.kill()
        await process.wait()
        await no_line(gateway)


@asynccontextmanager
async def started(
    folder: Path, gateways: Sequence[Gateway], kubeconfig: Path, **settings: str
) -> AsyncIterator[Daemon]:
    """The daemon, connected to each; stopped politely with the block, and by force if it does not go."""
    data = folder / "data"
    await asyncio.to_thread(data.mkdir, exist_ok=True, parents=True)
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}  # a start that compiles its own modules each time is nobody's
    by_name = {platform_of(gateway): gateway for gateway in gateways}
    daemon = Daemon(data, by_name.get("dingtalk"), kubeconfig, compiled | settings, feishu=by_name.get("feishu"))
    try:
        await daemon.start()
        yield daemon
        await daemon.stop()
        for gateway in gateways:
            await no_line(gateway)
    finally:
        if daemon.process is not None and daemon.process.returncode is None:
            daemon.process.kill()
            await daemon.process.wait()


async def killed(daemon: Daemon, gateway: Gateway) -> None:
    """End it without its goodbyes."""
    assert daemon.process is not None
    daemon.process.kill()
    await daemon.process.wait()
    await no_line(gateway)


@asynccontextmanager
async def real_cluster(folder: Path) -> AsyncIterator[Path]:
    """A real API server with real controllers and hollow nodes; the kubeconfig. Raises Skipped where there is none."""
    if not await asyncio.to_thread(KUBE.is_file):
        raise Skipped(
            f"needs a real Kubernetes API with hollow nodes: HOLLOW_KUBE, else {KUBE.parent.name}/{KUBE.name}"
        )
    home = folder / "kube"
    try:
        yield Path((await _kube("up", home)).split()[-1])
    finally:
        await _kube("down", home)


async def _kube(verb: str, home: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(KUBE), verb, "--dir", str(home), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(120):
        said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"kube {verb} ended with {process.returncode}")
    return said.decode()


@asynccontextmanager
async def nowhere(folder: Path) -> AsyncIterator[Path]:
    """A kubeconfig whose server refuses every connection at once: a port that is held and not listened on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        server = f"https://127.0.0.1:{held.getsockname()[1]}"
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "nowhere",
            "clusters": [{"name": "nowhere", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "nobody", "user": {"token": "none"}}],
            "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
        }
        path = folder / "nowhere.json"
        await asyncio.to_thread(path.write_text, json.dumps(content))
        yield path


@asynccontextmanager
async def stand_in(folder: Path, *, pods: int = 0) -> AsyncIterator[Path]:
    """The cluster's stand-in in a process of its own, empty but for a Deployment `crowd` with so many pods in the namespace
    `default`; the kubeconfig."""
    path = folder / "standin.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox.cluster",
        "--seed",
        "empty",
        "--crowd",
        str(pods),
        "--kubeconfig",
        str(path),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None, "asked for a pipe"
        async with asyncio.timeout(90):
            await process.stdout.readline()
        yield path
    finally:
        process.terminate()
        await process.wait()
