"""What nobody foresaw ends the process loudly: exit code 1, one log line, no secret in it (I9)."""

import sqlite3
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.types import Message
from bot.actions import Action
from bot.audit import Entry
from bot.orders import ORDER
from cards.model import Card
from executor.operations import OPERATION
from executor.preview import ChangeOrder
from tests.bot.stage import stage
from tests.daemon import Daemon

ACTION = (
    "INSERT INTO actions (id, code, state, change_order, digest, requester, conversation, intent, card_id, created_at,"
    " expires_at) VALUES ('a', '7F3K', 'WAIT_APPROVAL', '{\"password\": \"hunter2hunter2\"}', '', '{}', '{}', '', 'c',"
    " '2026-01-01T00:00:00.000+00:00', '2026-01-01T00:15:00.000+00:00')"
)


async def stopped_daemon(folder: Path) -> Daemon:
    """Settings of a world that is gone; its database is there."""
    async with stage(folder) as scene:
        return Daemon(folder, scene.gateway, folder / "kubeconfig")


async def test_a_task_that_crashes_ends_the_process_with_a_log_line_and_no_secret(tmp_path: Path) -> None:
    daemon = await stopped_daemon(tmp_path)
    with sqlite3.connect(tmp_path / "steward.db") as file:
        file.execute(ACTION)
    file.close()
    ended = await daemon.command("run")
    assert ended.returncode == 1
    assert '"event": "steward.crashed"' in ended.out
    assert "ValidationError" in ended.out
    assert "hunter2hunter2" not in ended.out


async def test_a_file_that_is_no_database_is_said_in_a_line(tmp_path: Path) -> None:
    daemon = await stopped_daemon(tmp_path)
    (tmp_path / "steward.db").write_bytes(b"no database " * 1000)
    ended = await daemon.command("run")
    assert ended.returncode == 1
    assert "steward: file is not a database" in ended.out
    assert "Traceback" not in ended.out


def test_no_type_of_ours_repeats_what_it_could_not_read() -> None:
    for each in (Message, Action, Entry, ChangeOrder, Card):
        with pytest.raises(ValidationError) as raised:
            each.model_validate({"what": "hunter2hunter2"})
        assert "hunter2hunter2" not in str(raised.value)
    for union in (ORDER, OPERATION):
        with pytest.raises(ValidationError) as raised:
            union.validate_python({"what": "hunter2hunter2"})
        assert "hunter2hunter2" not in str(raised.value)
