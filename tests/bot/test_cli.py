"""The command line as a person meets it: what is wrong, and the exit code."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from bot.accounts import StoredAccounts
from bot.audit import Entry
from bot.cli import main
from bot.clock import utc_now
from bot.setup.kept import KeptSettings
from bot.setup.owner import Owner
from bot.store import open_store
from setup_server.accounts import Role
from setup_server.setup.token import fits

LEAST_ENVIRONMENT = {"PYTHONUTF8": "1", "STEWARD_LOCALE": "en"}
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with no settings."""
    monkeypatch.chdir(tmp_path)


async def steward(*arguments: str, said: bytes = b"") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**LEAST_ENVIRONMENT, "PYTHONPATH": str(CHECKOUT)},
    )
    out, complained = await asyncio.wait_for(process.communicate(said), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), complained.decode()


async def test_with_no_settings_at_all_the_daemon_starts_and_says_in_one_line_where_to_go(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**LEAST_ENVIRONMENT, "PYTHONPATH": str(CHECKOUT), "STEWARD_LISTEN": "127.0.0.1:0"},
    )
    assert process.stderr is not None
    said: dict[str, dict[str, str]] = {}
    async with asyncio.timeout(60):
        while "steward.started" not in said:
            entry = json.loads(await process.stderr.readline())
            said[entry["event"]] = entry
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert said["setup.waiting"]["url"] == said["http.listening"]["address"] + "/setup"
    assert re.fullmatch(r"([A-Z2-7]{4}-){6}[A-Z2-7]{2}", said["setup.waiting"]["token"]), "whole, and not masked"
    assert "kubeconfig" in said["cluster.away"]["reason"]
    assert (tmp_path / "data" / "steward.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_a_lost_setup_token_is_replaced_until_there_is_an_administrator(tmp_path: Path) -> None:
    async with open_store(tmp_path / "data" / "steward.db") as store:
        code, said, _ = await steward("admin", "setup-token")
        assert code == 0
        assert fits(said.split()[-1], await Owner(store, utc_now).token_hash())
        await StoredAccounts(store, utc_now).add("chen", "", Role.ADMINISTRATOR)
        code, _, complained = await steward("admin", "setup-token")
        assert code == 1
        assert "there is an administrator already" in complained


async def test_the_doctor_says_where_the_credentials_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry(user_id="u", action_type="setup_feishu", status="SUCCESS")
    values = {"feishu_enabled": "true", "feishu_app_id": "cli_x", "feishu_app_secret": "s" * 20}
    async with open_store(tmp_path / "data" / "steward.db") as store:
        await KeptSettings(store, utc_now).put("feishu", values, entry)
    monkeypatch.setitem(LEAST_ENVIRONMENT, "FEISHU_DOMAIN", "http://127.0.0.1:9")
    _, said, _ = await steward("check")
    assert "the credentials come from /setup" in said
    (tmp_path / "steward.toml").write_text('feishu_enabled = true\nfeishu_app_id = "cli_y"\nfeishu_app_secret = "t"\n')
    _, said, _ = await steward("check")
    assert "the credentials come from steward.toml" in said
    monkeypatch.setitem(LEAST_ENVIRONMENT, "FEISHU_APP_ID", "cli_z")
    _, said, _ = await steward("check")
    assert "the credentials come from the environment" in said


async def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    wrong = 'dingtalk_enabledd = true\nfoo = 1\nsteward_admins = "wang"\nsteward_approval_minutes = -3\n'
    (tmp_path / "steward.toml").write_text(wrong)
    code, _, complained = await steward("run")
    assert code == 2
    assert "DINGTALK_ENABLEDD: no such setting" in complained
    assert "FOO: no such setting" in complained
    assert "STEWARD_ADMINS: wang: write platform:id" in complained
    assert "STEWARD_APPROVAL_MINUTES: Input should be greater than 0" in complained


async def test_the_doctor_says_what_to_fix() -> None:
    code, said, complained = await steward("check")
    assert (code, complained) == (1, "")
    for fix in ("STEWARD_ADMINS", "DINGTALK_ENABLED=true", "set KUBECONFIG"):
        assert fix in said


async def test_a_reader_that_goes_away_hears_no_traceback() -> None:
    shell = f"{sys.executable} -m bot check | head -1"
    process = await asyncio.create_subprocess_shell(
        shell,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**LEAST_ENVIRONMENT, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin"},
    )
    said, complained = await asyncio.wait_for(process.communicate(), 30)
    assert said.startswith("❌ STEWARD_ADMINS".encode())
    assert complained == b""


@pytest.mark.parametrize("limit", ["0", "-3", "many"])
def test_a_limit_is_a_number_of_rows(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["audit", "list", "--limit", limit])
    assert left.value.code == 2
    assert "a number from 1" in capsys.readouterr().err


def test_an_audit_without_a_database_says_where_it_was_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 1
    assert "no database at data/steward.db" in capsys.readouterr().err
