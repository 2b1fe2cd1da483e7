"""What the daemon runs with now, and how it is asked to take up something else while it runs.

A platform that is served and gets other credentials keeps its line (`bot.credentials`). Everything else that a page can change
(a new platform, a cluster, a model) is taken up by building the inner house anew: it stops as on SIGTERM, work in hand is finished,
what was acknowledged is on disk, and the next one goes on with it a moment later. The web pages stay open meanwhile.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.alerts.ear import Ear
from bot.credentials import Rotation, credentials_of
from bot.lines import Lines
from bot.settings import Settings
from bot.sources import BadSettings

log = structlog.get_logger()

Read = Callable[[Mapping[str, str]], Settings]
"""Settings from outside and these stored ones. Blocking; raises BadSettings."""


@dataclass(frozen=True, slots=True)
class Present:
    """What runs now. `missing` says why there is no cluster, "" when there is one."""

    settings: Settings
    lines: Lines
    rotation: Rotation
    missing: str
    ear: Ear | None = None


class Renewal:
    """`given` are the settings at the start, `read` reads them anew; `stored` is what /setup keeps, and who changes it says so
    here."""

    def __init__(self, given: Settings, read: Read | None, lines: Lines, stored: Mapping[str, str]) -> None:
        self.present = Present(given, lines, Rotation(lines, {}), "")
        self.stored = stored
        self._given = given
        self._read = read
        self._asked = asyncio.Event()

    def moved_in(self, settings: Settings, lines: Lines, missing: str, ear: Ear | None = None) -> None:
        """This is what runs from now on."""
        self.present = Present(settings, lines, Rotation(lines, credentials_of(settings)), missing, ear)

    @property
    def possible(self) -> bool:
        """False when settings are given whole, and nothing stored can change them."""
        return self._read is not None

    def settings_with(self, stored: Mapping[str, str]) -> Settings:
        """Blocking; raises BadSettings."""
        return self._given if self._read is None else self._read(stored)

    def settings(self) -> Settings:
        """As they are now, read again. Blocking. What is stored and cannot be used is left aside, loudly: a page can mend it.
        While what comes from outside is wrong, all stays as it was."""
        try:
            return self.settings_with(self.stored)
        except BadSettings as error:
            log.error("settings.wrong", problems=str(error).splitlines())  # noqa: TRY400 - the message says it all
        try:
            return self.settings_with({})
        except BadSettings:
            return self.present.settings

    def ask(self) -> None:
        """Build the inner house anew."""
        self._asked.set()

    def answer(self) -> None:
        """What was asked for until now is about to be done; call it before the settings are read."""
        self._asked.clear()

    async def until_asked(self, stop: asyncio.Event) -> None:
        """Returns when somebody asked, or the daemon is to stop."""
        waiting = [asyncio.create_task(event.wait()) for event in (stop, self._asked)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)
