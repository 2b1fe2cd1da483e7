"""Keeping alerts quiet, at a member's word. Nothing is written to Alertmanager: its silences are its own."""

from datetime import datetime, timedelta

from adapters.types import Conversation, Message, Person
from bot import audit, deliveries
from bot.alerts import book, cards, mute_book
from bot.alerts.book import Entry
from bot.alerts.matchers import fits, worded
from bot.alerts.mute_book import MuteEntry
from bot.answers import Told, notice
from bot.audit import Entry as Row
from bot.brain.planner import Mute
from bot.clock import Clock, stamp
from bot.deliveries import stable_id
from bot.identities import Identities
from bot.people import NotDone
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.words import Words
from cards.model import Button, Tone
from executor.reason import reason


class Mutes:
    """Answers a plan about alerts, or says by NotDone why not. `to` are the ops conversations."""

    def __init__(
        self,
        store: Store,
        router: NotificationRouter,
        identities: Identities,
        words: Words,
        clock: Clock,
        *,
        to: tuple[Conversation, ...],
    ) -> None:
        self._store = store
        self._router = router
        self._identities = identities
        self._words = words
        self._clock = clock
        self._to = to

    async def handle(self, plan: Mute, message: Message, card_id: str) -> Told:
        """Raises NotDone. Counted from when it was said, so that a message that is handled again changes nothing."""
        if refusal := (await self._identities.now()).why_not_propose(message.sender):
            raise NotDone(refusal)
        until = message.sent_at + timedelta(seconds=plan.seconds) if plan.seconds else None
        if plan.matchers and until is not None:
            return await self._by_labels(plan, until, message, card_id)
        words = self._words
        entry = await self.mute(plan.code, until, message.sender)
        if entry is None and until is None:
            ended = await self._end(plan.code, message.sender)
            if ended is not None:
                return await self._everywhere(
                    message,
                    card_id,
                    words("alert.unmuted_title"),
                    words("alert.unmatching_text", what=worded(ended.matchers)),
                )
        if entry is None:
            raise NotDone(reason("alert.unknown_code", code=plan.code))
        name = entry.alert.name or words("alert.nameless")
        if until is None:
            return notice(words, card_id, words("alert.unmuted_title"), words("alert.unmuted_text", name=name))
        text = words("alert.muted_text", name=name, until=_moment(until), code=plan.code)
        return notice(words, card_id, words("alert.muted_title"), text, tone=Tone.SUCCESS)

    async def mute(self, code: str, until: datetime | None, by: Person) -> Entry | None:
        """Keep an alert quiet until then, with None no longer; None when no alert has this code."""
        now = self._clock()
        until = datetime.fromisoformat(stamp(until)) if until else None  # as it is read back: said twice it is the same

        async def noted(tx: Transaction) -> Entry | None:
            entry = await book.by_code(tx, code)
            if entry is None or entry.muted_until == until:
                return entry
            await book.mute(tx, entry.key, until, by.name or by.id)
            target = f"{entry.alert.name} {entry.alert.place}".strip()
            await audit.append(tx, _row(target, until, by, card_id=entry.card_id), self._clock)
            card = await deliveries.card_of(tx, entry.card_id) if entry.card_id else None
            if card is not None and entry.closed_at is None and until is not None:
                told = cards.muted(self._words, card, code, until, by.name or by.id)
                await deliveries.put_card(tx, told.card, now, commands=told.commands)
            return entry

        entry = await self._store.write(noted)
        self._router.wake()
        return entry

    async def _by_labels(self, plan: Mute, until: datetime, message: Message, card_id: str) -> Told:
        now, by, what = self._clock(), message.sender, worded(plan.matchers)

        async def noted(tx: Transaction) -> MuteEntry:
            made, new = await mute_book.add(tx, plan.matchers, until, by.name or by.id, now, said_in=message.id)
            if new:
                await audit.append(tx, _row(what, until, by), self._clock)
            return made

        made = await self._store.write(noted)
        count = sum(fits(plan.matchers, entry.alert) for entry in await book.firing(self._store))
        text = self._words(
            "alert.matching_text", name=by.name or by.id, what=what, until=_moment(until), count=count, code=made.code
        )
        return await self._everywhere(message, card_id, self._words("alert.matching_title"), text, undo=made.code)

    async def _end(self, code: str, by: Person) -> MuteEntry | None:
        async def noted(tx: Transaction) -> MuteEntry | None:
            ended = await mute_book.end(tx, code, self._clock())
            if ended is not None:
                await audit.append(tx, _row(worded(ended.matchers), None, by), self._clock)
            return ended

        return await self._store.write(noted)

    async def _everywhere(self, message: Message, card_id: str, title: str, text: str, *, undo: str = "") -> Told:
        """What concerns many alerts is heard by everybody who would have heard of them, wherever it was said."""
        told = notice(self._words, card_id, title, text, tone=Tone.SUCCESS)
        if undo:
            command = self._words("alert.unmute_command", code=undo)
            button = Button(id="unmute", text=self._words("alert.unmute"), twin=command)
            told = Told(told.card.model_copy(update={"buttons": (button,)}), {"unmute": command})
        said_in = (message.conversation.platform, message.conversation.id)
        others = tuple(place for place in self._to if (place.platform, place.id) != said_in)
        if others:
            copy = told.card.model_copy(update={"id": stable_id("mute", message.id)})

            async def sent(
                tx: Transaction,
            ) -> None:  # within: nobody there asked, so that numbers go on answering what was
                await self._router.send_card(copy, others, commands=told.commands, within=tx)

            await self._store.write(sent)
            self._router.wake()
        return told


def _moment(until: datetime) -> str:
    return f"{until.astimezone():%m-%d %H:%M}"


def _row(target: str, until: datetime | None, by: Person, *, card_id: str = "") -> Row:
    return Row(
        user_id=by.id,
        user_name=by.name,
        action_type="mute" if until else "unmute",
        status="SUCCESS",
        target_resource=target,
        platform=by.platform,
        card_id=card_id,
        detail=f"until {stamp(until)}" if until else "",
    )
