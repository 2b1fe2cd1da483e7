"""Options and fixtures of the whole suite."""

from pathlib import Path

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.golden")
from tests.golden import Golden  # noqa: E402 - after it is registered

hypothesis.settings.register_profile("steward", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("steward")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the tests see as what they shall see")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(Path(__file__).parent / "golden", update=request.config.getoption("--update-golden"))
