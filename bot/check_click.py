"""A real card in a real conversation, and whether a press of its button comes back: the only proof that the card callback is
configured.

On a line of its own, or overheard on one that is up anyway: while two processes or two lines have the same credentials, the
platform may give the click to either.
"""

import asyncio
import uuid
from typing import Literal

from adapters.errors import PlatformError
from adapters.types import Acknowledge, Adapter, Answer, CardAction, Conversation, Message
from bot.words import Words
from cards.model import Button, Card, Tone

WAIT_SECONDS = 90.0
WORD_SECONDS = 240.0
"""Finding the group on a telephone, adding the bot, saying something."""
_BUTTON = "pressed"

Stage = Literal["connecting", "word", "click", "well"]


class NoClick(Exception):
    """Nobody pressed in time, or the click went elsewhere."""


class NoWord(Exception):
    """Nobody said anything to the bot in time, or it is not heard."""


class NotNow(Exception):
    """What is said during a test is not acknowledged, so that it comes again when somebody listens who can answer."""


class ClickTrial:
    """`where` the card goes; without it, to the conversation in which somebody next says something to the bot."""

    def __init__(self, door: Adapter, words: Words, where: Conversation | None = None) -> None:
        self.stage: Stage = "connecting"
        self._door = door
        self._words = words
        self._where = where
        self._heard = asyncio.Event()
        self._pressed = asyncio.Event()
        self._card = Card(
            id=str(uuid.uuid4()),
            kind="notice",
            language=words.language,
            tone=Tone.WAITING,
            title=words("check.click_title"),
            summary=words("check.click_text"),
            buttons=(Button(id=_BUTTON, text=words("check.click_button"), style="primary"),),
        )

    def said(self, message: Message) -> bool:
        """Somebody spoke; whether that was what we waited for."""
        if self._where is not None:
            return False
        self._where = message.conversation
        self._heard.set()
        return True

    async def takes(self, action: CardAction, acknowledge: Acknowledge) -> bool:
        """Answer a click on the test card; False for any other."""
        if action.key != self._card.id or action.button != _BUTTON:
            return False
        said = self._words("check.click_came")
        change = {"tone": Tone.SUCCESS, "summary": said, "buttons": (), "version": 2, "final": True}
        await acknowledge(Answer(card=self._card.model_copy(update=change), toast=said, tone="success"))
        self._pressed.set()
        return True

    async def listen(self, *, seconds: float = WAIT_SECONDS, word_seconds: float = WORD_SECONDS) -> None:
        """Open a line, post the card and wait for the press. Raises NoWord, NoClick or a PlatformError."""
        up = asyncio.Event()
        line = asyncio.create_task(self._door.listen(self._on_message, self._on_action, lambda _: up.set()))
        try:
            await _unless_over(line, up, seconds, NoClick)
            await self._play(line, seconds, word_seconds)
        finally:
            line.cancel()
            await asyncio.wait([line])
            if not line.cancelled():
                line.exception()

    async def overhear(self, *, seconds: float = WAIT_SECONDS, word_seconds: float = WORD_SECONDS) -> None:
        """The same over somebody else's line, which tells us what is `said` and lets us take clicks."""
        await self._play(None, seconds, word_seconds)

    async def _play(self, line: "asyncio.Task[None] | None", seconds: float, word_seconds: float) -> None:
        if self._where is None:
            self.stage = "word"
            await _unless_over(line, self._heard, word_seconds, NoWord)
        assert self._where is not None
        await self._door.send(self._where, self._card, key=self._card.id)
        self.stage = "click"
        await _unless_over(line, self._pressed, seconds, NoClick)
        self.stage = "well"

    async def _on_message(self, message: Message) -> None:
        if not self.said(message):
            raise NotNow

    async def _on_action(self, action: CardAction, acknowledge: Acknowledge) -> None:
        if not await self.takes(action, acknowledge):
            await acknowledge(Answer())


async def _unless_over(
    line: "asyncio.Task[None] | None", event: asyncio.Event, seconds: float, late: type[Exception]
) -> None:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait(
            {waiting} if line is None else {line, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if event.is_set():
            return
        if line is not None and line.done() and not line.cancelled():
            error = line.exception()
            if isinstance(error, PlatformError):
                raise error
        raise late
    finally:
        waiting.cancel()
