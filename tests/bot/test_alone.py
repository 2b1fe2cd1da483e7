"""Two daemons on one directory would settle each other's work as if a restart had interrupted it (I4)."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.alone import AlreadyRunning, alone
from tests.bot.stage import stage
from tests.daemon import Daemon

HOLD = """
import asyncio, sys
from pathlib import Path
from bot.alone import alone

async def hold():
    async with alone(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def test_a_directory_is_held_once_and_free_again_afterwards(tmp_path: Path) -> None:
    async with alone(tmp_path / "data"):
        with pytest.raises(AlreadyRunning, match="already runs"):
            async with alone(tmp_path / "data"):
                pass
    async with alone(tmp_path / "data"):
        pass


async def test_a_killed_daemon_leaves_the_directory_free(tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunning):
        async with alone(tmp_path):
            pass
    os.kill(holder.pid, signal.SIGKILL)
    await holder.wait()
    async with alone(tmp_path):
        pass


async def test_a_second_daemon_says_why_it_does_not_start_while_the_audit_book_stays_readable(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        second = Daemon(tmp_path, scene.gateway, tmp_path / "kubeconfig")
        ended = await second.command("run")
        assert (ended.returncode, "already runs" in ended.out) == (1, True), ended.out
        assert "Traceback" not in ended.out
        book = await second.command("audit", "verify")
        assert book.returncode == 0, book.out
        assert "使用帮助" in await scene.answer("帮助")
