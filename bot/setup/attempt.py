"""One try of a step's values: what was found, and the click that is waited for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.check_click import ClickTrial
from bot.look import Look
from bot.settings import Settings
from setup_server.accounts import Account
from setup_server.setup.desk import FIELDS, Click, Found, Step, Tried
from setup_server.site import Language

SHORTEST_TOLD = 12
"""Of a shorter secret four characters would be too much."""


@dataclass(eq=False, repr=False)
class Attempt:
    step: Step
    values: Mapping[str, str]
    """What would be kept, secrets too; never shown. Empty for what cannot be settings."""
    settings: Settings
    who: Account
    address: str
    language: Language
    at: datetime
    looks: list[Look] = field(default_factory=list)
    wrong: str = ""
    trial: ClickTrial | None = None
    failure: str = ""
    """Why the test of the click failed."""
    kept: bool = False
    left: bool = False
    """Somebody left the page of it, or tries something else by now: whatever comes of it is not kept."""
    task: "asyncio.Task[None] | None" = None

    def cut(self) -> None:
        """End the test of the click."""
        if self.task is not None:
            self.task.cancel()
            self.task = None

    @property
    def looks_well(self) -> bool:
        return bool(self.looks) and not any(look.well is False for look in self.looks)

    @property
    def passed(self) -> bool:
        return self.looks_well and not self.failure and (self.trial is None or self.trial.stage == "well")

    def told(self) -> Tried:
        """As the page may see it."""
        return Tried(
            shown=shown(self.step, self.settings),
            found=tuple(Found(look.name, look.well, look.said) for look in self.looks),
            passed=self.passed,
            wrong=self.wrong,
            click=self._click(),
            kept=self.kept,
            keepable=bool(self.values),
        )

    def _click(self) -> Click | None:
        if self.trial is None:
            return None
        return Click("failed", self.failure) if self.failure else Click(self.trial.stage)


def shown(step: Step, settings: Settings) -> dict[str, str]:
    """The fields of a step; of secrets only the end."""
    found = {}
    for each in FIELDS[step]:
        value = getattr(settings, each.name)
        if each.secret:
            plain = value.get_secret_value()
            found[each.name] = (plain[-4:] if len(plain) >= SHORTEST_TOLD else "…") if plain else ""
        else:
            unset = value == type(settings).model_fields[each.name].default
            found[each.name] = "" if unset else str(value)
    return found
