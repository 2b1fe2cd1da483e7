"""Tries a step's values with the doctor: what the platform, the cluster or the model says at once, and the press of a button on a
card, for which it waits without the page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import cast

import structlog

from adapters.errors import PlatformError
from adapters.types import Adapter, Platform
from bot.budget import Budget
from bot.check import cluster_looks, platform_looks, why
from bot.check_click import ClickTrial, NoClick, NoWord
from bot.credentials import credentials_of
from bot.doors import adapters_of
from bot.look import Look
from bot.renewal import Renewal
from bot.settings import Settings
from bot.setup.attempt import Attempt
from bot.setup.overheard import Overheard
from bot.words import Words
from setup_server.setup.desk import FIELDS, Step
from setup_server.site import Language

LOOK_SECONDS = 30.0
"""For all that is asked of one platform or the cluster: somebody looks at an empty page meanwhile."""
log = structlog.get_logger()

TryModel = Callable[[Settings, Words], Awaitable[Look]]
Passed = Callable[[Attempt], Awaitable[None]]


class Trials:
    def __init__(
        self,
        renewal: Renewal,
        overheard: Overheard,
        budget: Budget,
        words: Mapping[Language, Words],
        try_model: TryModel,
    ) -> None:
        self._renewal = renewal
        self._overheard = overheard
        self._budget = budget
        self._words = words
        self._try_model = try_model
        self._going_on: set[asyncio.Task[None]] = set()

    async def end(self) -> None:
        """Cut the tests that go on."""
        for test in self._going_on:
            test.cancel()
        if self._going_on:
            await asyncio.wait(self._going_on)

    async def look(self, step: Step, settings: Settings, language: Language) -> list[Look]:
        """What the cluster or the model says."""
        words = self._words[language]
        looks: list[Look] = []
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                if step == "model":
                    looks.append(await self._try_model(settings, words))
                else:
                    async with aclosing(cluster_looks(settings.kubeconfig, words)) as found:
                        looks.extend([look async for look in found])
        except TimeoutError:
            looks.append(Look(step, well=False, said=words("check.too_slow", seconds=int(LOOK_SECONDS))))
        return looks

    async def begin(self, attempt: Attempt, passed: Passed) -> bool:
        """What a platform says at once; then, if it knows us, the card and its click go on without the page, and `passed` hears
        when all of it went well. False when nothing goes on."""
        platform = cast("Platform", attempt.step)
        running = self._line_with(platform, attempt.settings)
        door = running or adapters_of(attempt.settings, self._budget)[platform]
        going_on = False
        try:
            attempt.looks = await self._asked(platform, door, self._words[attempt.language])
            going_on = bool(attempt.looks) and attempt.looks[0].well is True and not attempt.left
        finally:
            if not going_on and running is None:
                await door.close()
        if not going_on:
            if any(look.rejected for look in attempt.looks):
                attempt.wrong = next(field.name for field in FIELDS[attempt.step] if field.secret)
            return False
        attempt.trial = ClickTrial(door, self._words[attempt.language])
        attempt.task = asyncio.create_task(
            self._click(attempt, platform, door, passed, overhear=running is not None), name=f"setup:{platform}"
        )
        self._going_on.add(attempt.task)
        attempt.task.add_done_callback(self._going_on.discard)
        return True

    def _line_with(self, platform: Platform, settings: Settings) -> Adapter | None:
        """The door of a line that runs with these very credentials."""
        present = self._renewal.present
        line = present.lines.by_platform.get(platform)
        same = present.rotation.present.get(platform) == credentials_of(settings)[platform]
        return line.adapter if line is not None and same and line.hears else None

    async def _asked(self, platform: Platform, door: Adapter, words: Words) -> list[Look]:
        looks: list[Look] = []
        try:
            async with asyncio.timeout(LOOK_SECONDS), aclosing(platform_looks(platform, door, words)) as found:
                async for look in found:
                    looks.append(look)  # noqa: PERF401 - what came before a timeout counts
        except TimeoutError:
            looks.append(Look(platform, well=False, said=words("check.too_slow", seconds=int(LOOK_SECONDS))))
        return looks

    async def _click(
        self, attempt: Attempt, platform: Platform, door: Adapter, passed: Passed, *, overhear: bool
    ) -> None:
        """The card, the press, and what the console says after it, for whoever mended something meanwhile."""
        trial, words = attempt.trial, self._words[attempt.language]
        assert trial is not None
        try:
            if overhear:
                with self._overheard.by(platform, trial):
                    await trial.overhear()
            else:
                await trial.listen()
            if not attempt.looks_well:
                attempt.looks = await self._asked(platform, door, words)
        except NoWord:
            attempt.failure = words("check.no_word")
        except NoClick:
            attempt.failure = words(f"{platform}.no_click")
        except PlatformError as error:
            attempt.failure = why(error, platform, words)
        except Exception:  # our bug in a test ends the test and not the daemon
            log.exception("setup.test_failed", platform=platform)
            attempt.failure = words("check.broken")
        finally:
            attempt.task = None
            if not overhear:
                await door.close()
        if attempt.passed and not attempt.left:
            await passed(attempt)
