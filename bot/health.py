"""The lines and Alertmanager, as /healthz tells them."""

from bot.alerts.ear import Ear
from bot.clock import Clock
from bot.lines import Line, Lines
from bot.words import Words
from executor.redact import mask
from setup_server.health import AlertmanagerHealth, Health, LineHealth


def health(lines: Lines, ear: Ear | None, words: Words, clock: Clock) -> Health:
    return Health(
        lines={platform: _line(line, clock) for platform, line in lines.by_platform.items()},
        alertmanager=_alertmanager(ear, words, clock) if ear else None,
    )


def _alertmanager(ear: Ear, words: Words, clock: Clock) -> AlertmanagerHealth | None:
    """Without its address: whoever reads this need not know the network."""
    now = ear.present
    if now is None:
        return None
    return AlertmanagerHealth(
        state=now.state,
        since=now.since,
        last_heard=now.last_heard,
        seconds_since=None if now.last_heard is None else round((clock() - now.last_heard).total_seconds(), 1),
        reason=mask(words.say(now.reason)).text if now.reason else "",
    )


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
