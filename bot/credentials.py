"""Credentials that change while we run: whoever has new ones offers them here, and the line takes them up without a restart."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from adapters.types import Platform
from bot.lines import Lines
from bot.settings import SECRETS, Settings
from bot.sources import BadSettings, read_bounded

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between looks at the files: a handful of small reads, in a thread."""

Credentials = tuple[str, str]
"""The identifier and its secret."""


def credentials_of(settings: Settings) -> dict[Platform, Credentials]:
    return {
        "dingtalk": (settings.dingtalk_client_id, settings.dingtalk_client_secret.get_secret_value()),
        "feishu": (settings.feishu_app_id, settings.feishu_app_secret.get_secret_value()),
    }


class Rotation:
    """The credentials in use. Any source may `offer` others: the watched files today, a page tomorrow."""

    def __init__(self, lines: Lines, present: Mapping[Platform, Credentials]) -> None:
        self._lines = lines
        self.present = dict(present)
        """By platform; changed by `offer` only."""

    def offer(self, platform: Platform, identifier: str, secret: str) -> bool:
        """Use these from now on. False when they are the present ones, incomplete, or of a platform that is not served."""
        line = self._lines.by_platform.get(platform)
        if line is None or not identifier or not secret or self.present.get(platform) == (identifier, secret):
            return False
        self.present[platform] = (identifier, secret)
        line.adapter.use(identifier, secret)
        line.renew()
        log.info("credentials.changed", platform=platform)
        return True


async def watch_files(
    rotation: Rotation,
    read: Callable[[], Settings],
    *,
    also: Callable[[Settings], None] = lambda _: None,
    every: float = EVERY,
) -> None:
    """Look at steward.toml and the `…_FILE` secrets for ever, and offer what is new in them; `also` takes what else may have
    changed. While they cannot be read, or are wrong, all stays as it was; every problem is told once."""
    seen: dict[str, str] | None = None
    while True:
        now = await asyncio.to_thread(_contents)
        if now != seen:
            seen = now
            try:
                settings = await asyncio.to_thread(read)
            except BadSettings as error:
                log.error("settings.wrong", problems=str(error).splitlines())  # noqa: TRY400 - the message says it all
            else:
                for platform, (identifier, secret) in credentials_of(settings).items():
                    rotation.offer(platform, identifier, secret)
                also(settings)
        await asyncio.sleep(every)


def _contents() -> dict[str, str]:
    """What each file holds, as a hash; a time stamp would miss what is written twice within its grain."""
    paths = ["steward.toml", *(os.environ.get(f"{name.upper()}_FILE", "") for name in SECRETS)]
    return {path: _content(Path(path)) for path in paths if path}


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(read_bounded(path).encode()).hexdigest()
    except (OSError, ValueError) as error:
        return type(error).__name__
