"""The lines, as /healthz tells them."""

from bot.clock import Clock
from bot.lines import Line, Lines
from executor.redact import mask
from setup_server.health import Health, LineHealth


def health(lines: Lines, clock: Clock) -> Health:
    return Health(lines={platform: _line(line, clock) for platform, line in lines.by_platform.items()})


def _line(line: Line, clock: Clock) -> LineHealth:
    heard = line.adapter.last_heard
    return LineHealth(
        state=line.state.state,
        since=line.state.since,
        last_heard=heard,
        seconds_since=None if heard is None else round((clock() - heard).total_seconds(), 1),
        reason=mask(line.state.reason).text,
        again_at=line.state.again_at,
    )
