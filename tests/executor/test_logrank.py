"""Finding the line that matters."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.loglines import Level, quoted, read_line, template_of
from executor.logrank import rank
from tests.corpus.logs import LOGS, NOISE, Log, buried

PYTHON = """\
2026-01-02T03:04:05Z INFO starting app
Traceback (most recent call last):
  File "/app/main.py", line 42, in <module>
    db.connect()
ConnectionRefusedError: [Errno 111] Connection refused""".splitlines()

JAVA = """\
10:00:01 INFO  Application - started
java.lang.IllegalStateException: cannot open port
	at com.shop.Server.open(Server.java:12)
	at com.shop.Main.main(Main.java:5)
Caused by: java.net.BindException: Address already in use
	at sun.nio.ch.Net.bind(Net.java:1)
	... 2 more
10:00:02 INFO  Application - bye""".splitlines()

GO = """\
time="2026-01-02T03:04:05Z" level=info msg="listening"
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1]

goroutine 1 [running]:
main.main()
	/src/main.go:7 +0x1d
exit status 2""".splitlines()

ACCESS = [f'10.0.0.{n} - - "GET /healthz HTTP/1.1" 200 {n}' for n in range(40)]


@pytest.mark.parametrize(
    ("lines", "best"),
    [
        (PYTHON, "ConnectionRefusedError: [Errno 111] Connection refused"),
        (JAVA, "Caused by: java.net.BindException: Address already in use"),
        (GO, "panic: runtime error: invalid memory address or nil pointer dereference"),
        ([*ACCESS, "ERROR dial tcp 10.0.0.1:5432: refused", *ACCESS], "ERROR dial tcp 10.0.0.1:5432: refused"),
        (["INFO starting", "fatal: /etc/app.conf: permission denied"], "fatal: /etc/app.conf: permission denied"),
        (["INFO a", "启动失败：数据库拒绝连接"], "启动失败：数据库拒绝连接"),
        (["WARN heap at 98% of limit"], "WARN heap at 98% of limit"),
        (["one", "two", "three"], "three"),
        (["\x1b[31mERROR\x1b[0m boom"], "ERROR boom"),
    ],
    ids=["python", "java", "go", "among access logs", "permission", "chinese", "a warning", "nothing stands out", "colours"],
)  # fmt: skip
def test_the_line_that_matters(lines: list[str], best: str) -> None:
    assert rank(lines).best == best


@pytest.mark.parametrize("log", LOGS, ids=[log.name for log in LOGS])
def test_the_line_that_matters_in_logs_of_many_makes(log: Log) -> None:
    ranked = rank(log.lines)
    assert ranked.best == log.matters
    assert log.matters in ranked.block or log.matters in ranked.tail


@pytest.mark.parametrize("place", [20, 1980])
@pytest.mark.parametrize("log", LOGS, ids=[log.name for log in LOGS])
def test_the_line_that_matters_in_two_thousand_that_do_not(log: Log, place: int) -> None:
    """Each in the noise of another make."""
    noise = sorted(NOISE)[(LOGS.index(log) + place) % len(NOISE)]
    ranked = rank(buried(log, noise, place))
    assert ranked.best == log.matters
    assert log.matters in ranked.block


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('{"level":"info","msg":"no error"}', Level.QUIET),
        ('{"level":50,"msg":"x"}', Level.ERROR),
        ('{"severity":"WARNING","message":"x"}', Level.WARNING),
        ('{"msg":"x"}', None),
        ("level=error msg=x", Level.ERROR),
        ("E1127 03:11:02.340000       1 main.go:57] x", Level.ERROR),
        ("2026-11-27 03:11:02 [错误] x", Level.ERROR),
        ("【警告】x", Level.WARNING),
        ("2026/11/27 03:11:02 [emerg] 1#1: x", Level.FATAL),
        ("2026-11-27 03:11:02,345 - worker - INFO - x", Level.QUIET),
        ("fail: Shop.Api[0]", None),
        ("Server ready", None),
    ],
)
def test_the_level_of_a_line(line: str, level: Level | None) -> None:
    assert read_line(line).level is level


def test_json_is_quoted_by_its_message_and_error() -> None:
    assert quoted('{"level":"error","msg":"cannot migrate","error":"no table","ts":1}') == "cannot migrate: no table"
    assert quoted('{"level":60,"err":{"message":"x is not a function","stack":"…"},"msg":"boom"}') == (
        "boom: x is not a function"
    )
    assert quoted('{"level":"error"}') == '{"level":"error"}'
    assert quoted("{not json") == "{not json"


def test_a_long_trace_is_cut_between_its_causes() -> None:
    frames = [f"\tat com.shop.Deep.call{number}(Deep.java:{number})" for number in range(60)]
    lines = ["java.lang.RuntimeException: outer", *frames, "Caused by: java.io.IOException: inner", *frames]
    block = rank(lines).block
    assert len(block) <= 30
    assert {"java.lang.RuntimeException: outer", "Caused by: java.io.IOException: inner", frames[0]} <= set(block)
    assert sum(int(line.split()[1]) for line in block if line.startswith("… ")) + sum(
        not line.startswith("… ") for line in block
    ) == len(lines)


def test_a_log_of_nothing_but_frames_is_cut() -> None:
    lines = [f"\tat com.shop.Deep.call{number}(Deep.java:{number})" for number in range(300)]
    assert 0 < len(rank(lines).block) <= 30
    assert rank(lines).tail == tuple(lines[-15:])


def test_a_stack_trace_stays_whole() -> None:
    assert rank(PYTHON).block == tuple(PYTHON[1:])
    block = rank(JAVA).block
    assert block[0].startswith("java.lang.IllegalStateException")
    assert any("BindException" in line for line in block)
    assert not any("bye" in line for line in block)


def test_repeats_are_counted_once() -> None:
    lines = [f"ERROR request {n} failed after {n * 7} ms" for n in range(30)]
    assert rank(lines).top == ("ERROR request 0 failed after 0 ms ×30",)


def test_the_tail_always_comes_along() -> None:
    lines = [f"line {n}" for n in range(100)]
    assert rank(lines).tail == tuple(lines[-15:])


def test_an_error_beside_the_end_outweighs_one_long_before() -> None:
    ended = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    early = "2026-01-02T01:00:00Z ERROR cache miss timeout"
    late = "2026-01-02T03:04:01Z ERROR schema migration failed"
    ranked = rank([early, *ACCESS, late], finished_at=ended)
    assert ranked.top[-1].startswith(late)
    scored = rank([early, late], finished_at=ended)
    assert len(scored.top) == 2


def test_nothing_in_nothing_out() -> None:
    assert rank([]) == rank(["", "  "])
    assert rank([]).best == ""


def test_templates_take_out_what_varies() -> None:
    assert template_of('2026-01-02T03:04:05Z GET "/a" from 10.0.0.1:80 in 15ms') == template_of(
        '2026-05-02T13:04:05Z GET "/b" from 10.0.0.9:81 in 7ms'
    )


def test_a_quoted_line_does_without_its_time() -> None:
    assert quoted("2026-01-02T03:04:05.123Z ERROR boom") == "ERROR boom"
    assert quoted("[2026-01-02 03:04:05] ERROR boom") == "ERROR boom"
    assert quoted("ERROR boom") == "ERROR boom"


@given(st.lists(st.text(max_size=200), max_size=60))
def test_any_text_is_ranked(lines: list[str]) -> None:
    ranked = rank(lines)
    assert bool(ranked.best) == bool(ranked.tail)
    assert len(ranked.tail) <= 15
    assert len(ranked.top) <= 12
