"""The watch in every test: a test through which a secret leaves fails, whatever else it shows. `tests/conftest.py` loads this."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest
import structlog

from bot.log import configure_log
from sandbox.overheard import LISTENING
from tests.leaks.files import written
from tests.leaks.known import of_clusters, of_stand_ins
from tests.leaks.watch import WATCH


class _Stderr:
    """Standard error as it is at that moment: pytest has another one for each test."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return False


def pytest_configure() -> None:
    WATCH.learn(*of_stand_ins(), *of_clusters())
    LISTENING.append(WATCH.heard)


def pytest_unconfigure() -> None:
    LISTENING.remove(WATCH.heard)


@pytest.fixture(autouse=True, scope="session")
def logged_as_in_production() -> Iterator[None]:
    """Lines of a daemon that runs within a test are written as those of one that runs by itself: masked (I9)."""
    root, before, configured = logging.getLogger(), logging.getLogger().handlers[:], structlog.get_config()
    stream: Any = _Stderr()
    configure_log(_as_stream(stream), level=logging.DEBUG)
    root.handlers[:] = before
    structlog.configure(cache_logger_on_first_use=False)
    yield
    structlog.configure(**configured)


def _as_stream(stream: Any) -> TextIO:
    return stream  # type: ignore[no-any-return]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[misc,assignment]
    seen = [(f"log: {title}", said) for title, said in report.sections if "stdout" in title or "stderr" in title]
    if report.when == "teardown":
        for way, said in [*seen, *_on_disk(item)]:
            WATCH.heard(way, said)
        _judge(report)
    report.sections = [(title, WATCH.book.veiled(said)) for title, said in report.sections]
    return report  # type: ignore[return-value]


def _on_disk(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """In the test's own folder, after everything that it opened is closed."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if isinstance(folder, Path):
        yield from written(folder)


def _judge(report: pytest.TestReport) -> None:
    leaks = WATCH.taken()
    if leaks:
        told = "\n".join(f"  {leak}" for leak in leaks)
        before = f"{report.longrepr}\n\n" if report.failed else ""
        report.outcome = "failed"
        report.longrepr = f"{before}A secret left (I9):\n{told}"
