"""A message while it is being answered: who may what, what the conversation was about, what the message turns out to be about,
and what is told.

What is told becomes durable with the note that the message was handled: an answer is one transaction. What people should see
before the answer is whole is shown at once.
"""

from functools import partial
from typing import Any

from adapters.types import Message
from bot import answers
from bot.access import Access
from bot.answers import Told
from bot.brain.memory import Memory
from bot.brain.shown import Shown
from bot.deliveries import stable_id
from bot.identities import Identities
from bot.recollection import Recollection
from bot.router import NotificationRouter
from bot.store import Body, Store, Transaction
from bot.words import Words
from cards.model import Card, Tone
from executor.operations import Target
from executor.reason import Reason
from executor.redact import mask


class Hands:
    """Takes messages in hand."""

    def __init__(
        self, store: Store, identities: Identities, recollection: Recollection, router: NotificationRouter, words: Words
    ) -> None:
        self._store = store
        self._identities = identities
        self._recollection = recollection
        self._router = router
        self._words = words

    async def take(self, message: Message) -> "InHand":
        """With what must be known before anything is answered, read in one trip."""

        async def known(tx: Transaction) -> tuple[Access, Memory]:
            return await self._identities.within(tx), await self._recollection.within(tx, message.conversation)

        access, memory = await self._store.read(known)
        return InHand(message, access, memory, self._store, self._recollection, self._router, self._words)


class InHand:
    """`rest` is to be written when the message was handled, else nobody sees what was told since the last `show`."""

    def __init__(
        self,
        message: Message,
        access: Access,
        memory: Memory,
        store: Store,
        recollection: Recollection,
        router: NotificationRouter,
        words: Words,
    ) -> None:
        self.message = message
        self.access = access
        self.memory = memory
        self.notes: tuple[Reason, ...] = ()
        """What the planner adds to every card."""
        self.targets: list[Target] = []
        self.shown = Shown()
        self.told: list[str] = []
        self._to_write: list[Body[Any]] = []
        self._store = store
        self._recollection = recollection
        self._router = router
        self._words = words

    @property
    def card_id(self) -> str:
        """Derived from the message: handled again (after a crash) it gives the same card, not a new one."""
        return stable_id("card", self.message.id)

    def tell(self, told: Told) -> Card:
        """Answer with a card; as it will be shown."""
        card = self.noted(told.card)
        self.told.append(f"{card.title}: {card.summary}")
        to = (self.message.conversation,)
        self.write(partial(self._router.answer, card=card, to=to, commands=told.commands, page=told.page))
        return card

    def refuse(self, reasons: tuple[Reason, ...], *, command: str = "", request: str | None = None) -> str:
        """Answer why not, below a card of its own where a `request` is one of several; the outcome's name."""
        card_id = stable_id("card", request) if request else self.card_id
        self.tell(answers.refusal(self._words, card_id, reasons, command=mask(command).text))
        return f"refused.{reasons[0].code}"

    def notice(self, title: str, text: str, *, card_id: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        self.tell(answers.notice(self._words, card_id or self.card_id, title, text, tone=tone))

    def ask(self, text: str, options: tuple[tuple[str, str], ...], *, card_id: str = "") -> None:
        """Answer with a question; each option is (what the button says, what it stands for)."""
        self.tell(answers.question(self._words, card_id or self.card_id, text, options))

    def noted(self, card: Card) -> Card:
        notes = (self._words.say(note) for note in self.notes)
        return card.model_copy(update={"footer": (*card.footer, *notes)})

    def write(self, body: Body[Any]) -> None:
        """Have this written with what is told."""
        self._to_write.append(body)

    def remember(self) -> None:
        """Nothing more will be told: the conversation was about this."""
        told, targets = "\n".join(self.told), tuple(dict.fromkeys(self.targets))
        kept = partial(self._recollection.kept, message=self.message, told=told)
        self.write(partial(kept, targets=targets, shown=self.shown.new))

    async def show(self) -> None:
        """Write now what was told so far, as what comes next takes its time."""
        if self._to_write:
            await self._store.write(self.rest)
            self._to_write = []

    async def rest(self, tx: Transaction) -> None:
        """What is still to be written."""
        for body in self._to_write:
            await body(tx)
