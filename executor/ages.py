"""Durations as `kubectl get` prints them."""

from datetime import timedelta

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400


def age(since: timedelta) -> str:
    """`45s`, `3m12s`, `5h`, `2d4h`: two units while small, one when large (apimachinery's `HumanDuration`)."""
    seconds = int(since.total_seconds())
    if seconds < 2 * _MINUTE:
        return f"{max(seconds, 0)}s"
    for limit, unit, letter, below, small in (
        (10 * _MINUTE, _MINUTE, "m", 1, "s"),
        (3 * _HOUR, _MINUTE, "m", 0, ""),
        (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
        (2 * _DAY, _HOUR, "h", 0, ""),
        (8 * _DAY, _DAY, "d", _HOUR, "h"),
        (2 * _YEAR, _DAY, "d", 0, ""),
        (8 * _YEAR, _YEAR, "y", _DAY, "d"),
    ):
        if seconds < limit:
            rest = seconds % unit // below if below else 0
            return f"{seconds // unit}{letter}" + (f"{rest}{small}" if rest else "")
    return f"{seconds // _YEAR}y"
