"""Times at the start of log lines: short, in the daemon's zone, and never a guess."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.moments import clock_times
from tests.cards.strategies import nasty


def test_the_first_line_and_each_new_day_have_their_date() -> None:
    lines = [
        "2024-05-18T23:59:58Z INFO a",
        "    at com.example.Main",
        "2024-05-18T23:59:59.123456Z ERROR b",
        "2024-05-19T00:00:01+00:00 FATAL c",
    ]
    assert clock_times(lines) == [
        "05-18 23:59:58 INFO a",
        "    at com.example.Main",
        "23:59:59 ERROR b",
        "05-19 00:00:01 FATAL c",
    ]


def test_it_is_the_daemon_s_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    assert clock_times(["[2024-05-18 23:59:58,1 +0000] x"]) == ["[05-19 07:59:58] x"]


@pytest.mark.parametrize(
    "line",
    [
        "2024-05-18 03:09:58 INFO in some zone or other",
        "pod/web created 2024-05-18T03:09:58Z",
        "2024-99-99T03:09:58Z",
        "0001-01-01T00:00:00+14:00",
        "2024-05-18T03:09:58Zebra",
        '{"ts":"2024-05-18T03:09:58Z"}',
        "",
    ],
)
def test_anything_else_is_left_alone(line: str) -> None:
    assert clock_times([line]) == [line]


@given(st.lists(nasty))
def test_lines_stay_lines(lines: list[str]) -> None:
    assert len(clock_times(lines)) == len(lines)
