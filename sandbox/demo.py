"""`steward demo`: the real daemon and its real adapters against stand-ins of the world outside, in one terminal."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from bot.alerts.rhythm import Rhythm
from bot.app import run
from bot.log import configure_log
from bot.settings import Settings
from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.chat import Chat, to_terminal
from sandbox.claude import ClaudeStandIn
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.console import Console
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from sandbox.rooms import DingTalkRoom, FeishuRoom, Member, Room
from sandbox.tour import ScriptFailed, ScriptWrong, Step, fire, play, steps_of

PLATFORMS = ("dingtalk", "feishu")
GROUPS = {"dingtalk": "cidK8sOps0001==", "feishu": "oc_k8s_ops_0001"}
MEMBERS = (
    Member("李雷", "值班工程师", {"dingtalk": "user123", "feishu": "ou_lilei00000001"}),
    Member("王伟", "管理员", {"dingtalk": "manager4220", "feishu": "ou_wangwei0000001"}),
)
ADMIN = MEMBERS[1]
DEMO_SPEED = 0.25
"""Pods take their time, so that progress can be watched."""
HURRIED = Rhythm(every=0.5, grace=timedelta(seconds=1))
"""Half a minute and 90 seconds in earnest."""
SAMPLE = ("KubePodCrashLooping", "severity=warning,namespace=shop,deployment=cart cart 的容器反复崩溃")


def main(script: Path | None, platforms: Sequence[str] = PLATFORMS) -> int:
    """On these platforms: play a script, or the tour when there is no terminal, or chat. 0 when it went well, 1 when a step did
    not come true, 2 when the script cannot be read."""
    try:
        steps = _steps(script)
    except (OSError, UnicodeDecodeError, ScriptWrong) as error:
        print(f"steward: {script}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_demo(steps, platforms))
    except KeyboardInterrupt:
        return 0


def _steps(script: Path | None) -> tuple[Step, ...] | None:
    """None: there is somebody to chat with. Raises OSError, UnicodeDecodeError, ScriptWrong."""
    if script is None and sys.stdin.isatty():
        return None
    return steps_of((script or resources.files("sandbox").joinpath("tour.txt")).read_text("utf-8"))


async def _demo(steps: tuple[Step, ...] | None, platforms: Sequence[str]) -> int:
    to_terminal("准备演示环境……")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-demo-")))
        configure_log(stack.enter_context((folder / "steward.log").open("w", encoding="utf-8")))
        cluster = await stack.enter_async_context(ClusterStandIn(seed=demo_shop, speed=DEMO_SPEED))
        cluster.write_kubeconfig(folder / "kubeconfig")
        claude = await stack.enter_async_context(ClaudeStandIn())
        alertmanager = await stack.enter_async_context(AlertmanagerStandIn())
        opened = [await OPEN[platform](stack) for platform in platforms]
        settings = await asyncio.to_thread(
            Settings,
            kubeconfig=str(folder / "kubeconfig"),
            steward_data_dir=folder,
            steward_listen="",
            anthropic_api_key=claude.api_key,
            anthropic_base_url=claude.url,
            steward_alertmanager_url=alertmanager.url,
            steward_admins=frozenset((platform, ADMIN.ids[platform]) for platform in platforms),
            steward_ops_conversations=frozenset((platform, GROUPS[platform]) for platform in platforms),
            **{name: value for _, fields in opened for name, value in fields.items()},
        )
        stop = asyncio.Event()
        console = Console() if steps is None else None
        chat = Chat(
            [room for room, _ in opened],
            MEMBERS,
            console.write if console else to_terminal,
            levers={"/alert": lambda: _turn(alertmanager)},
        )
        async with asyncio.TaskGroup() as group:
            daemon = group.create_task(run(settings, stop, rhythm=HURRIED))
            watching = group.create_task(chat.show())
            try:
                for room, _ in opened:
                    await room.connected()
                await cluster.until(lambda: _settled(cluster), 60)
                return await _converse(chat, steps, console, alertmanager)
            finally:
                stop.set()
                await asyncio.wait([daemon])
                watching.cancel()


async def _open_dingtalk(stack: AsyncExitStack) -> tuple[Room, dict[str, Any]]:
    """The platform's stand-in with its group, and the settings that lead to it."""
    gateway = await stack.enter_async_context(DingTalkStandIn())
    for member in MEMBERS:
        gateway.add_user(member.ids["dingtalk"], member.name, title=member.title)
    gateway.add_group(GROUPS["dingtalk"], "k8s-ops", [member.ids["dingtalk"] for member in MEMBERS])
    return DingTalkRoom(gateway, GROUPS["dingtalk"]), {
        "dingtalk_enabled": True,
        "dingtalk_client_id": gateway.client_id,
        "dingtalk_client_secret": gateway.client_secret,
        "dingtalk_openapi_endpoint": gateway.url,
        "dingtalk_oapi_endpoint": gateway.url,
    }


async def _open_feishu(stack: AsyncExitStack) -> tuple[Room, dict[str, Any]]:
    gateway = await stack.enter_async_context(FeishuStandIn())
    for member in MEMBERS:
        gateway.add_user(member.ids["feishu"], member.name)
    gateway.add_group(GROUPS["feishu"], "k8s-ops", [member.ids["feishu"] for member in MEMBERS])
    return FeishuRoom(gateway, GROUPS["feishu"]), {
        "feishu_enabled": True,
        "feishu_app_id": gateway.app_id,
        "feishu_app_secret": gateway.app_secret,
        "feishu_domain": gateway.url,
    }


OPEN = {"dingtalk": _open_dingtalk, "feishu": _open_feishu}


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


def _turn(alertmanager: AlertmanagerStandIn) -> str:
    """The one alert of the demo: it fires, or ends if it does."""
    if alertmanager.alerts:
        alertmanager.resolve(SAMPLE[0])
        return f"🔔 Alertmanager：{SAMPLE[0]} 不再告警"
    fire(alertmanager, *SAMPLE)
    return f"🔔 Alertmanager：{SAMPLE[0]} 正在告警"


async def _converse(
    chat: Chat, steps: tuple[Step, ...] | None, console: Console | None, alertmanager: AlertmanagerStandIn
) -> int:
    if console is not None:
        with console.open():
            await chat.talk(console)
        return 0
    try:
        await play(chat, steps or (), to_terminal, alertmanager)
    except ScriptFailed as error:
        print(f"\n❌ {error}", file=sys.stderr)
        return 1
    to_terminal("\n✅ 演示结束：提问 → 诊断 → 审批 → 执行 → 验证 → 审计，每一步都在卡片和审计记录里。")
    return 0
