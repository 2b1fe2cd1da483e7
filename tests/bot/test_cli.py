"""The command line as a person meets it: what is wrong, and the exit code."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.cli import main

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


async def test_the_daemon_without_a_cluster_says_so() -> None:
    code, _, complained = await steward("run")
    assert code == 1
    assert "kubeconfig" in complained
    assert "Traceback" not in complained


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
