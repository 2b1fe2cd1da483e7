import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def night_shift(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cards show the daemon's own time; golden files hold the one of Greenwich."""
    with monkeypatch.context() as here:
        here.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
