"""`steward demo`: the real daemon and its real adapters against stand-ins of DingTalk and Kubernetes, in one terminal."""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from importlib import resources
from pathlib import Path
from typing import Any

from bot.app import run
from bot.log import configure_log
from bot.settings import Settings
from sandbox.chat import Chat, Member, to_terminal
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.console import Console
from sandbox.dingtalk import DingTalkStandIn
from sandbox.tour import ScriptFailed, ScriptWrong, Step, play, steps_of

GROUP = "cidK8sOps0001=="
MEMBERS = (Member("user123", "李雷", "值班工程师"), Member("manager4220", "王伟", "管理员"))
ADMINS = frozenset({("dingtalk", "manager4220")})
DEMO_SPEED = 0.25
"""Pods take their time, so that progress can be watched."""


def main(script: Path | None) -> int:
    """Play a script, or the tour when there is no terminal, or chat. 0 when it went well, 1 when a step did not come true,
    2 when the script cannot be read."""
    try:
        steps = _steps(script)
    except (OSError, UnicodeDecodeError, ScriptWrong) as error:
        print(f"steward: {script}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_demo(steps))
    except KeyboardInterrupt:
        return 0


def _steps(script: Path | None) -> tuple[Step, ...] | None:
    """None: there is somebody to chat with. Raises OSError, UnicodeDecodeError, ScriptWrong."""
    if script is None and sys.stdin.isatty():
        return None
    return steps_of((script or resources.files("sandbox").joinpath("tour.txt")).read_text("utf-8"))


async def _demo(steps: tuple[Step, ...] | None) -> int:
    to_terminal("准备演示环境……")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-demo-")))
        configure_log(stack.enter_context((folder / "steward.log").open("w", encoding="utf-8")))
        cluster = await stack.enter_async_context(ClusterStandIn(seed=demo_shop, speed=DEMO_SPEED))
        gateway = await stack.enter_async_context(DingTalkStandIn())
        for member in MEMBERS:
            gateway.add_user(member.user_id, member.name, title=member.title)
        gateway.add_group(GROUP, "k8s-ops", [member.user_id for member in MEMBERS])
        cluster.write_kubeconfig(folder / "kubeconfig")
        settings = await asyncio.to_thread(
            Settings,
            dingtalk_enabled=True,
            dingtalk_client_id=gateway.client_id,
            dingtalk_client_secret=gateway.client_secret,
            dingtalk_openapi_endpoint=gateway.url,
            dingtalk_oapi_endpoint=gateway.url,
            kubeconfig=str(folder / "kubeconfig"),
            steward_data_dir=folder,
            steward_admins=ADMINS,
            steward_listen="",
        )
        stop = asyncio.Event()
        console = Console() if steps is None else None
        chat = Chat(gateway, GROUP, MEMBERS, console.write if console else to_terminal)
        async with asyncio.TaskGroup() as group:
            daemon = group.create_task(run(settings, stop))
            watching = group.create_task(chat.show())
            try:
                await gateway.connected()
                await cluster.until(lambda: _settled(cluster), 60)
                return await _converse(chat, steps, console)
            finally:
                stop.set()
                await asyncio.wait([daemon])
                watching.cancel()


def _settled(cluster: ClusterStandIn) -> bool:
    """The shop is open, and cart has begun to crash."""
    pods = cluster.objects("pods", "shop")
    crashing = [pod for pod in pods if pod["metadata"]["name"].startswith("cart-")]
    return all(map(_is_ready, [pod for pod in pods if pod not in crashing])) and any(map(_has_restarted, crashing))


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _has_restarted(pod: dict[str, Any]) -> bool:
    return any(each.get("restartCount", 0) for each in pod.get("status", {}).get("containerStatuses", []))


async def _converse(chat: Chat, steps: tuple[Step, ...] | None, console: Console | None) -> int:
    if console is not None:
        with console.open():
            await chat.talk(console)
        return 0
    try:
        await play(chat, steps or (), to_terminal)
    except ScriptFailed as error:
        print(f"\n❌ {error}", file=sys.stderr)
        return 1
    to_terminal("\n✅ 演示结束：提问 → 诊断 → 审批 → 执行 → 验证 → 审计，每一步都在卡片和审计记录里。")
    return 0
