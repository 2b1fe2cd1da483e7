"""No secret passes the log, whatever it comes in (I9)."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.log import configure_log

SECRET = "hunter2-hunter2"
LEAK = f"password={SECRET}"


def fail() -> None:
    raise RuntimeError(LEAK)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level, configured = root.level, structlog.get_config()
    stream = io.StringIO()
    configure_log(stream)
    try:
        yield stream
    finally:
        structlog.configure(**configured)
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize(
    "value", [LEAK, [LEAK], (LEAK,), {"a": {"b": LEAK}}, {"password": SECRET}, ValueError(LEAK), LEAK.encode(), {LEAK}]
)
def test_a_field_of_any_type_is_masked(written: io.StringIO, value: object) -> None:
    structlog.get_logger().info("thing.happened", what=value)
    assert "thing.happened" in written.getvalue()
    assert SECRET not in written.getvalue()


def test_a_traceback_is_masked(written: io.StringIO) -> None:
    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception("thing.failed")
    assert "RuntimeError" in written.getvalue()
    assert SECRET not in written.getvalue()


def test_what_a_library_says_is_masked_too(written: io.StringIO) -> None:
    try:
        fail()
    except RuntimeError:
        logging.getLogger("some.library").exception("with %s", LEAK)
    assert "RuntimeError" in written.getvalue()
    assert SECRET not in written.getvalue()
