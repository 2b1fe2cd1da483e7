"""Implements setup_server's `Desk`: tries values with the doctor, keeps them, and has the daemon take them up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import structlog

from adapters.errors import PlatformError
from adapters.types import Adapter, Platform
from bot.audit import Entry
from bot.budget import Budget
from bot.check import cluster_looks, platform_looks, why
from bot.check_click import ClickTrial, NoClick, NoWord
from bot.clock import Clock
from bot.credentials import credentials_of
from bot.doors import adapters_of
from bot.look import Look
from bot.renewal import Renewal
from bot.settings import STORABLE, BadSettings, Settings, Source, fixed
from bot.setup.attempt import Attempt, shown
from bot.setup.kept import KeptSettings
from bot.setup.overheard import Overheard
from bot.words import Words
from setup_server.accounts import Account
from setup_server.setup.desk import FIELDS, PLATFORMS, Found, Held, Step, Tried
from setup_server.site import Language

LOOK_SECONDS = 30.0
"""For all that is asked of one platform or the cluster: somebody looks at an empty page meanwhile."""
REMEMBERED = timedelta(minutes=30)
"""How long values that were tried stay in memory for somebody to keep them."""
log = structlog.get_logger()

TryModel = Callable[[Settings, Words], Awaitable[Look]]


class LiveDesk:
    """Make one with `open_desk`, which waits at the end for the tests that go on."""

    def __init__(
        self,
        kept: KeptSettings,
        renewal: Renewal,
        overheard: Overheard,
        budget: Budget,
        words: Mapping[Language, Words],
        clock: Clock,
        try_model: TryModel,
    ) -> None:
        self._kept = kept
        self._renewal = renewal
        self._overheard = overheard
        self._budget = budget
        self._words = words
        self._clock = clock
        self._tests: set[asyncio.Task[None]] = set()
        self._try_model = try_model
        self._attempts: dict[Step, Attempt] = {}

    async def held(self, step: Step) -> Held:
        settings = self._renewal.present.settings
        outside: Mapping[str, Source] = dict.fromkeys(STORABLE[step], "file")
        if self._renewal.possible:
            outside = await asyncio.to_thread(fixed)
        names = {field.name for field in FIELDS[step]}
        on = {
            "dingtalk": settings.dingtalk_enabled,
            "feishu": settings.feishu_enabled,
            "cluster": not self._renewal.present.missing,
            "model": bool(settings.anthropic_api_key.get_secret_value()),
        }
        return Held(on[step], shown(step, settings), {name: outside[name] for name in outside if name in names})

    def tried(self, step: Step) -> Tried | None:
        attempt = self._attempts.get(step)
        if attempt is not None and attempt.task is None and self._clock() - attempt.at > REMEMBERED:
            del self._attempts[step]
            return None
        return attempt.told() if attempt else None

    async def try_out(
        self, step: Step, values: Mapping[str, str], who: Account, address: str, language: Language
    ) -> Tried:
        whole = self._whole(step, values)
        self.leave(step)
        try:
            settings = await asyncio.to_thread(self._renewal.settings_with, {**self._renewal.stored, **whole})
        except BadSettings as error:
            attempt = Attempt(step, {}, self._renewal.present.settings, who, address, language, self._clock())
            attempt.looks = [Look(step, well=False, said=str(error))]
            attempt.wrong = next((field.name for field in FIELDS[step] if field.name.upper() in str(error)), "")
            self._attempts[step] = attempt
            return attempt.told()
        attempt = Attempt(step, whole, settings, who, address, language, self._clock())
        self._attempts[step] = attempt
        if step in PLATFORMS:
            await self._try_platform(attempt, cast("Platform", step))
        else:
            attempt.looks = await self._look(step, settings, self._words[language])
            if attempt.looks_well:
                await self._keep(attempt)
        return attempt.told()

    async def look(self, step: Step, language: Language) -> tuple[Found, ...]:
        looks = await self._look(step, self._renewal.present.settings, self._words[language])
        if step == "cluster" and looks[0].well and self._renewal.present.missing:
            self._renewal.ask()  # it was not there when we started
        return tuple(Found(look.name, look.well, look.said) for look in looks)

    async def keep(self, step: Step, who: Account, address: str) -> bool:
        attempt = self._attempts.get(step)
        if attempt is None or attempt.kept or not attempt.values:
            return False
        self._end(attempt)
        attempt.who, attempt.address = who, address
        await self._keep(attempt)
        return True

    def leave(self, step: Step) -> None:
        if attempt := self._attempts.pop(step, None):
            self._end(attempt)

    async def turn_off(self, step: Step, who: Account, address: str) -> None:
        self.leave(step)
        await self._kept.put(step, {}, _entry(step, who, address, "SUCCESS", "turned off"))
        await self._changed()
        self._renewal.ask()

    async def end(self) -> None:
        """Cut the tests that go on."""
        for test in self._tests:
            test.cancel()
        if self._tests:
            await asyncio.wait(self._tests)

    def _whole(self, step: Step, values: Mapping[str, str]) -> dict[str, str]:
        """All that would be kept of a step: with the secret that is there already where none was typed."""
        before = self._attempts.get(step)
        settings = before.settings if before else self._renewal.present.settings
        whole = {}
        for field in FIELDS[step]:
            value = values.get(field.name, "")
            if field.secret and not value:
                value = getattr(settings, field.name).get_secret_value()
            if value:
                whole[field.name] = value
        if step in PLATFORMS:
            whole[f"{step}_enabled"] = "true"
        return whole

    async def _look(self, step: Step, settings: Settings, words: Words) -> list[Look]:
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

    async def _try_platform(self, attempt: Attempt, platform: Platform) -> None:
        """What the platform says at once; then, if it knows us, the card and its click go on without the page."""
        running = self._line_with(platform, attempt.settings)
        door = running or adapters_of(attempt.settings, self._budget)[platform]
        try:
            attempt.looks = await self._asked(platform, door, self._words[attempt.language])
        finally:
            left = self._attempts.get(attempt.step) is not attempt
            going_on = bool(attempt.looks) and attempt.looks[0].well is True and not left
            if not going_on and running is None:
                await door.close()
        if going_on:
            attempt.trial = ClickTrial(door, self._words[attempt.language])
            attempt.task = asyncio.create_task(
                self._click(attempt, platform, door, overhear=running is not None), name=f"setup:{platform}"
            )
            self._tests.add(attempt.task)
            attempt.task.add_done_callback(self._tests.discard)
        else:
            if any(look.rejected for look in attempt.looks):
                attempt.wrong = next(field.name for field in FIELDS[attempt.step] if field.secret)
            entry = _entry(
                attempt.step, attempt.who, attempt.address, "DENIED", "the platform refused or did not answer"
            )
            await self._kept.note(entry)

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

    async def _click(self, attempt: Attempt, platform: Platform, door: Adapter, *, overhear: bool) -> None:
        """The card, the press, and what the console says after it, for whoever mended something meanwhile; then it is kept."""
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
        if attempt.passed and self._attempts.get(attempt.step) is attempt:
            await self._keep(attempt)

    async def _keep(self, attempt: Attempt) -> None:
        """On disk, in the book, and in use."""
        if not self._renewal.possible:
            attempt.kept = True
            return
        outside = await asyncio.to_thread(fixed)
        values = {name: value for name, value in attempt.values.items() if name not in outside}
        detail = "tested" if attempt.passed else "not tested, or the test failed"
        entry = _entry(attempt.step, attempt.who, attempt.address, "SUCCESS", detail)
        if values or not attempt.values:
            await self._kept.put(attempt.step, values, entry)
        else:
            await self._kept.note(entry)  # all of it comes from outside
        attempt.kept = True
        await self._changed()
        log.info("setup.kept", step=attempt.step, passed=attempt.passed)
        present = self._renewal.present
        if (line := present.lines.by_platform.get(cast("Platform", attempt.step))) is None:
            self._renewal.ask()
        elif not present.rotation.offer(line.platform, *credentials_of(present.settings)[line.platform]):
            line.try_now()

    async def _changed(self) -> None:
        """What is kept is something else now."""
        self._renewal.stored = await self._kept.read()
        settings = await asyncio.to_thread(self._renewal.settings)
        self._renewal.present = replace(self._renewal.present, settings=settings)

    def _end(self, attempt: Attempt) -> None:
        if attempt.task is not None:
            attempt.task.cancel()
            attempt.task = None


def _entry(step: Step, who: Account, address: str, status: str, detail: str) -> Entry:
    return Entry(
        user_id=who.id,
        user_name=who.name,
        action_type=f"setup_{step}",
        status=status,
        client_ip=address,
        platform="web",
        detail=detail,
    )


@asynccontextmanager
async def open_desk(
    kept: KeptSettings,
    renewal: Renewal,
    overheard: Overheard,
    budget: Budget,
    words: Mapping[Language, Words],
    clock: Clock,
    *,
    try_model: TryModel,
) -> AsyncIterator[LiveDesk]:
    """Tests that still go on at the end are cut, and waited for."""
    desk = LiveDesk(kept, renewal, overheard, budget, words, clock, try_model)
    try:
        yield desk
    finally:
        await desk.end()
