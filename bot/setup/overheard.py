"""Between the lines and those who answer: a test of the card callback hears over a line that is up anyway, and takes its click."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.types import Acknowledge, CardAction, Message, OnAction, OnMessage, Platform
from bot.check_click import ClickTrial


class Overheard:
    """One test per platform."""

    def __init__(self) -> None:
        self._trials: dict[Platform, ClickTrial] = {}

    @contextmanager
    def by(self, platform: Platform, trial: ClickTrial) -> Iterator[None]:
        self._trials[platform] = trial
        try:
            yield
        finally:
            if self._trials.get(platform) is trial:
                del self._trials[platform]

    def message(self, then: OnMessage) -> OnMessage:
        """What is said is answered as ever, too."""

        async def heard(message: Message) -> None:
            await then(message)
            if trial := self._trials.get(message.conversation.platform):
                trial.said(message)

        return heard

    def action(self, then: OnAction) -> OnAction:
        async def heard(action: CardAction, acknowledge: Acknowledge) -> None:
            trial = self._trials.get(action.operator.platform)
            if trial is None or not await trial.takes(action, acknowledge):
                await then(action, acknowledge)

        return heard
