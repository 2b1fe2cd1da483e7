"""`steward check --click`: a real card in a real conversation, and whether a press of its button comes back.

The only proof that the card callback is configured. While a daemon with the same credentials runs, the platform may give the
click to that one: it is stopped first.
"""

import asyncio
import uuid
from dataclasses import dataclass, field

from adapters.errors import PlatformError
from adapters.types import Acknowledge, Adapter, Answer, CardAction, Conversation, Message
from bot.words import Words
from cards.model import Button, Card, Tone

WAIT_SECONDS = 90.0
_BUTTON = "pressed"


class NoClick(Exception):
    """Nobody pressed in time, or the click went elsewhere."""


@dataclass
class _Ears:
    key: str
    words: Words
    card: Card
    pressed: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_message(self, message: Message) -> None:
        """What is said meanwhile is not for us."""

    async def on_action(self, action: CardAction, acknowledge: Acknowledge) -> None:
        if action.key != self.key or action.button != _BUTTON:
            await acknowledge(Answer())
            return
        done = self.card.model_copy(
            update={
                "tone": Tone.SUCCESS,
                "summary": self.words("check.click_came"),
                "buttons": (),
                "version": 2,
                "final": True,
            }
        )
        await acknowledge(Answer(card=done, toast=self.words("check.click_came"), tone="success"))
        self.pressed.set()


async def try_click(door: Adapter, where: Conversation, words: Words, *, seconds: float = WAIT_SECONDS) -> None:
    """Post a card to `where` and wait for a press. Raises NoClick or a PlatformError."""
    card = Card(
        id=str(uuid.uuid4()),
        kind="notice",
        language=words.language,
        tone=Tone.WAITING,
        title=words("check.click_title"),
        summary=words("check.click_text"),
        buttons=(Button(id=_BUTTON, text=words("check.click_button"), style="primary"),),
    )
    ears = _Ears(key=card.id, words=words, card=card)
    up = asyncio.Event()
    line = asyncio.create_task(door.listen(ears.on_message, ears.on_action, lambda _: up.set()))
    try:
        await _unless_over(line, up, seconds)
        await door.send(where, card, key=card.id)
        await _unless_over(line, ears.pressed, seconds)
    finally:
        line.cancel()
        await asyncio.wait([line])
        if not line.cancelled():
            line.exception()


async def _unless_over(line: asyncio.Task[None], event: asyncio.Event, seconds: float) -> None:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({line, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if event.is_set():
            return
        if line.done() and not line.cancelled() and isinstance(error := line.exception(), PlatformError):
            raise error
        raise NoClick
    finally:
        waiting.cancel()
