"""Options and fixtures of the whole suite."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from blockbuster import blockbuster_ctx

pytest.register_assert_rewrite("tests.golden")
from tests.golden import Golden  # noqa: E402 - after it is registered
from tests.leaks.plugin import (  # noqa: E402, F401 - hooks and fixtures are found here by their names
    logged_as_in_production,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_unconfigure,
)

hypothesis.settings.register_profile("steward", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("steward")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the tests see as what they shall see")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(Path(__file__).parent / "golden", update=request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
async def nothing_left_behind() -> AsyncIterator[None]:
    """A test fails that leaves a task running: nothing runs that nobody awaits. Made first, so it looks last."""
    before = asyncio.all_tasks()
    yield
    left = [task for task in asyncio.all_tasks() - before if task is not asyncio.current_task() and not task.done()]
    assert not left, left


@pytest.fixture(autouse=True, scope="session")
def nothing_blocks_the_loop() -> Iterator[None]:
    """A blocking call (a file, a socket, a sleep) made by our packages on the event loop fails its test."""
    with blockbuster_ctx(["adapters", "bot", "cards", "executor", "setup_server"]) as watching:
        for function in watching.functions.values():
            function.can_block_in("linecache.py", {"updatecache"})  # a traceback shows its source lines
            function.can_block_in("rich/traceback.py", {"_render_stack"})
            function.can_block_in("structlog/_output.py", {"msg"})  # a log line goes to an open stream
        yield
