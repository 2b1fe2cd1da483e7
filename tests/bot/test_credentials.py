"""Credentials that change in a file are taken up without a restart; wrong settings change nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from bot.credentials import Rotation, credentials_of, watch_files
from bot.lines import Lines
from bot.settings import Settings
from bot.sources import load_settings
from tests.bot.stand import Clock, Door


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.lower().removesuffix("_file") in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text("first\n")
    monkeypatch.setenv("DINGTALK_ENABLED", "true")
    monkeypatch.setenv("DINGTALK_CLIENT_ID", "ding1")
    monkeypatch.setenv("DINGTALK_CLIENT_SECRET_FILE", "secret")


async def write(name: str, text: str) -> None:
    await asyncio.to_thread(Path(name).write_text, text)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def watched(door: Door) -> AsyncIterator[Lines]:
    lines = Lines({"dingtalk": door}, Clock())
    rotation = Rotation(lines, credentials_of(await asyncio.to_thread(load_settings)))
    watching = asyncio.create_task(watch_files(rotation, load_settings, every=0.01))
    try:
        yield lines
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def test_a_secret_that_changes_in_its_file_is_used_and_the_line_is_woken() -> None:
    door = Door()
    async with watched(door) as lines:
        await asyncio.sleep(0.05)
        assert (door.used, lines.by_platform["dingtalk"].renewed) == ([], False)
        await write("secret", "second\n")
        await until(lambda: door.used == [("ding1", "second")])
        assert lines.by_platform["dingtalk"].renewed
        await asyncio.sleep(0.05)
        assert len(door.used) == 1


async def test_steward_toml_that_appears_is_read_and_the_environment_still_wins() -> None:
    door = Door()
    async with watched(door):
        await write("steward.toml", 'dingtalk_client_id = "ding2"\n')
        await asyncio.sleep(0.05)
        assert door.used == []
        os.environ.pop("DINGTALK_CLIENT_ID")
        await write("steward.toml", 'dingtalk_client_id = "ding3"\n')
        await until(lambda: door.used == [("ding3", "first")])


async def test_wrong_settings_are_told_in_one_event_without_a_secret_and_change_nothing() -> None:
    door = Door()
    with structlog.testing.capture_logs() as logged:
        async with watched(door):
            await write("steward.toml", 'steward_locale = "fr"\nfeishu_app_secret = "hunter2hunter2"\nwhat = 1\n')
            await until(lambda: bool(logged))
            await write("secret", "x" * 2_000_000)
            await until(lambda: len(logged) == 2)
            assert door.used == []
            await write("steward.toml", "")
            await write("secret", "second")
            await until(lambda: door.used == [("ding1", "second")])
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"][:1] == ["settings.wrong"]
    assert len(logged[0]["problems"]) == 2
    assert any("is too large" in problem for problem in logged[1]["problems"])
    assert "hunter2" not in str(logged)


async def test_what_another_source_offers_is_taken_the_same_way() -> None:
    door = Door()
    lines = Lines({"dingtalk": door}, Clock())
    rotation = Rotation(lines, {"dingtalk": ("ding1", "first")})
    assert not rotation.offer("dingtalk", "ding1", "first")
    assert not rotation.offer("dingtalk", "ding1", "")
    assert not rotation.offer("feishu", "cli_1", "x")
    assert rotation.offer("dingtalk", "ding1", "second")
    assert door.used == [("ding1", "second")]
