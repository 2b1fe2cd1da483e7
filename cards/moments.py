"""Times in log lines, shortened for reading: `2024-05-18T03:09:59.123Z ERROR …` is `03:09:59 ERROR …` in the daemon's time zone.

Only a time with a zone at the start of a line is touched, as no other says when it was. The first line, and each on another
day than the one before it, has its date.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime

_STAMP = re.compile(
    r"(\[?)([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,][0-9]{1,9})?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})(?![0-9A-Za-z])",
    re.ASCII,
)


def clock_times(lines: Iterable[str]) -> list[str]:
    shown: list[str] = []
    before: date | None = None
    for line in lines:
        found = _STAMP.match(line)
        moment = _moment(found) if found else None
        if found is None or moment is None:
            shown.append(line)
            continue
        form = "%H:%M:%S" if moment.date() == before else "%m-%d %H:%M:%S"
        before = moment.date()
        shown.append(f"{found[1]}{moment.strftime(form)}{line[found.end() :]}")
    return shown


def _moment(found: re.Match[str]) -> datetime | None:
    """None for what only looks like a time (`2024-99-99`), or is too near the end of the calendar for another zone."""
    try:
        return datetime.fromisoformat(f"{found[2]}T{found[3]}{found[4]}").astimezone()
    except (ValueError, OverflowError):
        return None
