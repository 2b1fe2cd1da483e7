"""`steward admin`: alone, and beside a running daemon, which heeds it without a restart."""

import io
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.cli import main
from sandbox.cluster import ClusterStandIn, demo_shop
from sandbox.dingtalk import DingTalkStandIn
from tests.daemon import ADMIN, GROUP, MEMBER, Daemon, Finished, daemon_at

PASSWORD = "correct horse battery staple"


@pytest.fixture
def steward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable:
    """The command line in a folder with no daemon: exit code and all that was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEWARD_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> Finished:
        try:
            code = main(arguments)
        except SystemExit as usage:
            code = int(usage.code or 0)
        said = capsys.readouterr()
        return Finished(code, said.out + said.err)

    return run


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    async with ClusterStandIn(seed=demo_shop) as cluster, DingTalkStandIn(qps=None) as gateway:
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        async with daemon_at(tmp_path, gateway, tmp_path / "kubeconfig", STEWARD_ADMINS="") as running:
            yield running


def password_in(folder: Path, text: str = PASSWORD) -> str:
    (folder / "password").write_text(f"{text}\n")
    return str(folder / "password")


def test_add_list_and_reset(steward: Callable, tmp_path: Path) -> None:
    file = password_in(tmp_path)
    missing = steward("admin", "list")
    assert missing.returncode == 1 and "no database" in missing.out
    added = steward("admin", "add", "Wang", "--role", "member", "--password-file", file)
    assert added.returncode == 0 and "wang can sign in, as member" in added.out
    again = steward("admin", "add", "ＷＡＮＧ", "--password-file", file)
    assert again.returncode == 1 and "already" in again.out
    reset = steward("admin", "reset-password", "wang", "--password-file", file)
    assert reset.returncode == 0
    listed = steward("admin", "list")
    assert re.search(r"wang\tmember\tno identity\tnever", listed.out)
    assert "Nobody may approve yet" in listed.out
    book = steward("audit", "list")
    assert [word for word in ("admin_add", "admin_reset_password") if word not in book.out] == []
    assert PASSWORD not in book.out


def test_what_cannot_be_done_is_said_in_words(steward: Callable, tmp_path: Path) -> None:
    good, short = password_in(tmp_path), tmp_path / "short"
    short.write_text("abc")
    steward("admin", "add", "wang", "--password-file", good)
    for arguments, why in (
        (("add", "li", "--password-file", "nowhere"), "nowhere: No such file"),
        (("add", "li"), "there is no terminal to ask for a password"),
        (("add", "\u202e", "--password-file", good), "a user name is"),
        (("add", "li", "--password-file", str(short)), "12 characters"),
        (("add", "correct horse", "--password-file", good), "holds the user name"),
        (("pair", "nobody"), "no account of that name. Accounts: wang"),
    ):
        ended = steward("admin", *arguments)
        assert ended.returncode == 1
        assert why in ended.out and "Traceback" not in ended.out


def test_wrong_usage_exits_with_2(steward: Callable) -> None:
    for arguments in (("add",), ("add", "li", "--role", "king"), ("remove", "li")):
        assert steward("admin", *arguments).returncode == 2


async def test_a_code_made_beside_the_daemon_makes_the_first_administrator(daemon: Daemon, tmp_path: Path) -> None:
    gateway = daemon.gateway
    assert (await daemon.command("admin", "add", "wang", "--password-file", password_in(tmp_path))).returncode == 0
    paired = await daemon.command("admin", "pair", "wang")
    code = re.search(r"绑定 (\S+)", paired.out)
    assert code is not None
    await gateway.say(ADMIN, f"绑定 {code[1]}", conversation=GROUP)
    await gateway.next_card(containing="绑定成功")
    listed = await daemon.command("admin", "list")
    assert f"dingtalk:{ADMIN}" in listed.out and "Nobody may approve" not in listed.out
    await gateway.say(MEMBER, "重启 web", conversation=GROUP)
    card = await gateway.next_card(containing="待审批")
    await gateway.click(ADMIN, card.out_track_id, "approve")
    assert await daemon.until_state("SUCCESS", "FAILED", "VERIFYING")


async def test_a_role_taken_away_in_the_database_counts_at_the_next_click(daemon: Daemon, tmp_path: Path) -> None:
    gateway = daemon.gateway
    await daemon.command("admin", "add", "wang", "--password-file", password_in(tmp_path))
    code = re.search(r"绑定 (\S+)", (await daemon.command("admin", "pair", "wang")).out)
    assert code is not None
    await gateway.say(ADMIN, f"绑定 {code[1]}", conversation=GROUP)
    await gateway.next_card(containing="绑定成功")
    await gateway.say(MEMBER, "重启 web", conversation=GROUP)
    card = await gateway.next_card(containing="待审批")
    with sqlite3.connect(tmp_path / "steward.db", timeout=5) as beside:
        beside.execute("UPDATE users SET role = 'viewer'")
    beside.close()
    await gateway.click(ADMIN, card.out_track_id, "approve")
    assert daemon.states() == ["WAIT_APPROVAL"]
