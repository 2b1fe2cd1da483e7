"""Finding rows: by whom, since when, what; as JSON lines and CSV."""

import csv
import io
import sqlite3
import tracemalloc
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.book import periods
from bot.book.chain import EVERY
from bot.book.exports import as_csv, as_jsonl, harmless
from bot.book.search import MOST_COUNTED, Search, newest, pages, people
from bot.cli import main
from bot.clock import utc_now
from bot.store import Store, open_store
from tests.book.writing import LI, OTHER_WANG, WANG, lines, tamper, write
from tests.bot.stand import Clock

NOW = datetime(2026, 11, 25, 13, 30).astimezone()  # a Wednesday, here


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-11-25", ""),
        ("今天", "2026-11-25", ""),
        ("yesterday", "2026-11-24", "2026-11-25"),
        ("week", "2026-11-23", ""),
        ("last-week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", ""),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("2026-02-28", "2026-02-28", "2026-03-01"),
        ("7d", "2026-11-18T13:30", ""),
        ("12h", "2026-11-25T01:30", ""),
        ("2026-11-22T03:00", "2026-11-22T03:00", ""),
        ("2026-11-22T03:00+00:00", "2026-11-22T03:00+00:00", ""),
        ("", "", ""),
    ],
)
def test_a_time_is_what_people_mean_by_it(word: str, start: str, end: str) -> None:
    assert periods.span(word, NOW) == tuple(
        datetime.fromisoformat(each).astimezone() if each else None for each in (start, end)
    )


def test_an_end_counts_its_day() -> None:
    assert periods.until("2026-11-22", NOW) == datetime(2026, 11, 23).astimezone()
    assert periods.until("today", NOW) == datetime(2026, 11, 26).astimezone()
    assert periods.until("7d", NOW) == NOW - timedelta(days=7)


@pytest.mark.parametrize("word", ["tomorrow", "2026-13-01", "2026-11-2x", "99999d", "7 years", "-1d"])
def test_what_is_no_time_is_answered_with_what_is(word: str) -> None:
    with pytest.raises(ValueError, match="write 2026-11-22"):
        periods.span(word, NOW)


async def test_a_name_or_an_id_finds_a_person(store: Store, clock: Clock) -> None:
    for one in (WANG, LI, OTHER_WANG, {**LI, "user_name": ""}):
        await write(store, clock, 1, **one)
    li, wang, other = ("dingtalk", "user123"), ("dingtalk", "manager4220"), ("feishu", "ou_9")
    assert await people(store, "李雷") == (li,)
    assert await people(store, "user123") == (li,)
    assert await people(store, "dingtalk:user123") == (li,)
    assert await people(store, "王伟") == (wang, other)
    for nobody in ("", "王", "feishu:user123", "%", "' OR 1=1 --"):
        assert await people(store, nobody) == ()


async def test_rows_written_without_a_name_are_found_by_the_name_too(store: Store, clock: Clock) -> None:
    await write(store, clock, 2, **LI)
    await write(store, clock, 3, **{**LI, "user_name": ""})
    assert (await newest(store, await people(store, "李雷"), None, None, limit=20)).count == 5


async def test_the_newest_come_first_and_the_rest_is_counted_so_far(store: Store, clock: Clock) -> None:
    await write(store, clock, 30, **LI)
    await write(store, clock, 5, **OTHER_WANG)
    found = await newest(store, None, None, None, limit=20)
    assert [row["seq"] for row in found.rows] == list(range(35, 15, -1))
    assert (found.count, found.more) == (35, False)
    both = await newest(store, (("feishu", "ou_9"), ("dingtalk", "user123")), None, None, limit=8)
    assert [row["seq"] for row in both.rows] == list(range(35, 27, -1))
    await write(store, clock, MOST_COUNTED)
    found = await newest(store, None, None, None, limit=20)
    assert (found.count, found.more) == (MOST_COUNTED + 20, True)


async def test_a_span_has_a_beginning_and_an_end(store: Store, clock: Clock) -> None:
    start = clock.now
    await write(store, clock, 10)
    found = await newest(store, None, start + timedelta(minutes=3), start + timedelta(minutes=6), limit=20)
    assert [row["seq"] for row in found.rows] == [5, 4, 3]


@pytest.fixture
async def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose book has ten rows, a minute apart from 2026-11-22T03:01Z on, and one of today."""
    monkeypatch.chdir(tmp_path)
    clock = Clock()
    async with open_store(tmp_path / "data" / "steward.db") as store:
        await write(store, clock, 4, target_resource="deployment/nginx", card_id="card-1")
        await write(store, clock, 3, **LI, action_type="deny_scale", status="DENIED", target_resource="pod/nginx-2")
        await write(store, clock, 2, **OTHER_WANG, target_resource="deployment/web")
        await write(store, clock, 1, **LI, intent='=HYPERLINK("http://x")', detail='a,"b"\r\n王')
        clock.now = utc_now()
        await write(store, clock, 1, user_id="steward", user_name="", every=0)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["audit", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ((), range(1, 12)),
        (("--user", "李雷"), (5, 6, 7, 10)),
        (("--user", "王伟"), (1, 2, 3, 4, 8, 9)),
        (("--user", "王伟", "--platform", "feishu"), (8, 9)),
        (("--user", "dingtalk:user123", "--status", "denied"), (5, 6, 7)),
        (("--user", "nobody"), ()),
        (("--user", "dingtalk"), ()),
        (("--action", "deny_scale"), (5, 6, 7)),
        (("--action", "approve_*"), (1, 2, 3, 4, 8, 9, 10, 11)),
        (("--action", "[a-z]*"), ()),
        (("--target", "nginx"), (1, 2, 3, 4)),
        (("--target", "deployment/web"), (8, 9)),
        (("--target", "*"), ()),
        (("--card", "card-1"), (1, 2, 3, 4)),
        (("--since", "today"), (11,)),
        (("--until", "2026-11-23", "--limit", "2"), (9, 10)),
        (("--since", "2026-11-22T03:02+00:00", "--until", "2026-11-22T03:04+00:00"), (2, 3)),
    ],
)
@pytest.mark.parametrize("page", ["list", "export"])
def test_rows_are_filtered(
    page: str, options: tuple[str, ...], rows: tuple[int, ...], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["seq"] for row in lines(printed(capsys, page, *options))] == list(rows)


def test_a_time_that_is_none_is_told_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["audit", "export", "--since", "soon"])
    assert left.value.code == 2
    assert "'soon' is no time; write 2026-11-22" in capsys.readouterr().err


def test_every_column_is_in_both_formats_and_a_spreadsheet_calculates_nothing(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = lines(printed(capsys, "export"))
    table = list(csv.DictReader(io.StringIO(printed(capsys, "export", "--format", "csv"), newline="")))
    assert [*plain[0]] == [*table[0]] == list(EVERY)
    with sqlite3.connect(book / "data" / "steward.db") as file:
        assert {name for _, name, *_ in file.execute("PRAGMA table_info(audit_logs)")} == set(EVERY)
    file.close()
    assert table[9]["intent"] == '\'=HYPERLINK("http://x")'
    assert table[9]["detail"] == plain[9]["detail"] == 'a,"b"\r\n王'
    assert [{name: cell.removeprefix("'") for name, cell in row.items()} for row in table] == [
        {name: str(value) for name, value in row.items()} for row in plain
    ]


def test_a_long_book_is_carried_out_without_being_held(book: Path) -> None:
    path = book / "data" / "steward.db"
    numbers = "WITH RECURSIVE n (i) AS (SELECT 12 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
    tamper(
        path, f"{numbers} INSERT INTO audit_logs (id, seq, detail) SELECT 'id-' || i, i, printf('%.900c', 'x') FROM n"
    )
    with closing(sqlite3.connect(path)) as file, Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        file.row_factory = sqlite3.Row
        tracemalloc.start()
        for write_out in (as_jsonl, as_csv):
            assert write_out(pages(file, Search()), nowhere) == 30_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10e6, "of more than 30 MB"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_a_formula_becomes_text_and_can_be_had_back(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["1=1", "deployment/web", "", 7, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


def test_verify_says_the_head_and_compares_one_that_was_posted(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "verify")
    assert said.startswith("11 rows, chain intact\nhead 11:")
    head = said.split()[-1]
    assert printed(capsys, "verify", "--head", head) == said
    assert main(["audit", "verify", "--head", f"11:{'0' * 64}"]) == 1
    assert "row 11 or one before it was changed" in capsys.readouterr().err
    assert main(["audit", "verify", "--head", f"12:{'0' * 64}"]) == 1
    assert "the book had reached row 12" in capsys.readouterr().err
