"""Implements setup_server's `Desk`: has values tried (`bot.setup.trials`), keeps them, and has the daemon take them up."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import structlog

from adapters.types import Platform
from bot.audit import Entry
from bot.budget import Budget
from bot.clock import Clock
from bot.credentials import credentials_of
from bot.look import Look
from bot.renewal import Renewal
from bot.setup.attempt import Attempt, shown
from bot.setup.kept import KeptSettings
from bot.setup.overheard import Overheard
from bot.setup.trials import Trials, TryModel
from bot.sources import STORABLE, BadSettings, Source, fixed
from bot.words import Words
from setup_server.accounts import Account
from setup_server.setup.desk import FIELDS, PLATFORMS, Found, Held, Step, Tried
from setup_server.site import Language

REMEMBERED = timedelta(minutes=30)
"""How long values that were tried stay in memory for somebody to keep them."""
log = structlog.get_logger()


class LiveDesk:
    """Make one with `open_desk`, which waits at the end for the tests that go on."""

    def __init__(
        self,
        kept: KeptSettings,
        renewal: Renewal,
        trials: Trials,
        clock: Clock,
    ) -> None:
        self._kept = kept
        self._renewal = renewal
        self._trials = trials
        self._clock = clock
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
            if not await self._trials.begin(attempt, self._keep):
                await self._kept.note(_entry(step, who, address, "DENIED", "the platform refused or did not answer"))
        else:
            attempt.looks = await self._trials.look(step, settings, language)
            if attempt.looks_well:
                await self._keep(attempt)
        return attempt.told()

    async def look(self, step: Step, language: Language) -> tuple[Found, ...]:
        looks = await self._trials.look(step, self._renewal.present.settings, language)
        if step == "cluster" and looks[0].well and self._renewal.present.missing:
            self._renewal.ask()  # it was not there when we started
        return tuple(Found(look.name, look.well, look.said) for look in looks)

    async def keep(self, step: Step, who: Account, address: str) -> bool:
        attempt = self._attempts.get(step)
        if attempt is None or attempt.kept or not attempt.values:
            return False
        attempt.cut()
        attempt.who, attempt.address = who, address
        await self._keep(attempt)
        return True

    def leave(self, step: Step) -> None:
        if attempt := self._attempts.pop(step, None):
            attempt.left = True
            attempt.cut()

    async def turn_off(self, step: Step, who: Account, address: str) -> None:
        self.leave(step)
        await self._kept.put(step, {}, _entry(step, who, address, "SUCCESS", "turned off"))
        await self._changed()
        self._renewal.ask()

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
    trials = Trials(renewal, overheard, budget, words, try_model)
    try:
        yield LiveDesk(kept, renewal, trials, clock)
    finally:
        await trials.end()
