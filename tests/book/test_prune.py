"""Old rows go, and what stays can still be proven."""

import asyncio
import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import audit
from bot.book.chain import Broken, walk
from bot.book.prune import TooYoung, prune
from bot.book.search import people
from bot.cli import main
from bot.store import Store
from tests.book.writing import LI, lines, tamper, write
from tests.bot.stand import Clock, run_sql

DAY = 24 * 3600.0


async def ten_days(store: Store, clock: Clock) -> None:
    """A row a day; the first four were 李雷's."""
    await write(store, clock, 4, every=DAY, **LI)
    await write(store, clock, 6, every=DAY)


async def seqs(store: Store) -> list[int]:
    return [row["seq"] async for row in audit.entries(store)]


async def test_old_rows_are_written_out_and_the_rest_holds(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    gone = await prune(store, clock.now - timedelta(days=4.5), tmp_path / "out", clock)
    assert gone is not None
    assert (gone.first, gone.last.seq) == (1, 5)
    text = await asyncio.to_thread(gone.file.read_bytes)
    assert [row["seq"] for row in lines(text.decode())] == [1, 2, 3, 4, 5]
    assert hashlib.sha256(text).hexdigest() == gone.sha256
    assert gone.file.stat().st_mode & 0o777 == 0o600
    assert await seqs(store) == [6, 7, 8, 9, 10, 11]
    (last,) = await store.rows("SELECT * FROM audit_logs WHERE seq = 11")
    assert (last["action_type"], last["target_resource"]) == ("prune_audit", "audit/1-5")
    assert gone.sha256 in last["detail"]
    walked = await asyncio.to_thread(walk, store.path)
    assert (walked.base.seq, walked.rows, walked.seal and walked.seal.file) == (5, 6, str(gone.file))
    assert await people(store, "李雷") == (), "nobody is found who has no row left"


async def test_the_rows_that_went_chain_on_to_those_that_stayed(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    gone = await prune(store, clock.now - timedelta(days=4.5), tmp_path, clock)
    assert gone is not None
    written = lines(await asyncio.to_thread(gone.file.read_text))
    assert written[-1]["hash"] == gone.last.hash


async def test_it_can_be_done_again_and_again(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    for days, left in ((8.5, 10), (8.5, 10), (4.5, 7), (2.5, 6)):
        await prune(store, clock.now - timedelta(days=days), tmp_path, clock)
        assert await audit.verify(store) == left
    await write(store, clock, 3, every=DAY)
    assert (await prune(store, clock.now - timedelta(days=2), tmp_path, clock)) is not None
    names = sorted(file.name for file in await asyncio.to_thread(lambda: list(tmp_path.glob("audit-*"))))
    assert names == ["audit-1-1.jsonl", "audit-2-5.jsonl", "audit-6-7.jsonl", "audit-8-13.jsonl"]


async def test_rows_of_the_last_two_days_stay(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    with pytest.raises(TooYoung):
        await prune(store, clock.now - timedelta(days=1), tmp_path, clock)
    assert len(await seqs(store)) == 10


async def test_nothing_is_removed_from_a_book_that_does_not_hold(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    tamper(store.path, "UPDATE audit_logs SET status = 'X' WHERE seq = 9")
    with pytest.raises(Broken):
        await prune(store, clock.now - timedelta(days=4), tmp_path, clock)
    assert len(await seqs(store)) == 10


async def test_nothing_is_removed_when_it_cannot_be_written_out(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="taken"):
        await prune(store, clock.now - timedelta(days=4), tmp_path / "taken", clock)
    assert await audit.verify(store) == 10


async def test_a_seal_opens_nothing_but_what_it_covers(store: Store, clock: Clock, tmp_path: Path) -> None:
    await ten_days(store, clock)
    await prune(store, clock.now - timedelta(days=4.5), tmp_path, clock)
    for statement in (
        "DELETE FROM audit_logs WHERE seq = 6",
        "UPDATE audit_logs SET status = 'X'",
        "DELETE FROM audit_seals",
        "UPDATE audit_seals SET seq = 7",
        "INSERT INTO audit_seals SELECT seq, hash, 11, '', '', '' FROM audit_logs WHERE seq = 8",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"append-only|what the newest"):
            await run_sql(store, statement)


async def test_a_removal_that_was_cut_short_holds_and_is_finished_by_the_next(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    await ten_days(store, clock)
    clock.advance(-DAY)
    await prune(store, clock.now - timedelta(days=6.5), tmp_path, clock)
    clock.advance(DAY)
    left = "INSERT INTO audit_logs SELECT 'left', '', '', '', '', '', '', '', '', '', '', '', '', 2, NULL"
    tamper(store.path, left)
    assert await audit.verify(store) == 9
    assert await prune(store, clock.now - timedelta(days=9), tmp_path, clock) is None
    assert (await seqs(store))[0] == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_logs WHERE seq = 6",
        "UPDATE audit_logs SET detail = '' WHERE seq = 11",
        "DELETE FROM audit_seals",
        "INSERT INTO audit_seals SELECT seq, hash, 11, '', '', '' FROM audit_logs WHERE seq = 8",
        "UPDATE audit_seals SET hash = 'x'",
        "UPDATE audit_seals SET witness = 10",
    ],
)
async def test_what_was_not_sealed_is_missed(store: Store, clock: Clock, tmp_path: Path, statement: str) -> None:
    await ten_days(store, clock)
    await prune(store, clock.now - timedelta(days=4.5), tmp_path, clock)
    tamper(store.path, statement)
    with pytest.raises(Broken):
        await audit.verify(store)


@pytest.fixture
async def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store, clock: Clock) -> Path:
    monkeypatch.setenv("STEWARD_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    clock.now = datetime(2020, 11, 22, 3, 0, tzinfo=UTC)
    await ten_days(store, clock)
    return tmp_path


def test_the_command_says_what_went_where_and_verify_where_it_starts(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "prune", "--before", "2019-01-01"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"
    assert main(["audit", "prune", "--before", "2020-11-25T12:00+00:00"]) == 0
    assert capsys.readouterr().out.startswith(f"rows 1 to 3 were written to {old}/audit-1-3.jsonl (sha256 ")
    assert main(["audit", "verify"]) == 0
    intact, start, _ = capsys.readouterr().out.splitlines()
    assert intact == "8 rows, chain intact"
    assert start.startswith("from row 4 on: rows up to 3 were removed at 20")
    assert start.endswith(f"and are in {old}/audit-1-3.jsonl")
    assert main(["audit", "verify", "--head", f"2:{'0' * 64}"]) == 1
    assert "row 2 is not in the book any more" in capsys.readouterr().err
    assert main(["audit", "prune", "--before", "today"]) == 1
    assert "rows of the last two days stay" in capsys.readouterr().err
