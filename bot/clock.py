"""Time as a value: handed in, so that tests own it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
