"""`steward demo`: the real daemon and its real adapters against stand-ins of DingTalk and Kubernetes, in one terminal."""

import asyncio
import sys
import tempfile
import threading
import time
from contextlib import AsyncExitStack
from importlib import resources
from pathlib import Path
from typing import Any

from bot.app import run
from bot.log import configure_log
from bot.settings import Settings
from sandbox.chat import Chat, Member
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn

GROUP = "cidK8sOps0001=="
MEMBERS = (Member("user123", "李雷", "值班工程师"), Member("manager4220", "王伟", "管理员"))
ADMINS = frozenset({("dingtalk", "manager4220")})
DEMO_SPEED = 0.25
"""Pods take their time, so that progress can be watched."""
PATIENCE = 20.0
"""Seconds that a step of a script may take unless it says otherwise."""


class ScriptFailed(Exception):
    """A step did not come true; the message names it."""


def main(script: Path | None) -> int:
    """Play a script, or the tour when there is no terminal, or chat. 0 when it went well, 1 when a step did not come true."""
    text = script.read_text("utf-8") if script else None
    if text is None and not sys.stdin.isatty():
        text = resources.files("sandbox").joinpath("tour.txt").read_text("utf-8")
    try:
        return asyncio.run(_demo(text))
    except KeyboardInterrupt:
        return 0


async def _demo(script: str | None) -> int:
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
        )
        stop = asyncio.Event()
        chat = Chat(gateway, GROUP, MEMBERS)
        async with asyncio.TaskGroup() as group:
            daemon = group.create_task(run(settings, stop))
            watching = group.create_task(chat.show())
            try:
                await gateway.connected()
                print("准备演示环境……", flush=True)
                await cluster.until(lambda: _settled(cluster), 60)
                return await _converse(chat, script)
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


async def _converse(chat: Chat, script: str | None) -> int:
    if script is None:
        await chat.talk(_typed_lines())
        return 0
    try:
        await play(chat, script)
    except (ScriptFailed, LookupError) as error:
        print(f"\n❌ {error}", file=sys.stderr)
        return 1
    print("\n✅ 演示结束：提问 → 诊断 → 审批 → 执行 → 验证 → 审计，每一步都在卡片和审计记录里。")
    return 0


async def play(chat: Chat, script: str) -> None:
    """Play a script step by step. Raises ScriptFailed, LookupError."""
    since = chat.now
    for number, line in enumerate(script.splitlines(), start=1):
        verb, _, rest = line.strip().partition(" ")
        if verb in ("", "#") or verb.startswith("#"):
            continue
        who, _, what = rest.strip().partition(" ")
        if verb == "note":
            print(f"\n── {rest}")
        elif verb == "say":
            since = chat.now
            await chat.say(chat.member(who), what)
        elif verb == "press":
            since = chat.now
            await chat.press(chat.member(who), what)
        elif verb == "wait":
            seconds, text = (float(who), what) if who.isdigit() and what else (PATIENCE, rest.strip())
            await _wait(chat, text, seconds, since, number)
        else:
            raise ScriptFailed(f"line {number}: no such step: {verb}")


async def _wait(chat: Chat, text: str, seconds: float, since: int, number: int) -> None:
    begun = time.monotonic()
    try:
        await chat.wait(text, seconds, after=since)
    except TimeoutError:
        raise ScriptFailed(f"line {number}: nothing showed {text!r} within {time.monotonic() - begun:.0f} s") from None


def _typed_lines() -> asyncio.Queue[str | None]:
    """Standard input by lines; None at its end. A daemon thread, since a blocking read cannot be cancelled."""
    lines: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1000)
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True, name="stdin").start()
    return lines
