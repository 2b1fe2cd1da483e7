"""Keeping an alert quiet, at a member's word. Nothing is written to Alertmanager: its silences are its own."""

from datetime import timedelta

from adapters.types import Message
from bot.alerts.desk import Desk
from bot.answers import Told, notice
from bot.brain.planner import Mute
from bot.identities import Identities
from bot.people import NotDone
from bot.words import Words
from cards.model import Tone
from executor.reason import reason


class Mutes:
    """Answers a plan about an alert, or says by NotDone why not."""

    def __init__(self, desk: Desk, identities: Identities, words: Words) -> None:
        self._desk = desk
        self._identities = identities
        self._words = words

    async def handle(self, plan: Mute, message: Message, card_id: str) -> Told:
        """Raises NotDone. Counted from when it was said, so that a message that is handled again changes nothing."""
        if refusal := (await self._identities.now()).why_not_propose(message.sender):
            raise NotDone(refusal)
        until = message.sent_at + timedelta(seconds=plan.seconds) if plan.seconds else None
        entry = await self._desk.mute(plan.code, until, message.sender)
        if entry is None:
            raise NotDone(reason("alert.unknown_code", code=plan.code))
        words, name = self._words, entry.alert.name or self._words("alert.nameless")
        if until is None:
            return notice(words, card_id, words("alert.unmuted_title"), words("alert.unmuted_text", name=name))
        text = words("alert.muted_text", name=name, until=f"{until.astimezone():%m-%d %H:%M}", code=plan.code)
        return notice(words, card_id, words("alert.muted_title"), text, tone=Tone.SUCCESS)
