"""`steward demo` as a newcomer runs it: a process of its own, without a terminal and on one."""

import asyncio
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "bot", "demo")
LONGEST = 110.0
"""Seconds; the tour is promised in under two minutes."""
pytestmark = pytest.mark.timeout(LONGEST + 20)


async def demo(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(LONGEST):
            said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, said.decode(), complained.decode()


def written(folder: Path, script: str) -> str:
    path = folder / "script.txt"
    path.write_text(script, "utf-8")
    return str(path)


def in_order(said: str, *steps: str) -> None:
    at = 0
    for step in steps:
        found = said.find(step, at)
        assert found >= 0, f"{step!r} does not follow {said[max(0, at - 60) : at]!r}"
        at = found + len(step)


async def test_the_tour_shows_the_whole_loop_on_both_platforms_in_order() -> None:
    code, said, complained = await demo()
    assert (code, complained) == (0, "")
    in_order(
        said,
        "李雷在钉钉：@Steward 看下 shop 的 pod",
        "Steward 在钉钉发来一张卡片",
        "CrashLoopBackOff",
        "李雷在飞书：@Steward 为什么 cart 起不来",
        "容器 cart 反复崩溃，退出码 1",
        "connection refused",
        "李雷在钉钉：@Steward 帮我重启下 nginx",
        "待审批",
        "👆 李雷 在钉钉按下「批准」",
        "李雷 不是管理员，不能审批",
        "👆 王伟 在飞书按下「✅ 批准」",
        "飞书提示：已批准，开始执行",
        "成功 · 滚动重启 deployment/nginx（shop）",
        "把 web 的镜像换成 registry.local/web:missing",
        "👆 王伟 在飞书按下「✅ 批准」",
        "失败 · 更换 deployment/web（shop）的镜像",
        "镜像拉取失败：registry.local/web:missing",
        "👆 李雷 在飞书按下「↩️ 撤销」",
        "成功 · 更换 deployment/web（shop）的镜像",
        "Alertmanager：KubePodCrashLooping 正在告警 severity=warning",
        "告警：KubePodCrashLooping · deployment/cart (shop)",
        "可能原因",
        "Alertmanager：KubePodCrashLooping 正在告警 severity=critical",
        "cart 已经完全不可用",
        "Alertmanager：KubePodCrashLooping 不再告警",
        "不再告警，仍有异常",
        "王伟在钉钉：@Steward 审计 今天",
        "REFUSED   李雷 (user123)",
        "哈希链完整",
        "✅ 演示结束",
    )
    assert "✅ 成功 · 滚动重启 deployment/nginx（shop）" in said, "DingTalk's card of it came to its end as well"


@pytest.mark.parametrize("platform", ["dingtalk", "feishu"])
async def test_the_tour_can_be_played_on_one_platform(platform: str) -> None:
    code, said, complained = await demo("--platform", platform)
    assert (code, complained) == (0, "")
    approve = {"dingtalk": "批准", "feishu": "✅ 批准"}[platform]  # a coloured button of DingTalk's bears no sign
    undo = {"dingtalk": "撤销", "feishu": "↩️ 撤销"}[platform]
    refused = {"dingtalk": "李雷 不是管理员，不能审批", "feishu": "飞书提示：李雷 不是管理员，不能审批"}[platform]
    in_order(
        said,
        "💬 李雷：@Steward 看下 shop 的 pod",
        "CrashLoopBackOff",
        "容器 cart 反复崩溃，退出码 1",
        "帮我重启下 nginx",
        f"👆 李雷 按下「{approve}」",
        refused,
        f"👆 王伟 按下「{approve}」",
        "成功 · 滚动重启 deployment/nginx（shop）",
        "失败 · 更换 deployment/web（shop）的镜像",
        f"👆 李雷 按下「{undo}」",
        "成功 · 更换 deployment/web（shop）的镜像",
        "告警：KubePodCrashLooping",
        "cart 已经完全不可用",
        "不再告警，仍有异常",
        "哈希链完整",
        "✅ 演示结束",
    )
    assert "在钉钉" not in said, "where there is no choice it is not said"
    assert "在飞书" not in said


async def test_a_platform_that_there_is_not_is_wrong_usage() -> None:
    code, said, complained = await demo("--platform", "slack")
    assert (code, said) == (2, "")
    assert "slack" in complained


async def test_a_step_that_never_comes_true_is_named(tmp_path: Path) -> None:
    code, said, complained = await demo("--script", written(tmp_path, "# opening\nsay 李雷 你好\nwait 1 天上掉馅饼\n"))
    assert code == 1
    assert "💬 李雷在钉钉：@Steward 你好" in said
    assert "第 3 行：1 秒内没有出现“天上掉馅饼”" in complained
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("note 开始\ndance 李雷\n", "第 2 行看不懂：dance 李雷"),
        ("say 李雷\n", "第 1 行看不懂：say 李雷"),
        ("wait\n", "第 1 行看不懂：wait"),
    ],
)
async def test_a_script_that_cannot_be_read_is_refused_before_anything_starts(
    tmp_path: Path, script: str, complaint: str
) -> None:
    code, said, complained = await demo("--script", written(tmp_path, script))
    assert (code, said) == (2, "")
    assert complaint in complained


async def test_a_missing_script_is_named(tmp_path: Path) -> None:
    code, said, complained = await demo("--script", str(tmp_path / "nowhere.txt"))
    assert (code, said) == (2, "")
    assert "nowhere.txt: No such file" in complained


class Typist:
    """Somebody at the terminal on which the demo runs."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.screen = b""
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def _read(self) -> None:
        try:
            self.screen += os.read(self.master, 65536)
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(self.master)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    async def sees(self, text: str, *, times: int = 1) -> None:
        async with asyncio.timeout(60):
            while self.screen.decode(errors="ignore").count(text) < times:
                await asyncio.sleep(0.02)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self.slave)


async def test_a_chat_on_a_terminal_keeps_what_is_being_typed_and_ends_well() -> None:
    async with asyncio.TaskGroup() as group:
        for leaving in ("/quit\n", "\x04", "\x03"):
            group.create_task(chat_until(leaving))


async def chat_until(leaving: str) -> None:
    async with at_the_terminal("--platform", "dingtalk") as (typist, process):
        await typist.sees("李雷> ")
        typist.type("我是谁\n审")
        await typist.sees("目前不能审批")
        await typist.sees("李雷> 审", times=1)
        typist.type("\x15/as 王伟\n")
        await typist.sees("王伟> ")
        if leaving == "\x03":  # without a controlling terminal the key makes no signal
            process.send_signal(signal.SIGINT)
        else:
            typist.type(leaving)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        assert b"Traceback" not in typist.screen


async def test_a_refusal_with_a_reason_in_the_other_group_is_seen_in_both() -> None:
    async with at_the_terminal() as (typist, process):
        await typist.sees("李雷@钉钉> ")
        typist.type("帮我重启下 nginx\n")
        await typist.sees("Steward 在飞书发来一张卡片：待审批")
        typist.type("/to 微信\n")
        await typist.sees("没有“微信”群，只有：钉钉、飞书")
        typist.type("/as 王伟\n")
        await typist.sees("王伟@钉钉> ")
        typist.type("/to 飞书\n")
        await typist.sees("王伟@飞书> ")
        typist.type("2 今天封网\n")
        await typist.sees("王伟 在飞书按下「❌ 拒绝」")
        await typist.sees("飞书提示：已拒绝")
        await typist.sees("原因：今天封网")
        await typist.sees("Steward 在钉钉更新了卡片：⚪ 已拒绝")
        typist.type("/quit\n")
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        assert b"Traceback" not in typist.screen


@asynccontextmanager
async def at_the_terminal(*arguments: str) -> AsyncIterator[tuple[Typist, asyncio.subprocess.Process]]:
    typist = Typist()
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=typist.slave,
        stdout=typist.slave,
        stderr=typist.slave,
        start_new_session=True,
        env={**os.environ, "PYTHONUTF8": "1", "TERM": "xterm", "LC_ALL": "C.UTF-8"},
    )
    try:
        yield typist, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        typist.close()
